/** What the schema refuses, field by field, each with its good twin. */

/** How the API server says what is wrong, by what the schema says. */
export const says = {
  type: /must be of type|must be an integer or a string/,
  unknown: /unknown field/,
  pattern: /should match/,
  minLength: /should be at least \d+ chars long/,
  maxLength: /Too long/,
  minimum: /should be greater than/,
  maximum: /should be less than/,
  minItems: /should have at least \d+ items/,
  maxItems: /Too many/,
  minProperties: /should have at least \d+ properties/,
  maxProperties: /Too many/,
  enum: /Unsupported value/,
  required: /Required value/,
  distinct: /Duplicate value/,
} as const;

export type Keyword = keyof typeof says;

/** The field, what is wrong with it, a bad value (undefined: the field is missing) and a good one. */
export type BadField = readonly [by: Keyword, at: string, bad: unknown, good: unknown, blames?: string];

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const letters = (count: number) => 'a'.repeat(count);
const team = (index: number) => ({ kind: 'Group', name: `team-${index}` });
const amounts = (count: number) =>
  Object.fromEntries(times(count, (index) => [`example.com/resource-${index}`, '1']));
const counts = (count: number) =>
  Object.fromEntries(times(count, (index) => [`count/resource-${index}`, '1']));

const ingress = 'spec.network.ingress';
const egress = 'spec.network.egress';
const labels = `${ingress}[1].from[0].namespaceSelector.matchLabels`;
const expressions = `${ingress}[1].from[0].podSelector.matchExpressions`;
const cidr = { cidr: '10.0.0.0/8' };
const grant = (index: number) => ({ role: `role-${index}`, subjects: [team(index)] });
const copy = (name: string) => ({ name, from: { namespace: 'platform', name } });

const whole: readonly BadField[] = [
  ['pattern', 'metadata.name', 'pay.ments', 'pay-ments'],
  ['maxLength', 'metadata.name', letters(64), letters(40)],
  ['required', 'spec', undefined, { environments: [{ name: 'dev' }] }],
  ['type', 'spec', 'dev', { environments: [{ name: 'dev' }] }],
  ['unknown', 'spec.colour', 'red', undefined],
  ['unknown', 'spec.environments[0].colour', 'red', undefined],
  ['unknown', `${ingress}[0].form`, [], undefined],
  ['maxLength', 'spec.description', letters(1025), letters(1024)],
  ['type', 'spec.description', 7, 'seven'],
  ['type', 'spec.suspend', 'yes', true],
  ['enum', 'spec.podSecurity', 'Restricted', 'baseline'],
  ['enum', 'spec.environments[0].podSecurity', 'none', 'restricted'],
  ['enum', 'spec.deletionPolicy', 'Keep', 'Delete'],
];

const access: readonly BadField[] = [
  ['maxItems', 'spec.owners', times(33, team), times(32, team)],
  ['required', 'spec.owners[0].kind', undefined, 'User'],
  ['enum', 'spec.owners[0].kind', 'Robot', 'User'],
  ['required', 'spec.owners[0].name', undefined, 'ada'],
  ['minLength', 'spec.owners[0].name', '', 'ada'],
  ['maxLength', 'spec.owners[0].name', letters(254), letters(253)],
  ['pattern', 'spec.owners[1].namespace', 'CI', 'ci-2'],
  ['maxLength', 'spec.owners[1].namespace', letters(64), letters(63)],
  ['maxItems', 'spec.access', times(9, grant), times(8, grant)],
  ['distinct', 'spec.access', [grant(1), grant(1)], [grant(1), grant(2)], 'spec.access[1]'],
  ['required', 'spec.access[0].role', undefined, 'edit'],
  ['pattern', 'spec.access[0].role', 'View', 'system:aggregate-to-view'],
  ['maxLength', 'spec.access[0].role', letters(64), letters(63)],
  ['required', 'spec.access[0].subjects', undefined, [team(1)]],
  ['minItems', 'spec.access[0].subjects', [], [team(1)]],
  ['maxItems', 'spec.access[0].subjects', times(17, team), times(16, team)],
  ['minItems', 'spec.environments[1].access[0].subjects', [], [team(1)]],
];

const amountsOf = (map: string): readonly BadField[] => [
  ['minProperties', `spec.limits.${map}`, {}, undefined],
  ['maxProperties', `spec.limits.${map}`, amounts(17), amounts(16)],
  ['pattern', `spec.limits.${map}.storage`, 'much', undefined],
  ['maxLength', `spec.limits.${map}["ephemeral-storage"]`, `${'9'.repeat(25)}`, undefined],
];

