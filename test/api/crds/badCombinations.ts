/** What a rule in CEL refuses, each with its good twin. */

/** Every change together makes the Project bad; `good` replaces some of them and makes it good. */
interface BadCombination {
  /** The message of the rule, as the schema has it. */
  readonly rule: string;
  readonly bad: Readonly<Record<string, unknown>>;
  readonly good: Readonly<Record<string, unknown>>;
  /** The field that the answer names. */
  readonly blames: string;
  /** In the answer, where the rule computes its message. */
  readonly says?: string;
}

const ingress = 'spec.network.ingress';
const peer = `${ingress}[0].from[0]`;
const target = 'spec.network.egress[0].to[0]';
const onlyPeer =
  'a peer is exactly one of project, gateways, cidr, or selectors (namespaceSelector, podSelector)';
const onlyTarget =
  'a peer is exactly one of project, internet, apiServer, cidr, or selectors (namespaceSelector, podSelector)';
const cidrForm =
  'must be a range of addresses written with its first one, as in 203.0.113.0/24 or 2001:db8::/32';
const exceptForm =
  'every range in except must be a range inside cidr, smaller than it, written with its first address';
const system =
  'system: names stand for the cluster itself or for everybody; name a team, a group system:serviceaccounts:<namespace>, or use kind ServiceAccount';
const ownNamespace =
  "must not be one of the cluster's own namespaces (kube-*, default) or Mainstay's (mainstay-system)";
const derivedNamespace = "an environment would have one of the cluster's own namespaces, or Mainstay's";
const countable =
  'a name in the map is no resource that a quota counts; for example cpu, limits.memory, pods, count/jobs.batch, requests.nvidia.com/gpu';
const requestable =
  'a name in the map is no resource of a container; for example cpu, memory, ephemeral-storage, nvidia.com/gpu';
const labelKey =
  'a key of matchLabels is no label: an optional DNS name and /, then up to 63 letters, digits, -, _ or .';

/** A case of one field. */
const field = (rule: string, at: string, bad: unknown, good: unknown, says?: string): BadCombination => ({
  rule,
  bad: { [at]: bad },
  good: { [at]: good },
  blames: at,
  ...(says === undefined ? {} : { says }),
});

const subjects: readonly BadCombination[] = [
  field(system, 'spec.owners[0].name', 'system:masters', 'masters'),
  field(system, 'spec.owners[0].name', 'system:authenticated', 'system:serviceaccounts:ci'),
  field(system, 'spec.access[0].subjects[0].name', 'system:unauthenticated', 'everybody'),
  {
    rule: system,
    bad: { 'spec.owners[0]': { kind: 'User', name: 'system:serviceaccount:ci:deployer' } },
    good: { 'spec.owners[0]': { kind: 'ServiceAccount', name: 'deployer', namespace: 'cd' } },
    blames: 'spec.owners[0].name',
  },
  {
    rule: 'namespace is required for kind ServiceAccount, and only for it',
    bad: { 'spec.owners[1].namespace': undefined },
    good: { 'spec.owners[1].namespace': 'cd' },
    blames: 'spec.owners[1].namespace',
  },
  {
    rule: 'namespace is required for kind ServiceAccount, and only for it',
    bad: { 'spec.owners[0].namespace': 'ci' },
    good: { 'spec.owners[0].namespace': undefined },
    blames: 'spec.owners[0].namespace',
  },
  field(
    'a ServiceAccount has a DNS name: lower-case letters, digits, - and .',
    'spec.owners[1].name',
    'Deployer',
    'deployer.v2',
  ),
];

const twice = 'names a subject twice: name each once';
const team = (name: string) => ({ kind: 'Group', name });

const lists: readonly BadCombination[] = [
  field(twice, 'spec.owners', [team('a'), team('b'), team('a')], [team('a'), team('b')]),
  field(twice, 'spec.access[0].subjects', [team('a'), team('a')], [team('a'), { kind: 'User', name: 'a' }]),
];

