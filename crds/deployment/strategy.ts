import * as z from 'zod';
import { kubernetes, type Rule } from '../structural/metadata.ts';
import { duration, int32, intOrPercent, intOrShare, someRoom } from './amounts.ts';
import { matches } from './match.ts';
import { canaryStep, stepAnalysis } from './steps.ts';

/** How one revision takes the place of another. */

const rollingUpdate = z
  .strictObject({
    maxSurge: intOrPercent(
      'Pods above `replicas` that there may be on the way: a number, or a percentage of `replicas`, rounded up.',
    ).default('25%'),
    maxUnavailable: intOrShare(
      'Pods of `replicas` that may be missing on the way: a number, or a percentage of `replicas`, rounded down.',
    ).default('25%'),
  })
  .describe('Bounds of a rolling update. Only with `type: RollingUpdate`.')
  .register(kubernetes, { rules: [someRoom] });

const stickiness = z
  .strictObject({
    cookie: z
      .string()
      .max(64)
      .regex(/^[A-Za-z0-9!#$%&'*+.^_|~-]+$/)
      .describe('Name of the cookie. Default `mainstay-revision`.')
      .optional(),
    ttl: duration('How long it is remembered. Default: for as long as the rollout lasts.').optional(),
  })
  .describe(
    'Whoever has met a revision keeps meeting it, by a cookie: the canary for as long as the rollout lasts, the stable revision until the canary gets more weight. `{}` is enough. Needs `traffic.gateway`, and a gateway that can.',
  );

const weights = 'self.filter(s, has(s.weight)).map(s, s.weight)';
const isWhole = (step: string) => `has(${step}.weight) && ${step}.weight == 100`;

const stepsRules: readonly Rule[] = [
  {
    rule: `${weights}.isSorted()`,
    message: 'weights never go down from step to step: to go back is an abort, which needs no step',
    messageExpression: `"weights never go down from step to step, here they are %s: to go back is an abort, which needs no step".format([${weights}])`,
  },
  {
    rule: `!self.exists(s, ${isWhole('s')}) || (self.exists_one(s, ${isWhole('s')}) && ${isWhole('self[size(self) - 1]')})`,
    message: 'weight 100 is for the last step: after it nothing is left to decide',
  },
];

const canary = z
  .strictObject({
    maxSurge: intOrPercent(
      'Pods above `replicas` that there may be on the way: a number, or a percentage of `replicas`, rounded up. Binds where the split is by pods, without `traffic.gateway`.',
    ).default('25%'),
    maxUnavailable: intOrShare(
      'Pods of `replicas` that may be missing on the way: a number, or a percentage of `replicas`, rounded down. Binds where the split is by pods, without `traffic.gateway`.',
    ).default(0),
    steps: z
      .array(canaryStep)
      .min(1)
      .max(32)
      .describe(
        'What the canary goes through before it takes everything over. Weights never go down, and 100 is for the last step. After the last step the canary takes over by itself. Default: no steps, a rolling update within the two bounds above.',
      )
      .register(kubernetes, { listType: 'atomic', rules: stepsRules })
      .optional(),
    dynamicStableScale: z
      .boolean()
      .default(false)
      .describe(
        '`true`: the old pods become fewer as weight moves to the canary. Going back then waits until they are there again. Default false: they stay until the canary has taken over. Needs `traffic.gateway`.',
      ),
    stickiness: stickiness.optional(),
  })
  .describe('Step by step, with a way back at each. Only with `type: Canary`.')
  .register(kubernetes, { rules: [someRoom] });

const blueGreen = z
  .strictObject({
    previewReplicas: int32(1)
      .describe('Pods of the new revision until it is promoted. Default: `replicas`.')
      .optional(),
    autoPromotion: z
      .boolean()
      .default(true)
      .describe(
        '`true` (default): switched over as soon as the new pods are there and `preAnalysis` has passed. `false`: when a `spec.request` with `verb: Promote` says so.',
      ),
    autoPromotionAfter: duration(
      'Wait so long before switching over by itself, for example `10m`. Default: not at all. Not with `autoPromotion: false`.',
    ).optional(),
    scaleDownDelay: duration(
      'How long the old pods stay after the switch, so that the way back is instant.',
    ).default('30s'),
    preAnalysis: stepAnalysis('Metrics of the new revision that must pass before the switch.').optional(),
    postAnalysis: stepAnalysis(
      'Metrics that must pass after the switch; what fails switches back. The old pods stay until then.',
    ).optional(),
  })
  .describe(
    'The new revision whole beside the old one, then all traffic at once. Only with `type: BlueGreen`.',
  )
  .register(kubernetes, {
    rules: [
      {
        rule: 'self.autoPromotion || !has(self.autoPromotionAfter)',
        message: 'autoPromotionAfter needs autoPromotion: true; without it only a request promotes',
        fieldPath: '.autoPromotionAfter',
      },
    ],
  });

const abTest = z
  .strictObject({
    match: matches('Requests that go to the new revision; everything else stays with the old one.'),
    replicas: intOrShare(
      'Pods of the new revision for as long as the test lasts: a number, or a percentage of `spec.replicas`. Default: `replicas`.',
    ).optional(),
    duration: duration(
      'How long the test lasts before the new revision takes over, for example `168h`. Default: until a `spec.request` with `verb: Promote` or `Abort` ends it.',
    ).optional(),
    analysis: stepAnalysis('Metrics that are watched during the test; what fails ends it.').optional(),
  })
  .describe(
    'Two revisions side by side for different requests. Only with `type: ABTest`; needs `traffic.gateway`.',
  );

/** A block that another type has no use for is a mistake, and not a wish. */
const onlyWith = (block: string, type: string): Rule => ({
  rule: `self.type == '${type}' || !has(self.${block})`,
  message: `${block} is for type ${type} alone: give type: ${type}, or take the block out`,
  fieldPath: `.${block}`,
});

export const strategy = z
  .strictObject({
    type: z
      .enum(['RollingUpdate', 'Recreate', 'Canary', 'BlueGreen', 'ABTest'])
      .default('RollingUpdate')
      .describe(
        '`RollingUpdate` (default) and `Recreate` are those of `apps/v1`. `Canary`: step by step. `BlueGreen`: the new revision whole beside the old, then the switch. `ABTest`: both, for different requests.',
      ),
    rollingUpdate: rollingUpdate.nullable().optional(),
    canary: canary.optional(),
    blueGreen: blueGreen.optional(),
    abTest: abTest.optional(),
  })
  .describe(
    'How a new revision takes the place of the old one. Default: a rolling update, as with `apps/v1`.',
  )
  .register(kubernetes, {
    rules: [
      onlyWith('rollingUpdate', 'RollingUpdate'),
      onlyWith('canary', 'Canary'),
      onlyWith('blueGreen', 'BlueGreen'),
      onlyWith('abTest', 'ABTest'),
      {
        rule: "self.type != 'ABTest' || has(self.abTest)",
        message: 'type ABTest needs abTest.match: which requests the new revision gets',
        fieldPath: '.abTest',
      },
    ],
  });
