import * as z from 'zod';

/** Names, as Kubernetes takes them. */

/** The pattern of a DNS-1123 label: namespaces, environments, and Projects, whose names become part of namespaces'. */
export const dnsLabelPattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Lower-case letters, digits and `-`, at most 63 characters. */
export const dnsLabel = z.string().max(63).regex(new RegExp(dnsLabelPattern));

/** The pattern of a DNS-1123 subdomain: labels with dots between them. */
export const dnsSubdomainPattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/** DNS labels with dots between them, at most 253 characters. */
export const dnsSubdomain = z.string().max(253).regex(new RegExp(dnsSubdomainPattern));