const peers: readonly BadCombination[] = [
  { rule: onlyPeer, bad: { [peer]: {} }, good: { [peer]: { podSelector: {} } }, blames: peer },
  {
    rule: onlyPeer,
    bad: { [peer]: { project: 'a', cidr: '10.0.0.0/8' } },
    good: { [peer]: { cidr: '10.0.0.0/8' } },
    blames: peer,
  },
  {
    rule: onlyPeer,
    bad: { [peer]: { gateways: true, podSelector: {} } },
    good: { [peer]: { namespaceSelector: {}, podSelector: {} } },
    blames: peer,
  },
  { rule: onlyTarget, bad: { [target]: {} }, good: { [target]: { internet: true } }, blames: target },
  {
    rule: onlyTarget,
    bad: { [target]: { internet: true, apiServer: true } },
    good: { [target]: { apiServer: true } },
    blames: target,
  },
  {
    rule: 'environment needs project, which may be this one',
    bad: { [peer]: { environment: 'prod', gateways: true } },
    good: { [peer]: { environment: 'prod', project: 'payments' } },
    blames: `${peer}.environment`,
  },
  {
    rule: 'except needs cidr',
    bad: { [target]: { internet: true, except: ['10.0.0.0/8'] } },
    good: { [target]: { cidr: '10.0.0.0/7', except: ['10.0.0.0/8'] } },
    blames: `${target}.except`,
  },
  field(cidrForm, `${target}.cidr`, 'everywhere', '203.0.112.0/23'),
  field(cidrForm, `${target}.cidr`, '203.0.113.0', '203.0.0.0/16'),
  field(cidrForm, `${target}.cidr`, '203.0.113.1/24', '203.0.113.0/24'),
  field(cidrForm, `${target}.cidr`, '203.0.113.0/33', '203.0.113.0/25'),
  {
    rule: cidrForm,
    bad: { [peer]: { cidr: '2001:db8::1/32' } },
    good: { [peer]: { cidr: '2001:db8::/32' } },
    blames: `${peer}.cidr`,
  },
  {
    rule: cidrForm,
    bad: { [peer]: { cidr: '2001:db8::/129' } },
    good: { [peer]: { cidr: '2001:db8::/128' } },
    blames: `${peer}.cidr`,
  },
  {
    rule: cidrForm,
    bad: { [peer]: { cidr: '::ffff:10.0.0.0/104' } },
    good: { [peer]: { cidr: '::/0' } },
    blames: `${peer}.cidr`,
  },
  field(exceptForm, `${target}.except`, ['198.51.100.0/28'], ['203.0.113.0/28']),
  field(exceptForm, `${target}.except`, ['203.0.113.0/24'], ['203.0.113.0/25']),
  field(exceptForm, `${target}.except`, ['203.0.113.1/28'], ['203.0.113.1/32']),
  field(exceptForm, `${target}.except`, ['some'], ['203.0.113.128/25']),
  {
    rule: exceptForm,
    bad: { [target]: { cidr: '2001:db8::/32', except: ['10.0.0.0/8'] } },
    good: { [target]: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } },
    blames: `${target}.except`,
  },
  field(
    'endPort needs a port that is a number, and not above it',
    `spec.network.egress[0].ports[0].endPort`,
    442,
    443,
  ),
  {
    rule: 'endPort needs a port that is a number, and not above it',
    bad: { 'spec.network.egress[0].ports[0]': { port: 'https', endPort: 450 } },
    good: { 'spec.network.egress[0].ports[0]': { port: 'https' } },
    blames: 'spec.network.egress[0].ports[0].endPort',
  },
  field(labelKey, `${ingress}[1].from[0].namespaceSelector.matchLabels`, { 'a b': 'c' }, { 'a.b/c_d': 'e' }),
  field(
    labelKey,
    `${ingress}[1].from[0].namespaceSelector.matchLabels`,
    { 'example..com/team': 'c' },
    { 'example.com/team': 'c' },
  ),
  field(
    labelKey,
    `${ingress}[1].from[0].namespaceSelector.matchLabels`,
    { ['a'.repeat(64)]: 'c' },
    { ['a'.repeat(63)]: 'c' },
  ),
  {
    rule: 'values are required for In and NotIn, and only for them',
    bad: { [`${ingress}[1].from[0].podSelector.matchExpressions[0].values`]: [] },
    good: { [`${ingress}[1].from[0].podSelector.matchExpressions[0].values`]: ['a'] },
    blames: `${ingress}[1].from[0].podSelector.matchExpressions[0].values`,
  },
  {
    rule: 'values are required for In and NotIn, and only for them',
    bad: { [`${ingress}[1].from[0].podSelector.matchExpressions[0].operator`]: 'Exists' },
    good: { [`${ingress}[1].from[0].podSelector.matchExpressions[0].operator`]: 'NotIn' },
    blames: `${ingress}[1].from[0].podSelector.matchExpressions[0].values`,
  },
];

