import * as z from 'zod';
import { time } from '../structural/condition.ts';
import { kubernetes } from '../structural/metadata.ts';

/** What the controller reports, and all that it remembers. Bounds are wide: a report is never refused for its length. */

const count = (description: string) => z.int().min(0).describe(description);
const hash = (description: string) => z.string().max(63).describe(description);

const condition = z
  .strictObject({
    type: z
      .string()
      .max(316)
      .describe(
        '`Ready`, `Reconciling` and `Stalled` sum the Deployment up, the same for every kind; `Available` and `Progressing` are those of `apps/v1`.',
      ),
    status: z.enum(['True', 'False', 'Unknown']).describe('`True`, `False` or `Unknown`.'),
    observedGeneration: z
      .int()
      .min(0)
      .describe('The `metadata.generation` that this was found for.')
      .optional(),
    lastTransitionTime: time('When `status` last changed.'),
    lastUpdateTime: time(
      'Never written. It is known so that what `kubectl get` printed of `apps/v1` can be applied.',
    ).optional(),
    reason: z
      .string()
      .max(1024)
      .describe('Why, in one CamelCase word that the documentation lists with what to do.'),
    message: z.string().max(32768).describe('Why, for people, and what to do next.'),
  })
  .describe('One thing that is so, or is not, and since when.');

const revisionStatus = (description: string) =>
  z
    .strictObject({
      revision: z.int().min(0).describe('Its number.'),
      hash: hash('Its hash: the label `pod-template-hash` of its pods.'),
      replicaSet: z.string().max(253).describe('Its ReplicaSet.'),
      replicas: count('Pods that it has.'),
      ready: count('Of these, pods that are ready.'),
      available: count('Of these, pods that have been ready for `minReadySeconds`.'),
      images: z
        .array(z.string().max(1024).describe('An image.'))
        .max(64)
        .describe('Images of its containers.')
        .register(kubernetes, { listType: 'atomic' }),
    })
    .describe(description);

