import {
  analysis,
  type BadCombination,
  errors,
  field,
  gateway,
  metrics,
  prometheus,
  steps,
  team,
} from './combination.ts';

/** What rules refuse of metrics, and of names of metrics. */

const source = 'a metric has exactly one source: preset, query, web or job';
const bound = 'a metric needs max, min or compare: nothing says yet what is good';
const job = { template: { spec: { containers: [{ name: 'smoke', image: 'smoke' }] } } };
const jobAlone = 'a job passes or fails by itself: max, min and compare are for the other sources';
const compared = 'compare is for preset error-rate alone, whose samples it counts: give max or min';
const compare = { maxIncrease: '0.5%' };
const quantile = 'quantile is for preset latency alone; a query says its own';
const credentials = 'a header has exactly one of value and valueFrom';
const credential = 'this header says who asks, which is a secret: give valueFrom';
const fromSecret = { secretKeyRef: { name: 'quality', key: 'token' } };
const header = `${metrics}[4].web.headers[0]`;
/** The fourth metric, which no step names. */
const metric = (rule: string, bad: object, good: object, below = ''): BadCombination =>
  field(
    rule,
    'canary',
    `${metrics}[3]`,
    { name: 'it', ...bad },
    { name: 'it', ...good },
    `${metrics}[3]${below}`,
  );

export const analyses: readonly BadCombination[] = [
  metric(source, { max: 1 }, { query: 'up', max: 1 }),
  metric(source, { query: 'up', preset: 'latency', max: 1 }, { preset: 'latency', max: 1 }),
  metric(source, { query: 'up', job }, { job }),
  metric(bound, { query: 'up' }, { query: 'up', min: 1 }),
  metric(bound, { preset: 'error-rate' }, { preset: 'error-rate', compare }),
  metric(bound, { preset: 'request-rate', failureLimit: 3 }, { preset: 'request-rate', min: 0.5 }),
  metric(
    bound,
    { web: { url: 'http://quality', jsonPath: '$' } },
    { web: { url: 'http://quality', jsonPath: '$' }, max: 0 },
  ),
  metric(jobAlone, { job, max: 1 }, { job, failureLimit: 1 }, '.job'),
  metric(compared, { preset: 'latency', compare }, { preset: 'latency', max: 1 }, '.compare'),
  metric(compared, { query: 'up', compare, max: 1 }, { preset: 'error-rate', compare, max: 1 }, '.compare'),
  metric(
    quantile,
    { preset: 'error-rate', quantile: 0.5, max: 1 },
    { preset: 'latency', quantile: 0.5, max: 1 },
    '.quantile',
  ),
  field(credentials, 'canary', header, { name: 'a' }, { name: 'a', value: '' }),
  field(
    credentials,
    'canary',
    header,
    { name: 'a', value: 'b', valueFrom: fromSecret },
    { name: 'a', valueFrom: fromSecret },
  ),
  field(
    credential,
    'canary',
    header,
    { name: 'Authorization', value: 'Bearer a' },
    { name: 'Authorization', valueFrom: fromSecret },
    `${header}.value`,
  ),
  field(
    credential,
    'canary',
    header,
    { name: 'x-API-key', value: 'a' },
    { name: 'x-api', value: 'a' },
    `${header}.value`,
  ),
  {
    rule: 'metrics with preset or query need analysis.prometheus.address: where it answers',
    base: 'plain',
    bad: { 'spec.analysis': { metrics: [errors] } },
    good: { 'spec.analysis': { metrics: [{ name: 'smoke', job }] }, [`${steps}[0].analysis`]: {} },
    blames: 'spec.analysis.prometheus',
  },
  {
    rule: 'a metric with job is run by an analysis of the strategy, and none has it: give a step analysis: {}, or name the metric there',
    base: 'plain',
    bad: {
      'spec.analysis': { prometheus, metrics: [errors, { name: 'smoke', job }] },
      [`${steps}[0].analysis`]: { metrics: ['errors'] },
    },
    good: { [`${steps}[0].analysis`]: { metrics: ['smoke'] } },
    blames: metrics,
  },
  {
    rule: 'analysis is for Canary, BlueGreen and ABTest: with RollingUpdate and Recreate nothing waits for it; give strategy.type: Canary',
    base: 'plain',
    bad: { 'spec.analysis': analysis, 'spec.strategy': undefined },
    good: { 'spec.strategy': { type: 'Canary' } },
    blames: 'spec.analysis',
  },
];

const analysisRule =
  'an analysis needs spec.analysis, which says what is measured, and names metrics that are there';
const needsAnalysis = 'an analysis needs spec.analysis, which says what is measured';
const unknownMetric = 'an analysis names a metric that spec.analysis.metrics has not';
const needed = (strategy: object, blames: string): BadCombination => ({
  rule: analysisRule,
  base: 'plain',
  bad: { 'spec.traffic': gateway, 'spec.strategy': strategy },
  good: { 'spec.analysis': analysis },
  blames,
  says: needsAnalysis,
});

export const names: readonly BadCombination[] = [
  needed({ type: 'Canary', canary: { steps: [{ weight: 5, analysis: {} }] } }, steps),
  needed({ type: 'BlueGreen', blueGreen: { preAnalysis: {} } }, 'spec.strategy.blueGreen.preAnalysis'),
  needed({ type: 'BlueGreen', blueGreen: { postAnalysis: {} } }, 'spec.strategy.blueGreen.postAnalysis'),
  needed({ type: 'ABTest', abTest: { match: team, analysis: {} } }, 'spec.strategy.abTest.analysis'),
  field(
    analysisRule,
    'canary',
    `${steps}[3].analysis.metrics`,
    ['errors', 'p98'],
    ['errors', 'p99'],
    steps,
    `${unknownMetric}: [["p98"]]`,
  ),
  field(
    analysisRule,
    'blueGreen',
    'spec.strategy.blueGreen.preAnalysis.metrics',
    ['error', 'smoke'],
    ['errors', 'smoke'],
    'spec.strategy.blueGreen.preAnalysis',
    `${unknownMetric}: ["error"]`,
  ),
  field(
    analysisRule,
    'blueGreen',
    'spec.strategy.blueGreen.postAnalysis.metrics',
    ['errors', 'p98'],
    ['p99'],
    'spec.strategy.blueGreen.postAnalysis',
    '["p98"]',
  ),
  field(
    analysisRule,
    'abTest',
    'spec.strategy.abTest.analysis.metrics',
    ['sales', 'smoke'],
    ['orders', 'smoke'],
    'spec.strategy.abTest.analysis',
    '["sales"]',
  ),
];
