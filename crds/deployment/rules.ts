import { literal } from '../admission/policy.ts';
import type { Rule } from '../structural/metadata.ts';

/**
 * What must be so between parts of a spec. Rules that look at one part alone stand with it.
 *
 * All are evaluated at each write, also of the status, and each field that a rule reads costs the API server a copy of the
 * list of fields beside it: so what needs the same things is one rule, and `messageExpression` says what of it is not so.
 */

// Of a null that a person wrote the API server says in a rule that the field is not there.

/** The label of the template, if it has it. */
const labelOf = (key: string) => `self.template.?metadata.?labels[?${key}]`;
const labelled = (key: string) => `${labelOf(key)}.hasValue()`;

// No label has a space for its value.
const missingLabel = `${labelOf('key')}.orValue(' ') != self.selector.matchLabels[key]`;
const metExpression = [
  `e.operator == 'Exists' && ${labelled('e.key')}`,
  `e.operator == 'DoesNotExist' && !${labelled('e.key')}`,
  `e.operator == 'In' && has(e.values) && ${labelled('e.key')} && ${labelOf('e.key')}.value() in e.values`,
  `e.operator == 'NotIn' && !(has(e.values) && ${labelled('e.key')} && ${labelOf('e.key')}.value() in e.values)`,
]
  .map((condition) => `(${condition})`)
  .join(' || ');

/** A selector that does not find the pods would make new ones for ever. */
const selectorRules: readonly Rule[] = [
  {
    rule: `!has(self.selector.matchLabels) || !self.selector.matchLabels.exists(key, ${missingLabel})`,
    message: 'the labels of the template must have what selector.matchLabels asks for',
    messageExpression: `"the labels of the template must have what selector.matchLabels asks for: %s".format([self.selector.matchLabels.filter(key, ${missingLabel})])`,
    fieldPath: '.template.metadata.labels',
  },
  {
    rule: `!has(self.selector.matchExpressions) || self.selector.matchExpressions.all(e, ${metExpression})`,
    message: 'the labels of the template must meet selector.matchExpressions',
    fieldPath: '.template.metadata.labels',
  },
];

/** A Service that selects by a part of the selector would have pods of others. */
const serviceRule: Rule = {
  rule: '!has(self.traffic) || !has(self.selector.matchExpressions) || size(self.selector.matchExpressions) == 0',
  message:
    'traffic does not go with selector.matchExpressions: Services select by labels alone, and would have pods of others; give matchLabels alone',
  fieldPath: '.selector',
};

const steps = 'self.strategy.canary.steps';
const hasSteps = 'has(self.strategy.canary) && has(self.strategy.canary.steps)';
const withGateway = 'has(self.traffic) && has(self.traffic.gateway)';

/** What a step may have that only a gateway can do, and why nothing else can. */
const ofGateway = [
  { field: 'match', why: 'requests are split by numbers of pods alone' },
  { field: 'mirror', why: 'requests are split by numbers of pods alone' },
  { field: 'replicas', why: 'the number of pods is the weight; give weight alone' },
] as const;
const stepNeeds = ({ field, why }: (typeof ofGateway)[number]) =>
  `steps with ${field} need traffic.gateway: without one, ${why}`;

/** What only a gateway can do. */
const gatewayRules: readonly Rule[] = [
  {
    rule: `(${withGateway}) || !(${hasSteps}) || !${steps}.exists(s, ${ofGateway.map(({ field }) => `has(s.${field})`).join(' || ')})`,
    message: 'steps with match, mirror or replicas need traffic.gateway',
    messageExpression: ofGateway
      .map((one, index) =>
        index === ofGateway.length - 1
          ? literal(stepNeeds(one))
          : `${steps}.exists(s, has(s.${one.field})) ? ${literal(stepNeeds(one))}`,
      )
      .join(' : '),
    fieldPath: '.strategy.canary.steps',
  },
  {
    rule: `(${withGateway}) || !has(self.strategy.canary) || !self.strategy.canary.dynamicStableScale`,
    message:
      'dynamicStableScale needs traffic.gateway: without one, the stable pods become fewer as the weight grows in any case',
    fieldPath: '.strategy.canary.dynamicStableScale',
  },
  {
    rule: `(${withGateway}) || !has(self.strategy.canary) || !has(self.strategy.canary.stickiness)`,
    message: 'stickiness needs traffic.gateway: nothing else knows who asks',
    fieldPath: '.strategy.canary.stickiness',
  },
  {
    rule: `!(${withGateway}) || self.traffic.gateway.kind != 'GRPCRoute' || !has(self.strategy.canary) || !has(self.strategy.canary.stickiness)`,
    message: 'stickiness is by a cookie, which gRPC does not know: take it out, or use kind: HTTPRoute',
    fieldPath: '.strategy.canary.stickiness',
  },
  {
    rule: `(${withGateway}) || !has(self.strategy.abTest)`,
    message: 'type ABTest needs traffic.gateway: nothing else can tell requests apart',
    fieldPath: '.strategy.abTest',
  },
  {
    rule: `(${withGateway}) || !has(self.analysis) || !self.analysis.metrics.exists(m, has(m.preset))`,
    message:
      'metrics with preset need traffic.gateway: a preset is what the gateway itself measures; give query',
    fieldPath: '.analysis.metrics',
  },
];

