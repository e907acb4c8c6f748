import { z } from 'zod';

const labelName = z.string().min(1).max(63);
const portRule = z.strictObject({
  port: z.union([z.int().min(1).max(65535), z.string().max(15)]),
  endPort: z.int().min(1).max(65535).optional(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
});
const labelSelector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
const quantities = z.record(z.string(), z.string());

export const subject = z.strictObject({
  kind: z.enum(['User', 'Group', 'ServiceAccount']),
  name: z.string().min(1).max(253),
  /** ServiceAccount only. */
  namespace: labelName.optional(),
});
export const grant = z.strictObject({ role: labelName, subjects: z.array(subject).min(1).max(32) });

/** Exactly one of project, gateways, apiServer, internet, cidr or the selectors. */
export const ingressPeer = z.strictObject({
  project: labelName.optional(),
  environment: labelName.optional(),
  gateways: z.literal(true).optional(),
  cidr: z.string().max(49).optional(),
  except: z.array(z.string().max(49)).max(16).optional(),
  namespaceSelector: labelSelector.optional(),
  podSelector: labelSelector.optional(),
});
export const egressPeer = z.strictObject({
  project: labelName.optional(),
  environment: labelName.optional(),
  internet: z.literal(true).optional(),
  apiServer: z.literal(true).optional(),
  cidr: z.string().max(49).optional(),
  except: z.array(z.string().max(49)).max(16).optional(),
  namespaceSelector: labelSelector.optional(),
  podSelector: labelSelector.optional(),
});
export const ingressRule = z.strictObject({
  from: z.array(ingressPeer).min(1).max(16),
  ports: z.array(portRule).min(1).max(16).optional(),
});
export const egressRule = z.strictObject({
  to: z.array(egressPeer).min(1).max(16),
  ports: z.array(portRule).min(1).max(16).optional(),
});
export const network = z.strictObject({
  isolation: z.enum(['Strict', 'Open']).default('Strict'),
  ingress: z.array(ingressRule).max(32).optional(),
  egress: z.array(egressRule).max(32).optional(),
});
export const limits = z.strictObject({
  default: quantities.optional(),
  defaultRequest: quantities.optional(),
  min: quantities.optional(),
  max: quantities.optional(),
  maxLimitRequestRatio: quantities.optional(),
});
export const podSecurity = z.enum(['privileged', 'baseline', 'restricted']);
export const environment = z.strictObject({
  name: labelName,
  /** Default `<project>-<environment>`. */
  namespace: labelName.optional(),
  adopt: z.boolean().default(false),
  quota: z
    .strictObject({
      weight: z.int().min(0).max(1000).default(1),
      hard: quantities.optional(),
    })
    .default({ weight: 1 }),
  podSecurity: podSecurity.optional(),
  access: z.array(grant).max(16).optional(),
  limits: limits.optional(),
  /** In addition to the Project's. */
  network: z
    .strictObject({
      isolation: z.enum(['Strict', 'Open']).optional(),
      ingress: z.array(ingressRule).max(32).optional(),
      egress: z.array(egressRule).max(32).optional(),
    })
    .optional(),
});
export const projectSpec = z.strictObject({
  description: z.string().max(1024).optional(),
  owners: z.array(subject).max(32).default([]),
  access: z.array(grant).max(16).default([]),
  quota: z
    .strictObject({ hard: quantities, mode: z.enum(['Elastic', 'Static']).default('Static') })
    .optional(),
  limits: limits.optional(),
  network: network.default({ isolation: 'Strict' }),
  podSecurity: podSecurity.default('restricted'),
  secrets: z
    .array(
      z.strictObject({ name: z.string(), from: z.strictObject({ namespace: labelName, name: z.string() }) }),
    )
    .max(32)
    .default([]),
  environments: z.array(environment).min(1).max(32),
  suspend: z.boolean().default(false),
  deletionPolicy: z.enum(['Retain', 'Delete']).default('Retain'),
});

export const condition = z.strictObject({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int(),
  lastTransitionTime: z.string(),
  reason: z.string(),
  message: z.string(),
});
export const environmentStatus = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  ready: z.boolean(),
  reason: z.string(),
  message: z.string().optional(),
  quota: z.strictObject({ hard: quantities, used: quantities }).optional(),
  /** Objects of ours that were deleted or changed by somebody and brought back, since the environment exists. */
  repairs: z.int().default(0),
  oneSided: z
    .array(
      z.strictObject({ direction: z.enum(['Ingress', 'Egress']), peer: z.string(), message: z.string() }),
    )
    .max(64)
    .optional(),
});
export const projectStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: z.array(condition).optional(),
  environments: z.array(environmentStatus).optional(),
  /** For the printer columns: `2/2`, `1500m/20`. */
  summary: z.strictObject({ environments: z.string(), quota: z.string().optional() }).optional(),
});

export type ProjectSpec = z.infer<typeof projectSpec>;
export type ProjectStatus = z.infer<typeof projectStatus>;
