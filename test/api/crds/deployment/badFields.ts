import type { BadField } from '../badFields.ts';

/** What the schema of a Deployment refuses, field by field, each with its good twin. */

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const letters = (count: number) => 'a'.repeat(count);
const maxInt = 2_147_483_647;
/** A name of labels, so long, of which each is short enough. */
const dotted = (count: number) =>
  'a.'
    .repeat(count)
    .slice(0, count - 1)
    .concat('a');

const whole: readonly BadField[] = [
  ['required', 'spec.selector', undefined, { matchLabels: { app: 'checkout' } }],
  ['unknown', 'spec.colour', 'red', undefined],
  ['unknown', 'spec.strategy.canary.steps[2].wieght', 5, undefined],
  ['unknown', 'spec.analysis.metrics[0].provider', 'prometheus', undefined],
  ['type', 'spec.replicas', '3', 3],
  ['minimum', 'spec.replicas', -1, 0],
  ['maximum', 'spec.replicas', maxInt + 1, maxInt],
  ['type', 'spec.paused', 'yes', true],
  ['minimum', 'spec.minReadySeconds', -1, 0],
  ['maximum', 'spec.minReadySeconds', maxInt + 1, 599],
  ['minimum', 'spec.progressDeadlineSeconds', 0, 6],
  ['maximum', 'spec.progressDeadlineSeconds', maxInt + 1, maxInt],
  ['minimum', 'spec.revisionHistoryLimit', -1, 0],
  ['maximum', 'spec.revisionHistoryLimit', maxInt + 1, maxInt],
  ['type', 'spec.configSnapshots', true, { enabled: true }],
  ['required', 'spec.configSnapshots.enabled', undefined, false],
  ['maxItems', 'spec.configSnapshots.secrets', times(33, (i) => `s${i}`), times(32, (i) => `s${i}`)],
  ['distinct', 'spec.configSnapshots.secrets', ['a', 'a'], ['a', 'b'], 'spec.configSnapshots.secrets[1]'],
  ['minLength', 'spec.configSnapshots.secrets[0]', '', 'a'],
  ['maxLength', 'spec.configSnapshots.secrets[0]', letters(254), letters(253)],
  ['required', 'spec.rollback.window.revisions', undefined, 1],
  ['minimum', 'spec.rollback.window.revisions', 0, 1],
  ['maximum', 'spec.rollback.window.revisions', 101, 100],
  ['enum', 'spec.deletionPolicy', 'Retain', 'Delete'],
];

const expressions = 'spec.selector.matchExpressions';
const absent = (index: number) => ({ key: `k${index}`, operator: 'DoesNotExist' });

const selector: readonly BadField[] = [
  [
    'maxProperties',
    'spec.selector.matchLabels',
    Object.fromEntries(times(33, (index) => [`l${index}`, 'x'])),
    { app: 'checkout', tier: 'web' },
  ],
  ['pattern', 'spec.selector.matchLabels.app', '-x', 'checkout'],
  ['maxLength', 'spec.selector.matchLabels.app', letters(64), 'checkout'],
  ['maxItems', expressions, times(17, absent), times(16, absent)],
  ['required', `${expressions}[1].key`, undefined, 'old'],
  ['pattern', `${expressions}[1].key`, 'a b', 'example.com/a_b'],
  ['maxLength', `${expressions}[1].key`, `${letters(316)}/a`, `${letters(253)}/a`],
  ['required', `${expressions}[1].operator`, undefined, 'DoesNotExist'],
  ['enum', `${expressions}[1].operator`, 'Equals', 'DoesNotExist'],
  [
    'maxItems',
    `${expressions}[0].values`,
    ['web', ...times(32, (index) => `v${index}`)],
    ['web', ...times(31, (index) => `v${index}`)],
  ],
  ['pattern', `${expressions}[0].values[1]`, 'a b', ''],
  ['maxLength', `${expressions}[0].values[1]`, letters(64), letters(63)],
];

const rolling = 'spec.strategy.rollingUpdate';

