import * as z from 'zod';
import { condition } from '../structural/condition.ts';
import { kubernetes } from '../structural/metadata.ts';

/** What the controller reports. Bounds are wide: a report is never refused for its length. */

const amounts = (description: string) =>
  z
    .record(z.string(), z.string().max(32).describe('A quantity.'))
    .describe(description)
    .register(kubernetes, { maxProperties: 64 });

const conditions = condition(
  '`Ready`, `Reconciling` and `Stalled` sum the Project up; `NamespacesReady`, `NetworkReady`, `QuotaReady`, `AccessReady` and `SecretsReady` say it part by part.',
);

const environmentStatus = z
  .strictObject({
    name: z.string().max(63).describe('Name of the environment.'),
    namespace: z.string().max(63).describe('Its namespace.'),
    ready: z
      .boolean()
      .describe(
        'Whether everything that the Project wants in it stands: walls, quota, limits, access, secrets.',
      ),
    reason: z.string().max(1024).describe('Why it is or is not ready, in one CamelCase word.'),
    message: z.string().max(32768).describe('Why, for people, and what to do next.').optional(),
    quota: z
      .strictObject({
        hard: amounts('What it may use, as its ResourceQuota enforces it.'),
        used: amounts('What it uses, as the cluster counts it.'),
      })
      .describe("The environment's part of the quota.")
      .optional(),
    repairs: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'How often something that Mainstay made here was changed or deleted by somebody and was put back.',
      ),
    oneSided: z
      .array(
        z
          .strictObject({
            direction: z
              .enum(['Ingress', 'Egress'])
              .describe(
                '`Ingress`: this environment lets it in, the peer does not let it out. `Egress`: the other way round.',
              ),
            peer: z.string().max(253).describe('The other end, as `project/environment`.'),
            message: z.string().max(1024).describe('What to add, and where.'),
          })
          .describe('A connection that one end allows and the other does not.'),
      )
      .max(64)
      .describe('Connections that one end allows and the other does not, so that they do not come about.')
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
  })
  .describe('What became of one environment.');

export const projectStatus = z
  .strictObject({
    observedGeneration: z
      .int()
      .min(0)
      .describe(
        "The `metadata.generation` that this status was written for; older than the object's: not looked at yet.",
      )
      .optional(),
    conditions: z
      .array(conditions)
      .max(32)
      .describe(
        'What is so and what is not. `kubectl wait --for=condition=Ready project/<name>` waits for the first.',
      )
      .register(kubernetes, { listType: 'map', listMapKeys: ['type'] })
      .optional(),
    environments: z
      .array(environmentStatus)
      .max(128)
      .describe('Every environment, and those removed from the spec whose namespace is not gone yet.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] })
      .optional(),
    summary: z
      .strictObject({
        environments: z.string().max(32).describe('Environments that are ready, of all: `2/2`.'),
        quota: z.string().max(64).describe('CPU in use, of the quota: `1500m/20`.').optional(),
      })
      .describe('For the columns of `kubectl get`.')
      .optional(),
  })
  .describe('What the Project is, as last seen.');
