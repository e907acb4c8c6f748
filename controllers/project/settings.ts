import * as z from 'zod';
import {
  defaultGrantableRoles,
  installation,
  maximumGrantableRoles,
  ownerRole,
} from '../../crds/project/admission.ts';
import { networkSettings } from './plan/network/settings.ts';

/** What an installation decides about Projects. */
export const projectSettings = z.strictObject({
  grantableRoles: z
    .array(z.string().min(1).max(253))
    .max(maximumGrantableRoles)
    .refine((roles) => roles.includes(ownerRole), `must hold ${ownerRole}, the role of a Project's owners`)
    .default([...defaultGrantableRoles])
    .describe(
      "The ClusterRoles that a Project may hand out. The operator's own rights (`bind` on these names) and the shipped admission policy are made from the same list. The owners' role, `admin`, must be among them.",
    ),
  protectedNamespaces: z
    .array(z.string().min(1).max(63))
    .max(256)
    .default([])
    .describe(
      "Namespaces that no Project may ever take, besides `kube-*`, `default` and Mainstay's own. An entry ending in `*` is a prefix.",
    ),
  podSecurityVersion: z
    .string()
    .regex(/^(latest|v1\.\d{1,3})$/)
    .default('latest')
    .describe(
      'The version of the Pod Security Standards that namespaces are held to: `latest`, or a minor one such as `v1.36`.',
    ),
  network: networkSettings.prefault({}),
  concurrency: z.int().min(1).max(256).default(16).describe('Projects that are reconciled side by side.'),
  usageInterval: z
    .int()
    .min(0)
    .default(10_000)
    .describe(
      "Milliseconds between two writes of a status in which nothing but the quota's use has changed.",
    ),
});

export type ProjectSettings = z.infer<typeof projectSettings>;

/** Every namespace that is nobody's to take. */
export function protectedNamespacesOf(settings: ProjectSettings): readonly string[] {
  return ['kube-*', 'default', installation.namespace, ...settings.protectedNamespaces];
}