const rollingUpdate: readonly BadField[] = [
  ['enum', 'spec.strategy.type', 'canary', 'Canary'],
  ['pattern', `${rolling}.maxSurge`, '10', '10%'],
  ['pattern', `${rolling}.maxSurge`, '1.5%', '150%'],
  ['maxLength', `${rolling}.maxSurge`, `${'1'.repeat(10)}%`, `${'1'.repeat(9)}%`],
  ['minimum', `${rolling}.maxSurge`, -1, 0],
  ['maximum', `${rolling}.maxSurge`, maxInt + 1, maxInt],
  ['type', `${rolling}.maxSurge`, 1.5, 1],
  ['pattern', `${rolling}.maxUnavailable`, '101%', '100%'],
  ['maxLength', `${rolling}.maxUnavailable`, `${'1'.padStart(10, '0')}%`, `${'1'.padStart(9, '0')}%`],
  ['minimum', `${rolling}.maxUnavailable`, -1, 0],
  ['maximum', `${rolling}.maxUnavailable`, maxInt + 1, maxInt],
];

const steps = 'spec.strategy.canary.steps';
const match = `${steps}[0].match[0]`;
const team = { headers: [{ name: 'x-team', value: 'checkout' }] };
const named = (index: number) => ({ name: `n${index}`, value: 'v' });

const canary: readonly BadField[] = [
  ['minItems', steps, [], [{ weight: 100, analysis: {} }]],
  ['maxItems', steps, times(33, () => ({ analysis: {} })), times(32, () => ({ analysis: {} }))],
  ['minimum', `${steps}[2].weight`, -1, 0],
  ['maximum', `${steps}[5].weight`, 101, 100],
  ['type', `${steps}[2].weight`, '5%', 5],
  ['pattern', `${steps}[3].replicas`, '101%', '100%'],
  ['maxLength', `${steps}[3].replicas`, `${'1'.padStart(10, '0')}%`, `${'1'.padStart(9, '0')}%`],
  ['minimum', `${steps}[3].replicas`, -1, 0],
  ['maximum', `${steps}[3].replicas`, maxInt + 1, maxInt],
  ['pattern', `${steps}[1].mirror`, '0%', '1%'],
  ['pattern', `${steps}[1].mirror`, '10', '100%'],
  ['maxLength', `${steps}[1].mirror`, `${'1'.padStart(10, '0')}%`, `${'1'.padStart(9, '0')}%`],
  ['type', `${steps}[0].pause`, true, {}],
  ['maxLength', `${steps}[2].pause.duration`, '1m'.repeat(13), '1m30s'],
  ['maxLength', `${steps}[3].analysis.duration`, '1m'.repeat(13), '90s'],
  ['minItems', `${steps}[3].analysis.metrics`, [], ['errors']],
  ['maxItems', `${steps}[3].analysis.metrics`, times(17, (index) => `m${index}`), ['errors', 'p99']],
  [
    'distinct',
    `${steps}[3].analysis.metrics`,
    ['errors', 'errors'],
    ['errors', 'p99'],
    `${steps}[3].analysis.metrics[1]`,
  ],
  ['minLength', `${steps}[3].analysis.metrics[0]`, '', 'orders'],
  ['maxLength', `${steps}[3].analysis.metrics[0]`, letters(64), 'orders'],
  ['pattern', 'spec.strategy.canary.stickiness.cookie', 'a b', 'a_b'],
  ['maxLength', 'spec.strategy.canary.stickiness.cookie', letters(65), letters(64)],
  ['maxLength', 'spec.strategy.canary.stickiness.ttl', '1m'.repeat(13), '24h'],
];

