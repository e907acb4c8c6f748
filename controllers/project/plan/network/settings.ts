import * as z from 'zod';
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
  pods: z
    .array(range)
    .max(64)
    .default([])
    .describe("The cluster's pod ranges, beside those that are learned."),
  services: z
    .array(range)
    .max(16)
    .default([])
    .describe("The cluster's Service ranges, beside those that are learned."),
  nodes: z
    .array(range)
    .max(256)
    .default([])
    .describe("The cluster's node ranges, beside those that are learned."),
});

export const networkSettings = z.strictObject({
  dns: z
    .strictObject({
      pods: z
        .array(podsOf)
        .max(8)
        .default([{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }])
        .describe('Who answers names for pods behind Strict walls.'),
      addresses: z
        .array(range)
        .max(8)
        .default([])
        .describe('Node-local caches of names, such as 169.254.20.10/32.'),
      ports: z
        .array(port)
        .min(1)
        .max(4)
        .default([53])
        .describe('The ports on which names are answered, UDP and TCP.'),
    })
    .prefault({}),
  gateways: z
    .array(z.union([podsOf, addresses]))
    .max(16)
    .default([])
    .describe(
      "What `gateways: true` means. Gateways on the host network come with a node's address, which no selector matches: name the nodes' ranges for them. Empty: `gateways: true` allows nothing, and is reported.",
    ),
  apiServer: z
    .strictObject({
      addresses: z
        .array(range)
        .max(16)
        .default([])
        .describe(
          'What `apiServer: true` means. List the address of the `kubernetes` Service and those behind it, for implementations differ in which of the two they see. Empty: `apiServer: true` allows nothing, and is reported.',
        ),
      ports: z.array(port).max(8).default([443, 6443]).describe('The ports of the API server.'),
    })
    .prefault({}),
  clusterRanges: clusterRanges.prefault({}),
  internal: z
    .array(range)
    .max(64)
    .default([])
    .describe(
      "The organisation's own ranges that look public: not `internet`, yet a rule may name them by `cidr`.",
    ),
  forbidden: z
    .array(range)
    .max(64)
    .default([])
    .describe('Ranges that no rule reaches, neither as `internet` nor by `cidr`.'),
  nat64: z
    .array(
      range.refine((text) => {
        const parsed = parseCidr(text);
        return parsed?.family === 6 && parsed.prefix === 96 && !contains(cidr('::/64'), parsed);
      }, 'is no /96 prefix of IPv6 for NAT64'),
    )
    .max(4)
    .default(['64:ff9b::/96'])
    .describe('The /96 prefixes under which NAT64 makes IPv4 reachable from IPv6.'),
});

export type NetworkSettings = z.infer<typeof networkSettings>;
export type ClusterRanges = z.infer<typeof clusterRanges>;
