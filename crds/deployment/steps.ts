import * as z from 'zod';
import { kubernetes } from '../structural/metadata.ts';
import { duration, intOrShare } from './amounts.ts';
import { matches } from './match.ts';

/** What a canary goes through, one step after another. */

/** Metrics that are watched for a time. */
export function stepAnalysis(description: string) {
  return z
    .strictObject({
      duration: duration(
        'How long the metrics are watched, for example `5m`. Default: until each has said Pass once.',
      ).optional(),
      metrics: z
        .array(z.string().min(1).max(63).describe('Name of a metric of `spec.analysis.metrics`.'))
        .min(1)
        .max(16)
        .describe('Which metrics, by name. Default: all.')
        .register(kubernetes, { listType: 'set' })
        .optional(),
    })
    .describe(description);
}

export const canaryStep = z
  .strictObject({
    weight: z
      .int()
      .min(0)
      .max(100)
      .describe(
        'Percent of the traffic that the canary gets from this step on, until a step says another. Without a gateway: percent of the pods, as near as whole pods come.',
      )
      .optional(),
    replicas: intOrShare(
      'Pods of the canary from this step on, apart from its weight: a number, or a percentage of `spec.replicas`. Never fewer than the weight needs. Needs `traffic.gateway`. Default: what the weight needs.',
    ).optional(),
    match: matches(
      'Requests that go to the canary whatever the weight, for as long as this step lasts. Needs `traffic.gateway`.',
    ).optional(),
    mirror: z
      .string()
      .max(10)
      .regex(/^0*(100|[1-9][0-9]?)%$/)
      .describe(
        'Percentage of the requests that the canary gets a copy of, for as long as this step lasts; its answers are dropped. For example `10%`. Needs `traffic.gateway`, and a gateway that can.',
      )
      .optional(),
    pause: z
      .strictObject({
        duration: duration('How long, for example `5m`. Default: until somebody asks to go on.').optional(),
      })
      .describe(
        'Wait before the next step. `{}` waits until a `spec.request` with `verb: Promote` says to go on.',
      )
      .optional(),
    analysis: stepAnalysis(
      'Watch metrics before the next step; what fails sends the rollout back. `{}` watches all.',
    ).optional(),
  })
  .describe(
    'One step. What it names is done in this order: replicas, then match, mirror and weight until they are verified, then analysis, then pause.',
  )
  .register(kubernetes, {
    rules: [
      {
        rule: 'has(self.weight) || has(self.replicas) || has(self.match) || has(self.mirror) || has(self.pause) || has(self.analysis)',
        message: 'a step sets at least one of weight, replicas, match, mirror, pause and analysis',
      },
      {
        rule: '!(has(self.match) || has(self.mirror)) || has(self.pause) || has(self.analysis)',
        message:
          'match and mirror last as long as their step, which without pause or analysis is over at once: add one of them',
      },
    ],
  });