const step = z
  .strictObject({
    index: count('Which step, from 1; one more than `count` while the revision takes over.'),
    count: count('How many there are.'),
    hash: hash(
      'Of the steps: where they are changed, the rollout goes on at the first that gives the canary no less weight than it has.',
    ),
    startedAt: time('When the first step began.'),
    text: z.string().max(32).describe('`2/5`, for the column of `kubectl get`.'),
    stage: z
      .enum(['Shifting', 'Analyzing', 'Pausing'])
      .describe('What of the step is being done: pods and traffic, then the analysis, then the pause.'),
    since: time('When this stage began.'),
    trafficSince: time('When the canary first had traffic.').optional(),
    excused: z
      .array(
        z
          .strictObject({
            name: z.string().max(63).describe('Name of the metric.'),
            failures: count('So many failures in a row were known, and count no more.'),
            silent: z
              .boolean()
              .describe('By `Promote`: that it cannot tell anything holds this rollout no more.')
              .optional(),
          })
          .describe('One metric.'),
      )
      .max(16)
      .describe('What of metrics somebody has gone on in spite of, when they held the rollout.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] })
      .optional(),
  })
  .describe('Where the rollout stands.');

const weight = z
  .strictObject({
    desired: z.int().min(0).max(100).describe('Percent that the canary is to have.'),
    verified: z.int().min(0).max(100).describe('Percent that it is known to have.'),
    by: z
      .enum(['Probe', 'Settle', 'Replicas'])
      .describe(
        'How that is known: by a `Probe` through the gateway, by having waited (`Settle`), or because the split is by pods (`Replicas`).',
      ),
    since: time('Since when it is known to have it.').optional(),
  })
  .describe("The canary's share of the traffic.");

const check = z
  .strictObject({
    name: z.string().max(63).describe('Name of the metric.'),
    result: z
      .enum(['Pass', 'Fail', 'Inconclusive', 'NoData', 'Error', 'Pending'])
      .describe('What the last look said; `Pending` before the first.'),
    value: z.string().max(256).describe('What was measured.').optional(),
    samples: count('Out of how many requests.').optional(),
    failures: count('Failed checks in a row.'),
    message: z.string().max(4096).describe('Why, for people.').optional(),
    at: time('When it was looked at.'),
  })
  .describe('What one metric says.');

export const deploymentStatus = z
  .strictObject({
    observedGeneration: z
      .int()
      .min(0)
      .describe(
        "The `metadata.generation` that this status was written for; older than the object's: not looked at yet.",
      ),
    phase: z
      .enum([
        'Healthy',
        'Progressing',
        'Paused',
        'Analyzing',
        'RollingBack',
        'RolledBack',
        'Aborted',
        'TimedOut',
        'Invalid',
        'Suspended',
      ])
      .describe(
        'Where it is. On the way: `Progressing`, `Paused` (waits for a time or a person), `Analyzing`, `RollingBack`. At an end: `Healthy`, `RolledBack` (by what was measured or seen), `Aborted` (by a person), `TimedOut`, `Invalid` (the spec cannot work). `Suspended`: `spec.paused`.',
      ),
    message: z.string().max(32768).describe('Why, for people, and what to do next.'),
    replicas: count('Pods of all revisions.'),
    updatedReplicas: count('Pods of the revision that the spec asks for.'),
    readyReplicas: count('Pods that are ready.'),
    availableReplicas: count('Pods that have been ready for `minReadySeconds`.'),
    unavailableReplicas: count('Pods that are missing, or not available yet.'),
    terminatingReplicas: count('Never written; as `collisionCount`.').optional(),
    collisionCount: count(
      'Never written. It is known so that what `kubectl get` printed of `apps/v1` can be applied.',
    ).optional(),
    selector: z
      .string()
      .max(32768)
      .describe('The selector as a string, for `kubectl scale` and autoscalers.'),
    ready: z.string().max(32).describe('`3/3`, for the column of `kubectl get`.').optional(),
    revision: z
      .int()
      .min(0)
      .describe('The number of the revision that the spec asks for: what `spec.request.revision` must name.')
      .optional(),
    conditions: z
      .array(condition)
      .max(32)
      .describe(
        'What is so and what is not. `kubectl wait --for=condition=Ready deployments.mainstay.dev/<name>` waits for the first.',
      )
      .register(kubernetes, { listType: 'map', listMapKeys: ['type'] }),
    stable: revisionStatus('The revision that was last whole: what is gone back to.').optional(),
    served: z
      .array(hash('A hash.'))
      .max(100)
      .describe(
        'Hashes of revisions that were stable before, the latest first, without those that were given up since: those that `rollback.window` is about.',
      )
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
    canary: revisionStatus(
      'The revision that is on its way, whatever the strategy. Absent where there is none.',
    ).optional(),
    step: step.optional(),
    weight: weight.optional(),
    analysis: z
      .array(check)
      .max(16)
      .describe('What each metric says.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] })
      .optional(),
    paused: z
      .strictObject({
        reason: z.string().max(1024).describe('Why, in one CamelCase word.'),
        message: z.string().max(32768).describe('Why, for people.'),
        at: time('Since when.'),
      })
      .describe(
        'The rollout is held, by a request or by what was found, until `Resume`, `Promote` or `Abort`.',
      )
      .optional(),
    failed: z
      .strictObject({
        revision: z.int().min(0).describe('Its number.'),
        hash: hash('Its hash.'),
        reason: z.string().max(1024).describe('Why, in one CamelCase word.'),
        message: z.string().max(32768).describe('Why, for people.'),
        at: time('When it was given up.'),
        ending: z
          .enum(['RolledBack', 'Aborted', 'TimedOut'])
          .describe('The phase that it ends in, once the way back is over.'),
        to: hash('The hash of the revision that serves instead.'),
      })
      .describe(
        'The revision that was rolled back, aborted or timed out. It is not tried again by itself: change the template, or ask for `Retry`.',
      )
      .optional(),
    lastRequest: z
      .strictObject({
        id: z.string().max(63).describe('Its id.'),
        verb: z.string().max(63).describe('Its verb.'),
        by: z.string().max(512).describe('Who asked.').optional(),
        outcome: z.enum(['Done', 'Refused']).describe('`Done`, or `Refused` (see `message`).'),
        message: z.string().max(4096).describe('Why, for people.'),
        at: time('When it was answered.'),
      })
      .describe('What became of the last `spec.request`.')
      .optional(),
    answered: z
      .array(z.string().max(63).describe('An id.'))
      .max(16)
      .describe('Ids of the requests before the last one, the latest first. None of them acts again.')
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
    adopted: z
      .boolean()
      .describe(
        '`spec.adopt` is done: a Deployment of `apps/v1` that comes later is left alone, until `spec.adopt` is taken out and set again.',
      )
      .optional(),
    progress: z
      .strictObject({
        at: time('When there was progress last; `progressDeadlineSeconds` counts from here.'),
        counts: z.string().max(1024).describe('The numbers of pods by which progress is noticed.'),
      })
      .describe('The last progress.')
      .optional(),
  })
  .describe('What the Deployment is, as last seen.');