const matches: readonly BadField[] = [
  ['minItems', `${steps}[0].match`, [], [team]],
  ['maxItems', `${steps}[0].match`, times(9, () => team), times(8, () => team)],
  ['minItems', `${match}.headers`, [], [named(1)]],
  ['maxItems', `${match}.headers`, times(9, named), times(8, named)],
  ['distinct', `${match}.headers`, [named(1), named(1)], [named(1), named(2)], `${match}.headers[1]`],
  ['required', `${match}.headers[0].name`, undefined, 'x-team'],
  ['pattern', `${match}.headers[0].name`, 'x team', 'X-Team'],
  ['maxLength', `${match}.headers[0].name`, letters(129), letters(128)],
  ['required', `${match}.headers[0].value`, undefined, 'checkout'],
  ['minLength', `${match}.headers[0].value`, '', ' '],
  ['maxLength', `${match}.headers[0].value`, letters(257), letters(256)],
  ['enum', `${match}.headers[0].type`, 'Regex', 'RegularExpression'],
  ['minItems', `${match}.cookies`, [], [named(1)]],
  ['maxItems', `${match}.cookies`, times(9, named), times(8, named)],
  ['distinct', `${match}.cookies`, [named(1), named(1)], [named(1), named(2)], `${match}.cookies[1]`],
  ['pattern', `${match}.cookies[0].value`, 'a;b', 'a=b'],
  ['maxLength', `${match}.cookies[0].value`, letters(257), letters(256)],
  ['minItems', `${match}.query`, [], [named(1)]],
  ['maxItems', `${match}.query`, times(9, named), times(8, named)],
  ['distinct', `${match}.query`, [named(1), named(1)], [named(1), named(2)], `${match}.query[1]`],
  ['minLength', `${match}.query[0].name`, '', 'q'],
  ['maxLength', `${match}.query[0].name`, letters(257), letters(256)],
];

const blueGreen = 'spec.strategy.blueGreen';

const others: readonly BadField[] = [
  ['minimum', `${blueGreen}.previewReplicas`, 0, 1],
  ['maximum', `${blueGreen}.previewReplicas`, maxInt + 1, maxInt],
  ['maxLength', `${blueGreen}.autoPromotionAfter`, '1m'.repeat(13), '1h'],
  ['maxLength', `${blueGreen}.scaleDownDelay`, '1m'.repeat(13), '1h'],
  ['required', 'spec.strategy.abTest.match', undefined, [team]],
];

const ports = 'spec.traffic.ports';
const gateway = 'spec.traffic.gateway';
const parent = `${gateway}.parentRefs[0]`;
const port = (index: number) => ({ name: `p${index}`, port: index + 1 });
const listener = (index: number) => ({ name: 'public', port: index + 1 });
const host = (index: number) => `h${index}.example.com`;

const traffic: readonly BadField[] = [
  ['required', ports, undefined, [port(1)]],
  ['minItems', ports, [], [{ port: 80 }]],
  ['maxItems', ports, times(17, port), times(16, port)],
  ['distinct', ports, [port(1), { ...port(1), name: 'x' }], [port(1), port(2)], `${ports}[1]`],
  ['required', `${ports}[0].port`, undefined, 443],
  ['minimum', `${ports}[0].port`, 0, 1],
  ['maximum', `${ports}[0].port`, 65536, 65535],
  ['pattern', `${ports}[0].name`, 'HTTP', 'h2-c'],
  ['maxLength', `${ports}[0].name`, letters(16), letters(15)],
  ['pattern', `${ports}[0].targetPort`, '8443', 'https'],
  ['maxLength', `${ports}[0].targetPort`, letters(16), letters(15)],
  ['minimum', `${ports}[0].targetPort`, 0, 1],
  ['maximum', `${ports}[0].targetPort`, 65536, 65535],
  ['minLength', `${ports}[0].appProtocol`, '', 'h2'],
  ['maxLength', `${ports}[0].appProtocol`, letters(254), letters(253)],
  ['maxLength', 'spec.traffic.drain', '1m'.repeat(13), '0s'],
  ['maxLength', 'spec.traffic.settle', '1m'.repeat(13), '500ms'],
  ['required', `${gateway}.parentRefs`, undefined, [{ name: 'public' }]],
  ['minItems', `${gateway}.parentRefs`, [], [{ name: 'public' }]],
  ['maxItems', `${gateway}.parentRefs`, times(9, listener), times(8, listener)],
  ['pattern', `${parent}.group`, 'Gateway.io', 'gateway.io'],
  ['maxLength', `${parent}.group`, letters(254), letters(253)],
  ['pattern', `${parent}.kind`, '1Gateway', 'Gateway1'],
  ['maxLength', `${parent}.kind`, letters(64), letters(63)],
  ['required', `${parent}.name`, undefined, 'internal'],
  ['pattern', `${parent}.name`, 'Public', 'pub.lic'],
  ['maxLength', `${parent}.name`, letters(254), letters(253)],
  ['pattern', `${parent}.namespace`, 'a.b', 'a-b'],
  ['maxLength', `${parent}.namespace`, letters(64), letters(63)],
  ['pattern', `${parent}.sectionName`, 'HTTPS', 'https.v2'],
  ['maxLength', `${parent}.sectionName`, letters(254), letters(253)],
  ['minItems', `${gateway}.hostnames`, [], ['*.example.com']],
  ['maxItems', `${gateway}.hostnames`, times(17, host), times(16, host)],
  ['distinct', `${gateway}.hostnames`, [host(1), host(1)], [host(1), host(2)], `${gateway}.hostnames[1]`],
  ['pattern', `${gateway}.hostnames[0]`, 'Shop.example.com', 'shop-2.example.com'],
  ['pattern', `${gateway}.hostnames[0]`, 'https://shop.example.com', '*.shop.example.com'],
  ['maxLength', `${gateway}.hostnames[0]`, dotted(255), dotted(253)],
  ['pattern', `${gateway}.path`, 'shop', '/shop'],
  ['maxLength', `${gateway}.path`, `/${letters(512)}`, `/${letters(511)}`],
  ['enum', `${gateway}.kind`, 'TCPRoute', 'HTTPRoute'],
  ['required', `${gateway}.preview.hostnames`, undefined, [host(1)]],
];

