import { type BadCombination, expressions, field, labels, metrics, steps } from './combination.ts';

/** What rules refuse of durations and selectors. */

const isDuration = 'a duration is a number and its unit (h, m, s or ms), as in 30s, 5m or 1h30m';

export const durations: readonly BadCombination[] = [
  field(isDuration, 'canary', 'spec.traffic.drain', '30', '30s'),
  field(isDuration, 'canary', 'spec.traffic.settle', '5 s', '500ms'),
  field(isDuration, 'canary', 'spec.analysis.interval', '1.5m', '90s'),
  field(isDuration, 'canary', `${steps}[1].pause.duration`, '5min', '5m'),
  field(isDuration, 'canary', `${steps}[3].analysis.duration`, '-5m', '5m'),
  field(isDuration, 'canary', `${metrics}[4].web.timeout`, '', '0s'),
  field(isDuration, 'blueGreen', 'spec.strategy.blueGreen.scaleDownDelay', '1d', '24h'),
  field(isDuration, 'blueGreen', 'spec.strategy.blueGreen.autoPromotionAfter', 'PT5M', '1h2m3s4ms'),
  field(isDuration, 'abTest', 'spec.strategy.abTest.duration', '1 week', '168h'),
];

const labelsMatch = 'the labels of the template must have what selector.matchLabels asks for';
const expressionsMatch = 'the labels of the template must meet selector.matchExpressions';
const labelKey =
  'a key of matchLabels is no label: an optional DNS name and /, then up to 63 letters, digits, -, _ or .';
const valuesFit = 'values are required for In and NotIn, and only for them';
const expression = (operator: string, key: string, values?: readonly string[]) => [
  { key, operator, ...(values === undefined ? {} : { values }) },
];
const both = (key: string) => ({
  'spec.selector.matchLabels': { [key]: 'x' },
  [labels]: { [key]: 'x', tier: 'web' },
});

export const selectors: readonly BadCombination[] = [
  field(
    labelsMatch,
    'selective',
    `${labels}.app`,
    'checkouts',
    'checkout',
    labels,
    `${labelsMatch}: ["app"]`,
  ),
  field(labelsMatch, 'selective', labels, { tier: 'web' }, { tier: 'web', app: 'checkout', more: 'x' }),
  {
    rule: labelsMatch,
    base: 'selective',
    bad: { 'spec.template.metadata': undefined, [expressions]: undefined },
    good: { 'spec.template.metadata': { labels: { app: 'checkout' } } },
    blames: labels,
    says: '["app"]',
  },
  {
    rule: labelsMatch,
    base: 'selective',
    bad: { 'spec.selector.matchLabels': { app: 'checkout', 'example.com/part': 'web', tier: 'web' } },
    good: { [`${labels}["example.com/part"]`]: 'web' },
    blames: labels,
    says: '["example.com/part"]',
  },
  field(expressionsMatch, 'selective', `${labels}.tier`, 'database', 'api', labels),
  field(
    expressionsMatch,
    'selective',
    expressions,
    expression('Exists', 'legacy'),
    expression('Exists', 'tier'),
    labels,
  ),
  field(
    expressionsMatch,
    'selective',
    expressions,
    expression('DoesNotExist', 'tier'),
    expression('DoesNotExist', 'legacy'),
    labels,
  ),
  field(
    expressionsMatch,
    'selective',
    expressions,
    expression('NotIn', 'tier', ['web', 'api']),
    expression('NotIn', 'legacy', ['web', 'api']),
    labels,
  ),
  field(
    expressionsMatch,
    'selective',
    expressions,
    expression('In', 'tier', ['api']),
    expression('NotIn', 'tier', ['api']),
    labels,
  ),
  {
    rule: labelKey,
    base: 'selective',
    bad: both('a b'),
    good: both('a.b/c_d'),
    blames: 'spec.selector.matchLabels',
  },
  {
    rule: labelKey,
    base: 'selective',
    bad: both('a'.repeat(64)),
    good: both('a'.repeat(63)),
    blames: 'spec.selector.matchLabels',
  },
  field(
    valuesFit,
    'selective',
    expressions,
    expression('NotIn', 'legacy', []),
    expression('NotIn', 'legacy', ['yes']),
    `${expressions}[0].values`,
  ),
  field(
    valuesFit,
    'selective',
    expressions,
    expression('Exists', 'tier', ['web']),
    expression('Exists', 'tier'),
    `${expressions}[0].values`,
  ),
  field(
    'an empty selector would be every pod: give matchLabels',
    'selective',
    'spec.selector',
    {},
    { matchLabels: { app: 'checkout' } },
  ),
  field(
    'an empty selector would be every pod: give matchLabels',
    'plain',
    'spec.selector',
    { matchLabels: {}, matchExpressions: [] },
    { matchExpressions: expression('Exists', 'app') },
  ),
];