const resources: readonly BadField[] = [
  ['required', 'spec.quota.hard', undefined, { pods: '10' }],
  ['minProperties', 'spec.quota.hard', {}, { pods: '10' }],
  ['maxProperties', 'spec.quota.hard', counts(33), counts(32)],
  ['type', 'spec.quota.hard.pods', 200, '200'],
  ['pattern', 'spec.quota.hard.pods', 'many', '1e2'],
  ['pattern', 'spec.quota.hard.pods', '-1', '0'],
  ['pattern', 'spec.quota.hard.pods', '', '1'],
  ['pattern', 'spec.quota.hard["requests.memory"]', '64GB', '64G'],
  ['pattern', 'spec.quota.hard["requests.memory"]', '64 Gi', '64.5Gi'],
  ['maxLength', 'spec.quota.hard.pods', '1'.padStart(25, '0'), '1'.padStart(24, '0')],
  ['enum', 'spec.quota.mode', 'elastic', 'Static'],
  ['minimum', 'spec.environments[1].quota.weight', -1, 0],
  ['maximum', 'spec.environments[1].quota.weight', 1001, 1000],
  ['type', 'spec.environments[1].quota.weight', 1.5, 2],
  ['pattern', 'spec.environments[1].quota.hard["requests.cpu"]', 'four', '3900m'],
  ['minProperties', 'spec.limits', {}, undefined],
  ...['default', 'defaultRequest', 'min', 'max', 'maxLimitRequestRatio'].flatMap(amountsOf),
];

const network: readonly BadField[] = [
  ['enum', 'spec.network.isolation', 'strict', 'Open'],
  ['enum', 'spec.environments[1].network.isolation', '', 'Open'],
  ['type', ingress, {}, []],
  ['maxItems', ingress, times(17, () => ({ from: [cidr] })), times(16, () => ({ from: [cidr] }))],
  ['maxItems', egress, times(17, () => ({ to: [cidr] })), times(16, () => ({ to: [cidr] }))],
  ['required', `${ingress}[0].from`, undefined, [cidr]],
  ['minItems', `${ingress}[0].from`, [], [cidr]],
  ['maxItems', `${ingress}[0].from`, times(9, () => cidr), times(8, () => cidr)],
  ['required', `${egress}[0].to`, undefined, [cidr]],
  ['minItems', `${egress}[0].to`, [], [cidr]],
  ['maxItems', `${egress}[0].to`, times(9, () => cidr), times(8, () => cidr)],
  ['pattern', `${ingress}[0].from[0].project`, 'Store', 'store'],
  ['maxLength', `${ingress}[0].from[0].project`, letters(64), letters(63)],
  ['pattern', `${ingress}[0].from[0].environment`, 'prod_1', 'prod-1'],
  ['maxLength', `${ingress}[0].from[0].environment`, letters(64), letters(63)],
  ['enum', `${ingress}[2].from[0].gateways`, false, true],
  ['enum', `${egress}[1].to[0].internet`, false, true],
  ['enum', `${egress}[2].to[0].apiServer`, false, true],
  ['maxLength', `${egress}[0].to[0].cidr`, `203.0.113.0/${'0'.repeat(40)}24`, '203.0.112.0/22'],
  ['minItems', `${egress}[0].to[0].except`, [], ['203.0.113.0/28']],
  [
    'maxItems',
    `${egress}[0].to[0].except`,
    times(17, (index) => `203.0.113.${index}/32`),
    times(16, (index) => `203.0.113.${index}/32`),
  ],
  [
    'distinct',
    `${egress}[0].to[0].except`,
    ['203.0.113.0/28', '203.0.113.0/28'],
    ['203.0.113.0/28', '203.0.113.16/28'],
    `${egress}[0].to[0].except[1]`,
  ],
  ['maxLength', `${egress}[0].to[0].except[0]`, `203.0.113.0/${'0'.repeat(40)}28`, '203.0.113.0/28'],
  ['minItems', `${ingress}[0].ports`, [], undefined],
  [
    'maxItems',
    `${ingress}[0].ports`,
    times(17, (port) => ({ port: port + 1 })),
    times(16, (port) => ({ port: port + 1 })),
  ],
  ['required', `${ingress}[0].ports[0].port`, undefined, 1],
  ['minimum', `${ingress}[0].ports[0].port`, 0, 1],
  ['maximum', `${ingress}[0].ports[0].port`, 65536, 65535],
  ['pattern', `${ingress}[0].ports[0].port`, '8443', 'https'],
  ['pattern', `${ingress}[0].ports[0].port`, 'https-', 'h2-c'],
  ['maxLength', `${ingress}[0].ports[0].port`, letters(16), letters(15)],
  ['type', `${ingress}[0].ports[0].port`, 80.5, 80],
  ['minimum', `${egress}[0].ports[0].endPort`, 0, 443],
  ['maximum', `${egress}[0].ports[0].endPort`, 65536, 65535],
  ['enum', `${ingress}[0].ports[0].protocol`, 'HTTP', 'SCTP'],
  [
    'maxProperties',
    labels,
    Object.fromEntries(times(9, (index) => [`l${index}`, 'x'])),
    Object.fromEntries(times(8, (index) => [`l${index}`, 'x'])),
  ],
  ['pattern', `${labels}.team`, '-x', 'X_1'],
  ['maxLength', `${labels}.team`, letters(64), letters(63)],
  [
    'maxItems',
    expressions,
    times(9, (index) => ({ key: `k${index}`, operator: 'Exists' })),
    times(8, (index) => ({ key: `k${index}`, operator: 'Exists' })),
  ],
  ['required', `${expressions}[0].key`, undefined, 'tier'],
  ['pattern', `${expressions}[0].key`, 'a b', 'example.com/a_b'],
  ['maxLength', `${expressions}[0].key`, `${letters(316)}/a`, `${letters(253)}/a`],
  ['required', `${expressions}[0].operator`, undefined, 'NotIn'],
  ['enum', `${expressions}[0].operator`, 'Equals', 'NotIn'],
  [
    'maxItems',
    `${expressions}[0].values`,
    times(9, (index) => `v${index}`),
    times(8, (index) => `v${index}`),
  ],
  ['pattern', `${expressions}[0].values[0]`, 'a b', ''],
  ['maxLength', `${expressions}[0].values[0]`, letters(64), letters(63)],
];