const metrics = 'spec.analysis.metrics';
const metric = (index: number) => ({ name: `m${index}`, preset: 'latency', max: 1 });
const stepMetrics = [
  { name: 'errors', preset: 'error-rate', max: '1%' },
  { name: 'p99', preset: 'latency', max: 0.3 },
];
const web = `${metrics}[4].web`;
const url = 'https://quality.example.com/';

const analysis: readonly BadField[] = [
  ['maxLength', 'spec.analysis.interval', '1m'.repeat(13), '1m'],
  ['required', 'spec.analysis.prometheus.address', undefined, 'http://prometheus:9090'],
  ['pattern', 'spec.analysis.prometheus.address', 'prometheus:9090', 'https://prometheus:9090/path'],
  ['pattern', 'spec.analysis.prometheus.address', 'http://me:secret@prometheus', 'http://prometheus'],
  ['maxLength', 'spec.analysis.prometheus.address', `${url}${letters(2048)}`, `${url}${letters(2000)}`],
  ['pattern', 'spec.analysis.prometheus.secretRef.key', 'a/b', 'a_b'],
  ['maxLength', 'spec.analysis.prometheus.secretRef.key', letters(254), letters(253)],
  ['required', metrics, undefined, stepMetrics],
  ['maxItems', metrics, times(17, metric), [...stepMetrics, ...times(14, metric)]],
  ['distinct', metrics, [...stepMetrics, stepMetrics[0]], stepMetrics, `${metrics}[2]`],
  ['required', `${metrics}[1].name`, undefined, 'compared'],
  ['pattern', `${metrics}[1].name`, 'Errors', 'errors-2'],
  ['maxLength', `${metrics}[1].name`, letters(64), letters(63)],
  ['enum', `${metrics}[0].preset`, 'errors', 'error-rate'],
  ['minimum', `${metrics}[2].quantile`, 0, 0.001],
  ['maximum', `${metrics}[2].quantile`, 1, 0.9999],
  ['minLength', `${metrics}[3].query`, '', 'up'],
  ['maxLength', `${metrics}[3].query`, letters(4097), letters(4096)],
  ['required', `${web}.url`, undefined, url],
  ['pattern', `${web}.url`, 'ftp://quality.example.com', 'http://quality'],
  ['maxLength', `${web}.url`, `${url}${letters(2048)}`, `${url}${letters(2000)}`],
  ['enum', `${web}.method`, 'PUT', 'POST'],
  ['required', `${web}.jsonPath`, undefined, '$.score'],
  ['minLength', `${web}.jsonPath`, '', '$'],
  ['maxLength', `${web}.jsonPath`, letters(513), letters(512)],
  ['maxItems', `${web}.headers`, times(17, named), times(16, named)],
  ['maxLength', `${web}.headers[1].value`, letters(1025), letters(1024)],
  ['required', `${web}.headers[0].valueFrom.secretKeyRef`, undefined, { name: 'quality', key: 'token' }],
  ['required', `${web}.headers[0].valueFrom.secretKeyRef.key`, undefined, 'token'],
  ['maxLength', `${web}.timeout`, '1m'.repeat(13), '5s'],
  ['required', `${metrics}[5].job.template`, undefined, { spec: {} }],
  ['pattern', `${metrics}[0].max`, 'much', '1.5%'],
  ['maxLength', `${metrics}[0].max`, '1'.repeat(33), '1'.repeat(32)],
  ['pattern', `${metrics}[3].min`, '1/2', '-1e-3'],
  ['maxLength', `${metrics}[3].min`, '1'.repeat(33), 10],
  ['required', `${metrics}[1].compare.maxIncrease`, undefined, 0.005],
  ['pattern', `${metrics}[1].compare.maxIncrease`, '+1%', '.5%'],
  ['maxLength', `${metrics}[1].compare.maxIncrease`, '1'.repeat(33), '1'.repeat(32)],
  ['minimum', `${metrics}[1].compare.confidence`, 0, 0.5],
  ['maximum', `${metrics}[1].compare.confidence`, 1, 0.9999],
  ['minimum', `${metrics}[0].failureLimit`, 0, 1],
  ['maximum', `${metrics}[0].failureLimit`, 1001, 1000],
  ['enum', `${metrics}[0].onNoData`, 'Ignore', 'Wait'],
  ['enum', `${metrics}[0].onError`, 'Pass', 'Wait'],
  ['enum', `${metrics}[0].onInconclusive`, 'Wait', 'Pause'],
];