const isGrpc = `${withGateway} && self.traffic.gateway.kind == 'GRPCRoute'`;

/** What a GRPCRoute has no word for. */
const grpcRules: readonly Rule[] = [
  {
    rule: `!(${isGrpc}) || !(${hasSteps}) || !${steps}.exists(s, has(s.match) && s.match.exists(m, has(m.query)))`,
    message: 'a GRPCRoute cannot match on query: match on headers or cookies',
    fieldPath: '.strategy.canary.steps',
  },
  {
    rule: `!(${isGrpc}) || !has(self.strategy.abTest) || !self.strategy.abTest.match.exists(m, has(m.query))`,
    message: 'a GRPCRoute cannot match on query: match on headers or cookies',
    fieldPath: '.strategy.abTest.match',
  },
];

/** Whether a metric of this name is there. */
const isMetric = (name: string) => `self.analysis.metrics.exists(m, m.name == ${name})`;

/** The blocks that may hold an analysis, each with the field that is blamed. */
const analysed: readonly { readonly has: string; readonly at: string; readonly fieldPath: string }[] = [
  {
    has: 'has(self.strategy.blueGreen) && has(self.strategy.blueGreen.preAnalysis)',
    at: 'self.strategy.blueGreen.preAnalysis',
    fieldPath: '.strategy.blueGreen.preAnalysis',
  },
  {
    has: 'has(self.strategy.blueGreen) && has(self.strategy.blueGreen.postAnalysis)',
    at: 'self.strategy.blueGreen.postAnalysis',
    fieldPath: '.strategy.blueGreen.postAnalysis',
  },
  {
    has: 'has(self.strategy.abTest) && has(self.strategy.abTest.analysis)',
    at: 'self.strategy.abTest.analysis',
    fieldPath: '.strategy.abTest.analysis',
  },
];

const needsAnalysis = 'an analysis needs spec.analysis, which says what is measured';
const analysisRule = `${needsAnalysis}, and names metrics that are there`;
const unknownMetric = 'an analysis names a metric that spec.analysis.metrics has not';
const unknownOf = (at: string) => `${at}.metrics.filter(name, !${isMetric('name')})`;
/** Whether an analysis, which is there, has all that it measures. */
const isKnown = (at: string) =>
  `(has(self.analysis) && (!has(${at}.metrics) || ${at}.metrics.all(name, ${isMetric('name')})))`;
const namesUnknown = `has(s.analysis) && !${isKnown('s.analysis')}`;
const whatIsUnknown = (names: string) =>
  `!has(self.analysis) ? ${literal(needsAnalysis)} : "${unknownMetric}: %s".format([${names}])`;

/** Whether an analysis, which is at `at` where `has` holds, runs the metric. */
const runs = (has: string, at: string) => `(${has} && (!has(${at}.metrics) || m.name in ${at}.metrics))`;
const isRun = [
  `(${hasSteps} && ${steps}.exists(s, ${runs('has(s.analysis)', 's.analysis')}))`,
  ...analysed.map(({ has, at }) => runs(has, at)),
].join(' || ');

/** Names of metrics mean something. */
const metricRules: readonly Rule[] = [
  {
    rule: `!(${hasSteps}) || !${steps}.exists(s, ${namesUnknown})`,
    message: analysisRule,
    messageExpression: whatIsUnknown(
      `${steps}.filter(s, ${namesUnknown}).map(s, ${unknownOf('s.analysis')})`,
    ),
    fieldPath: '.strategy.canary.steps',
  },
  ...analysed.map(
    ({ has, at, fieldPath }): Rule => ({
      rule: `!(${has}) || ${isKnown(at)}`,
      message: analysisRule,
      messageExpression: whatIsUnknown(unknownOf(at)),
      fieldPath,
    }),
  ),
  {
    rule: `!has(self.analysis) || self.analysis.metrics.all(m, !has(m.job) || ${isRun})`,
    message:
      'a metric with job is run by an analysis of the strategy, and none has it: give a step analysis: {}, or name the metric there',
    fieldPath: '.analysis.metrics',
  },
  {
    rule: "!has(self.analysis) || !(self.strategy.type in ['RollingUpdate', 'Recreate'])",
    message:
      'analysis is for Canary, BlueGreen and ABTest: with RollingUpdate and Recreate nothing waits for it; give strategy.type: Canary',
    fieldPath: '.analysis',
  },
];

/** Every rule over the whole spec. */
export const specRules: readonly Rule[] = [
  {
    rule: 'self.progressDeadlineSeconds > self.minReadySeconds',
    message: 'progressDeadlineSeconds must be above minReadySeconds: no pod could be available in time',
    fieldPath: '.progressDeadlineSeconds',
  },
  ...selectorRules,
  serviceRule,
  ...gatewayRules,
  ...grpcRules,
  ...metricRules,
];
