import {
  type BadCombination,
  byQuery,
  expressions,
  field,
  gateway,
  metrics,
  prometheus,
  steps,
  team,
} from './combination.ts';

/** What rules refuse where there is no gateway, or one that cannot. */

/** What is bad as it is, and good with a gateway. */
const needsGateway = (
  rule: string,
  blames: string,
  bad: Readonly<Record<string, unknown>>,
): BadCombination => ({ rule, base: 'plain', bad, good: { 'spec.traffic': gateway }, blames });
/** One rule for all that steps may have, which says what it has found. */
const stepNeedsGateway = (says: string, bad: Readonly<Record<string, unknown>>): BadCombination => ({
  ...needsGateway('steps with match, mirror or replicas need traffic.gateway', steps, bad),
  says,
});
const noExpressions =
  'traffic does not go with selector.matchExpressions: Services select by labels alone, and would have pods of others; give matchLabels alone';
const grpc = 'a GRPCRoute cannot match on query: match on headers or cookies';
const grpcGateway = { ports: [{ port: 80 }], gateway: { ...gateway.gateway, kind: 'GRPCRoute' } };

export const gateways: readonly BadCombination[] = [
  {
    rule: noExpressions,
    base: 'selective',
    bad: { 'spec.traffic': { ports: [{ port: 80 }] } },
    good: { [expressions]: [] },
    blames: 'spec.selector',
  },
  {
    rule: noExpressions,
    base: 'plain',
    bad: {
      'spec.selector': { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
      'spec.traffic': gateway,
    },
    good: { 'spec.selector': { matchLabels: { app: 'checkout' } } },
    blames: 'spec.selector',
  },
  stepNeedsGateway(
    'steps with match need traffic.gateway: without one, requests are split by numbers of pods alone',
    { [steps]: [{ match: team, pause: {} }] },
  ),
  stepNeedsGateway(
    'steps with mirror need traffic.gateway: without one, requests are split by numbers of pods alone',
    { [steps]: [{ weight: 5 }, { mirror: '10%', pause: {} }], 'spec.traffic': { ports: [{ port: 80 }] } },
  ),
  stepNeedsGateway(
    'steps with replicas need traffic.gateway: without one, the number of pods is the weight; give weight alone',
    { [steps]: [{ replicas: 1, weight: 5 }] },
  ),
  needsGateway(
    'dynamicStableScale needs traffic.gateway: without one, the stable pods become fewer as the weight grows in any case',
    'spec.strategy.canary.dynamicStableScale',
    { 'spec.strategy.canary.dynamicStableScale': true },
  ),
  needsGateway(
    'stickiness needs traffic.gateway: nothing else knows who asks',
    'spec.strategy.canary.stickiness',
    { 'spec.strategy.canary.stickiness': {} },
  ),
  needsGateway(
    'type ABTest needs traffic.gateway: nothing else can tell requests apart',
    'spec.strategy.abTest',
    { 'spec.strategy': { type: 'ABTest', abTest: { match: team } } },
  ),
  needsGateway(
    'metrics with preset need traffic.gateway: a preset is what the gateway itself measures; give query',
    metrics,
    { 'spec.analysis': { prometheus, metrics: [{ name: 'errors', preset: 'error-rate', max: '1%' }] } },
  ),
  {
    rule: grpc,
    base: 'plain',
    bad: { 'spec.traffic': grpcGateway, [steps]: [{ match: byQuery, pause: {} }] },
    good: { [steps]: [{ match: team, pause: {} }] },
    blames: steps,
  },
  {
    rule: grpc,
    base: 'plain',
    bad: {
      'spec.traffic': grpcGateway,
      'spec.strategy': { type: 'ABTest', abTest: { match: [...team, ...byQuery] } },
    },
    good: { 'spec.traffic': gateway },
    blames: 'spec.strategy.abTest.match',
  },
  {
    rule: 'stickiness is by a cookie, which gRPC does not know: take it out, or use kind: HTTPRoute',
    base: 'plain',
    bad: {
      'spec.traffic': grpcGateway,
      'spec.strategy': { type: 'Canary', canary: { stickiness: {} } },
    },
    good: { 'spec.traffic': gateway },
    blames: 'spec.strategy.canary.stickiness',
  },
  {
    rule: 'a GRPCRoute has no path: take it out',
    base: 'plain',
    bad: { 'spec.traffic': { ...grpcGateway, gateway: { ...grpcGateway.gateway, path: '/shop' } } },
    good: { 'spec.traffic': grpcGateway },
    blames: 'spec.traffic.gateway.path',
  },
  field(
    'the host names of the preview are others than hostnames, whose requests are split',
    'canary',
    'spec.traffic.gateway.preview.hostnames',
    ['preview.example.com', 'shop.example.com'],
    ['preview.example.com'],
  ),
  field(
    'names a parent twice: name each once',
    'canary',
    'spec.traffic.gateway.parentRefs',
    [{ name: 'public' }, { name: 'internal' }, { name: 'public' }],
    [{ name: 'public' }, { name: 'internal' }, { name: 'public', sectionName: 'https' }],
  ),
  field(
    'of several ports each has a name, and each another',
    'canary',
    'spec.traffic.ports',
    [{ name: 'http', port: 80 }, { port: 81 }],
    [{ port: 80 }],
  ),
  field(
    'of several ports each has a name, and each another',
    'canary',
    'spec.traffic.ports',
    [
      { name: 'http', port: 80 },
      { name: 'http', port: 81 },
    ],
    [
      { name: 'http', port: 80 },
      { name: 'metrics', port: 81 },
    ],
  ),
  ...['shop.v2', '2shop', 's'.repeat(53)].map((name) => ({
    rule: 'with traffic, the name becomes the beginning of names of Services: a letter, then at most 51 lower-case letters, digits and -',
    base: 'canary' as const,
    bad: { 'metadata.name': name },
    good: { 'metadata.name': 's'.repeat(52) },
    blames: 'spec.traffic',
  })),
];