const request: readonly BadField[] = [
  ['required', 'spec.request.id', undefined, 'a'],
  ['pattern', 'spec.request.id', 'a b', 'run.12_a-b'],
  ['maxLength', 'spec.request.id', letters(64), letters(63)],
  ['required', 'spec.request.verb', undefined, 'Abort'],
  ['enum', 'spec.request.verb', 'promote', 'PromoteAll'],
  ['required', 'spec.request.revision', undefined, 1],
  ['minimum', 'spec.request.revision', 0, 1],
  ['minimum', 'spec.request.step', 0, 1],
  ['maximum', 'spec.request.step', 33, 32],
  ['maxLength', 'spec.request.by', letters(1025), letters(1024)],
];

export const badFields: readonly BadField[] = [
  ...whole,
  ...selector,
  ...rollingUpdate,
  ...canary,
  ...matches,
  ...others,
  ...traffic,
  ...analysis,
  ...request,
];

const container = 'spec.template.spec.containers[0]';

/** What the schema of a pod template refuses; what the values mean, only a dry run of the ReplicaSet knows. */
export const badTemplates: readonly BadField[] = [
  ['required', 'spec.template', undefined, { metadata: { labels: { app: 'checkout', tier: 'web' } } }],
  ['type', 'spec.template.spec', 'pods', { containers: [] }],
  ['unknown', `${container}.imagee`, 'checkout:2', undefined],
  ['required', `${container}.name`, undefined, 'main'],
  ['type', `${container}.image`, 7, 'seven'],
  ['pattern', `${container}.resources.requests.cpu`, 'much', 0.25],
  ['pattern', `${container}.resources.requests.memory`, '64MB', '64M'],
  ['type', `${container}.ports[0].containerPort`, 'http', 8081],
  [
    'distinct',
    `${container}.env`,
    [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ],
    [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    `${container}.env[1]`,
  ],
  [
    'distinct',
    `${container}.ports`,
    [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }],
    [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }],
    `${container}.ports[1]`,
  ],
];
