import { z } from 'zod';
import { cidr, contains, parseCidr } from './cidr.ts';

const range = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, 'is no CIDR, such as 10.0.0.0/8 or fd00::/64');
const port = z.int().min(1).max(65535);
const matchLabels = z.record(z.string(), z.string());

/** Pods of one namespace. The namespace is named, and selected by `kubernetes.io/metadata.name`, which nobody can forge. */
const podsOf = z.strictObject({
  namespace: z.string().min(1).max(63),
  /** Default: all pods of the namespace. */
  podLabels: matchLabels.default({}),
});
const addresses = z.strictObject({ cidr: range });

/** The cluster's own ranges. Configured, learned from the cluster, or both; an empty list says that they are not known. */
export const clusterRanges = z.strictObject({
  pods: z.array(range).max(64).default([]),
  services: z.array(range).max(16).default([]),
  nodes: z.array(range).max(256).default([]),
});

export const networkSettings = z.strictObject({
  /** Who answers names for pods behind Strict walls. */
  dns: z
    .strictObject({
      pods: z
        .array(podsOf)
        .max(8)
        .default([{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }]),
      /** Node-local caches, such as 169.254.20.10/32. */
      addresses: z.array(range).max(8).default([]),
      ports: z.array(port).min(1).max(4).default([53]),
    })
    .prefault({}),
  /**
   * What `gateways: true` means. Gateways on the host network come with a node's address, which no selector matches: name
   * the nodes' ranges for them. Empty: `gateways: true` allows nothing, and is reported.
   */
  gateways: z
    .array(z.union([podsOf, addresses]))
    .max(16)
    .default([]),
  /**
   * What `apiServer: true` means. List the address of the `kubernetes` Service and those behind it, for implementations
   * differ in which of the two they see. Empty: `apiServer: true` allows nothing, and is reported.
   */
  apiServer: z
    .strictObject({
      addresses: z.array(range).max(16).default([]),
      ports: z.array(port).max(8).default([443, 6443]),
    })
    .prefault({}),
  clusterRanges: clusterRanges.prefault({}),
  /** The organisation's own ranges that look public: not `internet`, yet a rule may name them by `cidr`. */
  internal: z.array(range).max(64).default([]),
  /** Ranges that no rule reaches, neither as `internet` nor by `cidr`. */
  forbidden: z.array(range).max(64).default([]),
  /** The /96 prefixes under which NAT64 makes IPv4 reachable from IPv6. */
  nat64: z
    .array(
      range.refine((text) => {
        const parsed = parseCidr(text);
        return parsed?.family === 6 && parsed.prefix === 96 && !contains(cidr('::/64'), parsed);
      }, 'is no /96 prefix of IPv6 for NAT64'),
    )
    .max(4)
    .default(['64:ff9b::/96']),
});

export type NetworkSettings = z.infer<typeof networkSettings>;
export type ClusterRanges = z.infer<typeof clusterRanges>;