const environments: readonly BadField[] = [
  [
    'maxItems',
    'spec.secrets',
    times(33, (index) => copy(`s${index}`)),
    times(32, (index) => copy(`s${index}`)),
  ],
  ['distinct', 'spec.secrets', [copy('a'), copy('a')], [copy('a'), copy('b')], 'spec.secrets[1]'],
  ['required', 'spec.secrets[0].name', undefined, 'pull'],
  ['pattern', 'spec.secrets[0].name', 'Pull', 'pull.v2'],
  ['maxLength', 'spec.secrets[0].name', letters(254), letters(253)],
  ['required', 'spec.secrets[0].from', undefined, { namespace: 'platform', name: 'pull' }],
  ['required', 'spec.secrets[0].from.namespace', undefined, 'shared'],
  ['pattern', 'spec.secrets[0].from.namespace', 'plat.form', 'plat-form'],
  ['required', 'spec.secrets[0].from.name', undefined, 'pull'],
  ['required', 'spec.environments', undefined, [{ name: 'dev' }]],
  ['minItems', 'spec.environments', [], [{ name: 'dev' }]],
  [
    'maxItems',
    'spec.environments',
    times(33, (index) => ({ name: `e${index}` })),
    times(32, (index) => ({ name: `e${index}` })),
  ],
  [
    'distinct',
    'spec.environments',
    [{ name: 'dev' }, { name: 'dev', namespace: 'other' }],
    [{ name: 'dev' }, { name: 'test', namespace: 'other' }],
    'spec.environments[1]',
  ],
  ['required', 'spec.environments[0].name', undefined, 'test'],
  ['pattern', 'spec.environments[0].name', 'Dev', 'dev-1'],
  ['pattern', 'spec.environments[0].name', '', 'd'],
  ['maxLength', 'spec.environments[2].name', letters(64), letters(63)],
  ['pattern', 'spec.environments[2].namespace', 'old.payments', 'old-payments-1'],
  ['maxLength', 'spec.environments[2].namespace', letters(64), letters(63)],
  ['type', 'spec.environments[2].adopt', 'true', true],
];

export const badFields: readonly BadField[] = [
  ...whole,
  ...access,
  ...resources,
  ...network,
  ...environments,
];
