import * as z from 'zod';
import { deploymentSettings } from './controllers/deployment/settings.ts';
import { policySettings } from './controllers/policy/settings.ts';
import { projectSettings } from './controllers/project/settings.ts';
import { duration } from './operator/index.ts';

const endpoint = (port: number) =>
  z
    .strictObject({
      host: z.string().optional().describe('Address to listen on. Default: all.'),
      port: z
        .int()
        .min(0)
        .max(65535)
        .default(port)
        .describe('Port to listen on; 0 leaves the choice to the system.'),
    })
    .prefault({});

/** Everything that can be set of the operator. `docs/operations.md` lists it, and a test compares the two. */
export const settings = z.strictObject({
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('The least level that is logged.'),
    })
    .prefault({}),
  kube: z
    .strictObject({
      config: z
        .string()
        .optional()
        .describe(
          'Path of a kubeconfig. Default: KUBECONFIG, then ~/.kube/config; in a pod its ServiceAccount.',
        ),
      context: z.string().optional().describe('Context of the kubeconfig. Default: its current one.'),
    })
    .prefault({}),
  leaderElection: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Off only where no second replica can ever run.'),
      name: z.string().default('mainstay').describe('Name of the Lease.'),
      namespace: z.string().default('mainstay-system').describe('Namespace of the Lease.'),
      leaseDuration: duration()
        .prefault('15s')
        .describe('How long the others wait before they take a lease that is not renewed.'),
      renewDeadline: duration()
        .prefault('10s')
        .describe('How long the leader tries to renew before it stops acting.'),
      retryPeriod: duration().prefault('2s').describe('Time between two tries.'),
    })
    .prefault({}),
  probes: endpoint(8081).describe('/livez and /readyz'),
  metrics: endpoint(8080).describe('/metrics'),
  project: projectSettings.prefault({}),
  deployment: deploymentSettings.prefault({}),
  policy: policySettings.prefault({}),
});