/** Limits of the Project that contradict themselves, and, below, with those of an environment. */
const limits: readonly BadCombination[] = (
  [
    ['min', 'defaultRequest'],
    ['min', 'default'],
    ['min', 'max'],
    ['defaultRequest', 'default'],
    ['defaultRequest', 'max'],
    ['default', 'max'],
  ] as const
).flatMap(([lower, upper]) => [
  {
    rule: `${lower} must not be above ${upper}`,
    bad: {
      'spec.limits': { [lower]: { cpu: '1001m' }, [upper]: { cpu: '1' } },
      'spec.environments[1].limits': undefined,
    },
    good: { 'spec.limits': { [lower]: { cpu: '1000m' }, [upper]: { cpu: '1' } } },
    blames: `spec.limits.${lower}`,
    says: `${lower} must not be above ${upper}: ["cpu"]`,
  },
  {
    rule: `with the Project's limits, ${lower} would be above ${upper} in an environment`,
    bad: {
      'spec.limits': { [upper]: { memory: '1Gi' } },
      'spec.environments[1].limits': { [lower]: { memory: '1025Mi' } },
    },
    good: { 'spec.environments[1].limits': { [lower]: { memory: '1025Mi' }, [upper]: { memory: '2Gi' } } },
    blames: 'spec.environments',
    says: `with the Project's limits, ${lower} would be above ${upper} in environments: ["prod"]`,
  },
  {
    rule: `with the Project's limits, ${lower} would be above ${upper} in an environment`,
    bad: {
      'spec.limits': { [lower]: { memory: '1Gi' } },
      'spec.environments[1].limits': { [upper]: { memory: '1023Mi' } },
    },
    good: { 'spec.environments[1].limits': { [upper]: { memory: '1024Mi' } } },
    blames: 'spec.environments',
    says: `${lower} would be above ${upper} in environments: ["prod"]`,
  },
]);

const amounts: readonly BadCombination[] = [
  field(
    countable,
    'spec.quota.hard',
    { fish: '1', pods: '2' },
    { 'count/fish.sea': '1', pods: '2' },
    '["fish"] is no resource',
  ),
  field(
    countable,
    'spec.quota.hard',
    { 'nvidia.com/gpu': '1' },
    { 'requests.nvidia.com/gpu': '1' },
    '["nvidia.com/gpu"]',
  ),
  field(
    countable,
    'spec.quota.hard',
    { 'gold/requests.storage': '1Ti' },
    { 'gold.storageclass.storage.k8s.io/requests.storage': '1Ti' },
    '["gold/requests.storage"]',
  ),
  field(
    'objects are counted in whole numbers',
    'spec.quota.hard',
    { pods: '1.5', cpu: '0.5' },
    { pods: '1500', cpu: '0.5', 'hugepages-2Mi': '1Gi' },
    '["pods"]',
  ),
  field(requestable, 'spec.limits.default', { fish: '1' }, { 'example.com/fish': '1' }, '["fish"]'),
  field(
    'a limit is never below its request: maxLimitRequestRatio must be at least 1',
    'spec.limits.maxLimitRequestRatio',
    { cpu: '999m' },
    { cpu: '1' },
  ),
  field(
    'maxLimitRequestRatio must not be above max divided by min, which can never be reached',
    'spec.limits.maxLimitRequestRatio',
    { cpu: '81' },
    { cpu: '80' },
  ),
  {
    rule: 'with a quota, at least one environment needs a quota.weight above 0',
    bad: { 'spec.environments': [{ name: 'dev', quota: { weight: 0 } }] },
    good: { 'spec.quota': undefined },
    blames: 'spec.environments',
  },
  {
    rule: "the environments' quota.hard together must not be above the Project's",
    bad: {
      'spec.environments': [
        { name: 'dev', quota: { hard: { pods: '201' } } },
        { name: 'prod', quota: { hard: { cpu: '9000' } } },
      ],
    },
    good: { 'spec.environments': [{ name: 'dev', quota: { hard: { pods: '200' } } }] },
    blames: 'spec.environments',
    says: `the environments' quota.hard together must not be above the Project's: ["pods"]`,
  },
  {
    rule: "the environments' quota.hard together must not be above the Project's",
    bad: {
      'spec.quota.hard': { cpu: '300m' },
      'spec.environments': ['a', 'b', 'c'].map((name) => ({ name, quota: { hard: { cpu: '101m' } } })),
    },
    good: { 'spec.environments': ['a', 'b', 'c'].map((name) => ({ name, quota: { hard: { cpu: '0.1' } } })) },
    blames: 'spec.environments',
    says: `the environments' quota.hard together must not be above the Project's: ["cpu"]`,
  },
];

