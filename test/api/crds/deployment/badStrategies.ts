import { type BadCombination, byQuery, field, gateway, steps, team } from './combination.ts';

/** What rules refuse of strategies and steps. */

const room = 'maxSurge and maxUnavailable must not both be 0: no pod could ever be replaced';
const onlyWith = (block: string, type: string) =>
  `${block} is for type ${type} alone: give type: ${type}, or take the block out`;
/** A block under another type. */
const misplaced = (block: string, type: string, value: object, other: object): BadCombination => ({
  rule: onlyWith(block, type),
  base: 'plain',
  bad: { 'spec.traffic': gateway, 'spec.strategy': { ...other, [block]: value } },
  good: { 'spec.strategy': { type, [block]: value } },
  blames: `spec.strategy.${block}`,
});

export const types: readonly BadCombination[] = [
  misplaced('rollingUpdate', 'RollingUpdate', { maxSurge: 1 }, { type: 'Recreate' }),
  misplaced('rollingUpdate', 'RollingUpdate', {}, { type: 'Canary' }),
  misplaced('canary', 'Canary', { steps: [{ weight: 20 }] }, {}),
  misplaced('canary', 'Canary', {}, { type: 'BlueGreen' }),
  misplaced('blueGreen', 'BlueGreen', {}, { type: 'RollingUpdate' }),
  misplaced('blueGreen', 'BlueGreen', { autoPromotion: false }, { type: 'Recreate' }),
  misplaced('abTest', 'ABTest', { match: team }, { type: 'Canary' }),
  {
    rule: 'type ABTest needs abTest.match: which requests the new revision gets',
    base: 'plain',
    bad: { 'spec.traffic': gateway, 'spec.strategy': { type: 'ABTest' } },
    good: { 'spec.strategy': { type: 'ABTest', abTest: { match: team } } },
    blames: 'spec.strategy.abTest',
  },
  field(
    room,
    'rolling',
    'spec.strategy.rollingUpdate',
    { maxSurge: 0, maxUnavailable: 0 },
    { maxSurge: 0 },
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  field(
    room,
    'rolling',
    'spec.strategy.rollingUpdate',
    { maxSurge: '0%', maxUnavailable: 0 },
    { maxSurge: '10%', maxUnavailable: 0 },
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  field(
    room,
    'rolling',
    'spec.strategy.rollingUpdate',
    { maxSurge: 0, maxUnavailable: '00%' },
    { maxSurge: 0, maxUnavailable: '01%' },
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  field(room, 'plain', 'spec.strategy.canary.maxSurge', 0, 1, 'spec.strategy.canary.maxUnavailable'),
  field(
    'progressDeadlineSeconds must be above minReadySeconds: no pod could be available in time',
    'canary',
    'spec.minReadySeconds',
    600,
    599,
    'spec.progressDeadlineSeconds',
  ),
];

const down = 'weights never go down from step to step: to go back is an abort, which needs no step';
const whole = 'weight 100 is for the last step: after it nothing is left to decide';
const empty = 'a step sets at least one of weight, replicas, match, mirror, pause and analysis';
const endless =
  'match and mirror last as long as their step, which without pause or analysis is over at once: add one of them';
/** Runs all metrics, of which one is a Job. */
const measured = { weight: 50, analysis: {} };
const weights = (...of: readonly number[]) => of.map((weight) => ({ weight }));

export const canarySteps: readonly BadCombination[] = [
  field(down, 'plain', steps, weights(25, 10, 50), weights(10, 25, 50), steps, 'here they are [25, 10, 50]'),
  field(
    down,
    'plain',
    steps,
    [{ weight: 50 }, { pause: {} }, { weight: 49 }],
    [{ weight: 50 }, { pause: {} }, { weight: 50 }],
    steps,
    'here they are [50, 49]',
  ),
  field(whole, 'plain', steps, weights(20, 100, 100), weights(20, 100)),
  field(
    whole,
    'plain',
    steps,
    [{ weight: 100 }, { pause: {} }],
    [{ weight: 99 }, { pause: {} }, { weight: 100, pause: {} }],
  ),
  field(empty, 'plain', steps, [{ weight: 20 }, {}], [{ weight: 20 }, { pause: {} }], `${steps}[1]`),
  field(
    endless,
    'canary',
    steps,
    [{ match: team, replicas: 1 }, measured],
    [{ match: team, replicas: 1, pause: {} }, measured],
    `${steps}[0]`,
  ),
  field(
    endless,
    'canary',
    steps,
    [{ mirror: '10%' }, measured],
    [{ mirror: '10%', analysis: { duration: '5m' } }, measured],
    `${steps}[0]`,
  ),
  field(
    'a match needs headers, cookies or query: without any it would be every request',
    'abTest',
    'spec.strategy.abTest.match',
    [{}],
    byQuery,
    'spec.strategy.abTest.match[0]',
  ),
  field(
    'autoPromotionAfter needs autoPromotion: true; without it only a request promotes',
    'blueGreen',
    'spec.strategy.blueGreen.autoPromotion',
    false,
    true,
    'spec.strategy.blueGreen.autoPromotionAfter',
  ),
];