const environments: readonly BadCombination[] = [
  {
    rule: 'adopt needs namespace: name the namespace to take over',
    bad: { 'spec.environments[0].adopt': true },
    good: { 'spec.environments[0].namespace': 'old-dev' },
    blames: 'spec.environments[0].adopt',
  },
  field(ownNamespace, 'spec.environments[2].namespace', 'kube-system', 'kubernetes'),
  field(ownNamespace, 'spec.environments[2].namespace', 'default', 'defaults'),
  field(ownNamespace, 'spec.environments[2].namespace', 'mainstay-system', 'mainstay'),
  {
    rule: derivedNamespace,
    bad: { 'metadata.name': 'kube', 'spec.environments': [{ name: 'system' }] },
    good: { 'spec.environments': [{ name: 'system', namespace: 'cube-system' }] },
    blames: 'spec.environments',
    says: 'rename, or give a namespace: ["system"]',
  },
  {
    rule: derivedNamespace,
    bad: { 'metadata.name': 'mainstay', 'spec.environments': [{ name: 'system' }] },
    good: { 'spec.environments': [{ name: 'systems' }] },
    blames: 'spec.environments',
    says: 'rename, or give a namespace: ["system"]',
  },
  {
    rule: 'the name of the Project, - and the name of an environment must not be longer than 63 characters together',
    bad: { 'metadata.name': 'p'.repeat(40), 'spec.environments': [{ name: 'e'.repeat(23) }, { name: 'e' }] },
    good: { 'spec.environments': [{ name: 'e'.repeat(22) }, { name: 'e'.repeat(23), namespace: 'short' }] },
    blames: 'spec.environments',
    says: 'e'.repeat(23),
  },
  {
    rule: 'two environments have the same namespace',
    bad: { 'spec.environments': [{ name: 'dev' }, { name: 'old', namespace: 'payments-dev' }] },
    good: { 'spec.environments': [{ name: 'dev' }, { name: 'old', namespace: 'payments-old' }] },
    blames: 'spec.environments',
    says: 'this environment has the namespace of another: ["old"]',
  },
  {
    rule: 'two environments have the same namespace',
    bad: {
      'spec.environments': [
        { name: 'a', namespace: 'shared' },
        { name: 'b', namespace: 'shared' },
      ],
    },
    good: { 'spec.environments': [{ name: 'a', namespace: 'shared' }] },
    blames: 'spec.environments',
    says: '["a", "b"]',
  },
  {
    rule: "a Secret is copied from outside: from.namespace must not be one of the Project's own environments",
    bad: { 'spec.secrets[0].from.namespace': 'payments-dev' },
    good: { 'spec.secrets[0].from.namespace': 'payments-test' },
    blames: 'spec.secrets',
  },
  {
    rule: "a Secret is copied from outside: from.namespace must not be one of the Project's own environments",
    bad: { 'spec.secrets[0].from.namespace': 'old-payments' },
    good: { 'spec.environments[2].namespace': 'older-payments' },
    blames: 'spec.secrets',
  },
];

export const badCombinations: readonly BadCombination[] = [
  ...subjects,
  ...lists,
  ...peers,
  ...limits,
  ...amounts,
  ...environments,
];
