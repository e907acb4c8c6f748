import type { BadField } from '../badFields.ts';

/** What the schema of a Policy refuses, field by field, each with its good twin. */

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const letters = (count: number) => 'a'.repeat(count);
const name = (index: number) => `n${index}`;
const pair = (good: unknown) => [good, good];

const whole: readonly BadField[] = [
  ['pattern', 'metadata.name', 'require.requests', 'require-requests-2'],
  ['maxLength', 'metadata.name', letters(64), letters(63)],
  ['required', 'spec.match', undefined, { workloads: true }],
  ['required', 'spec.rules', undefined, [{ name: 'a', expression: 'true', message: 'a' }]],
  ['unknown', 'spec.colour', 'red', undefined],
  ['unknown', 'spec.match.namespace', 'shop', undefined],
  ['unknown', 'spec.rules[0].expresion', 'true', undefined],
  ['type', 'spec.rules', 'true', [{ name: 'a', expression: 'true', message: 'a' }]],
  ['pattern', 'spec.title', 'two\nlines', 'one line'],
  ['maxLength', 'spec.title', letters(129), letters(128)],
  ['maxLength', 'spec.description', letters(8193), letters(8192)],
  ['enum', 'spec.severity', 'urgent', 'critical'],
  ['enum', 'spec.enforcement', 'Enforce', 'Audit'],
];

const control = 'spec.controls[0]';
const aControl = (index: number) => ({ framework: 'CIS', id: `5.${index}` });

const controls: readonly BadField[] = [
  ['maxItems', 'spec.controls', times(65, aControl), times(64, aControl)],
  ['distinct', 'spec.controls', pair(aControl(1)), [aControl(1), aControl(2)], 'spec.controls[1]'],
  ['required', `${control}.framework`, undefined, 'NSA'],
  ['pattern', `${control}.framework`, 'CIS Kubernetes', 'CIS_1.10'],
  ['maxLength', `${control}.framework`, letters(64), letters(63)],
  ['required', `${control}.id`, undefined, '5.2.6'],
  ['pattern', `${control}.id`, ' 5', '5 2'],
  ['maxLength', `${control}.id`, letters(64), letters(63)],
];

const resource = 'spec.match.resources[0]';
const ofGroup = (index: number) => ({ apiGroups: [`g${index}`], resources: ['things'] });

const resources: readonly BadField[] = [
  ['type', 'spec.match.workloads', 'yes', true],
  ['minItems', 'spec.match.resources', [], [ofGroup(1)]],
  ['maxItems', 'spec.match.resources', times(17, ofGroup), times(16, ofGroup)],
  ['required', `${resource}.apiGroups`, undefined, ['apps']],
  ['minItems', `${resource}.apiGroups`, [], ['']],
  ['maxItems', `${resource}.apiGroups`, times(9, name), times(8, name)],
  ['distinct', `${resource}.apiGroups`, pair('apps'), ['apps', 'batch'], `${resource}.apiGroups[1]`],
  ['pattern', `${resource}.apiGroups[0]`, 'Apps', 'networking.k8s.io'],
  ['maxLength', `${resource}.apiGroups[0]`, letters(254), letters(253)],
  ['minItems', `${resource}.apiVersions`, [], ['v1beta1']],
  ['maxItems', `${resource}.apiVersions`, times(9, name), times(8, name)],
  ['distinct', `${resource}.apiVersions`, pair('v1'), ['v1', 'v2'], `${resource}.apiVersions[1]`],
  ['pattern', `${resource}.apiVersions[0]`, 'apps/v1', '*'],
  ['maxLength', `${resource}.apiVersions[0]`, letters(64), letters(63)],
  ['required', `${resource}.resources`, undefined, ['ingresses']],
  ['minItems', `${resource}.resources`, [], ['ingresses']],
  ['maxItems', `${resource}.resources`, times(17, name), times(16, name)],
  ['distinct', `${resource}.resources`, pair('pods'), ['pods', 'pods/exec'], `${resource}.resources[1]`],
  ['pattern', `${resource}.resources[0]`, 'Ingress', '*/scale'],
  ['maxLength', `${resource}.resources[0]`, letters(128), letters(127)],
  ['minItems', `${resource}.operations`, [], ['DELETE']],
  [
    'maxItems',
    `${resource}.operations`,
    ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', 'CREATE'],
    ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  ],
  ['distinct', `${resource}.operations`, pair('CREATE'), ['CREATE', 'DELETE'], `${resource}.operations[1]`],
  ['enum', `${resource}.operations[0]`, 'PATCH', 'CREATE'],
];

/** Fields that the match, what it excludes, and an exception have alike. */
const where = (at: string): readonly BadField[] => [
  ['minItems', `${at}.projects`, [], ['shop']],
  ['maxItems', `${at}.projects`, times(65, name), times(64, name)],
  ['distinct', `${at}.projects`, pair('shop'), ['shop', 'pay'], `${at}.projects[1]`],
  ['pattern', `${at}.projects[0]`, 'Shop', 'shop-2'],
  ['maxLength', `${at}.projects[0]`, letters(64), letters(63)],
  ['minItems', `${at}.environments`, [], ['prod']],
  ['maxItems', `${at}.environments`, times(17, name), times(16, name)],
  ['distinct', `${at}.environments`, pair('prod'), ['prod', 'dev'], `${at}.environments[1]`],
  ['pattern', `${at}.environments[0]`, 'prod*', 'prod'],
  ['maxLength', `${at}.environments[0]`, letters(64), letters(63)],
  ['minItems', `${at}.namespaces`, [], ['shop']],
  ['maxItems', `${at}.namespaces`, times(65, name), times(64, name)],
  ['distinct', `${at}.namespaces`, pair('shop'), ['shop', 'pay'], `${at}.namespaces[1]`],
  ['pattern', `${at}.namespaces[0]`, 'shop-*', 'shop-1'],
  ['maxLength', `${at}.namespaces[0]`, letters(64), letters(63)],
];

const exclude = 'spec.match.exclude';
const scope = `${exclude}[0]`;
const labels = (count: number) => Object.fromEntries(times(count, (index) => [`l${index}`, 'x']));
const exists = (index: number) => ({ key: `l${index}`, operator: 'Exists' });
const expressions = 'spec.match.objectSelector.matchExpressions';

const scopes: readonly BadField[] = [
  ...where('spec.match'),
  ...where(scope),
  ['maxItems', exclude, times(17, () => ({ names: ['a'] })), times(16, () => ({ names: ['a'] }))],
  ['minItems', `${scope}.kinds`, [], ['Job']],
  ['maxItems', `${scope}.kinds`, times(17, (index) => `K${index}`), times(16, (index) => `K${index}`)],
  ['distinct', `${scope}.kinds`, pair('Job'), ['Job', 'Pod'], `${scope}.kinds[1]`],
  ['pattern', `${scope}.kinds[0]`, 'jobs', 'Job'],
  ['maxLength', `${scope}.kinds[0]`, `A${letters(63)}`, `A${letters(62)}`],
  ['minItems', `${scope}.names`, [], ['a']],
  ['maxItems', `${scope}.names`, times(33, name), times(32, name)],
  ['distinct', `${scope}.names`, pair('a'), ['a', 'a-*'], `${scope}.names[1]`],
  ['pattern', `${scope}.names[0]`, '*-batch', 'batch*'],
  ['pattern', `${scope}.names[0]`, '*', 'system:a'],
  ['maxLength', `${scope}.names[0]`, letters(254), letters(253)],
  ['maxProperties', 'spec.match.objectSelector.matchLabels', labels(9), labels(8)],
  ['pattern', 'spec.match.objectSelector.matchLabels.team', 'a b', 'a.b'],
  ['maxLength', 'spec.match.objectSelector.matchLabels.team', letters(64), letters(63)],
  ['maxItems', expressions, times(9, exists), times(8, exists)],
  ['required', `${expressions}[0].key`, undefined, 'tier'],
  ['pattern', `${expressions}[0].key`, 'a b', 'example.com/tier'],
  ['maxLength', `${expressions}[0].key`, `${letters(254)}/${letters(63)}`, `${letters(253)}/${letters(63)}`],
  ['required', `${expressions}[0].operator`, undefined, 'NotIn'],
  ['enum', `${expressions}[0].operator`, 'Equals', 'NotIn'],
  ['maxItems', `${expressions}[0].values`, times(17, name), times(16, name)],
  ['pattern', `${expressions}[0].values[0]`, 'a b', ''],
  ['maxLength', `${expressions}[0].values[0]`, letters(64), letters(63)],
];

const rule = 'spec.rules[0]';
const aRule = (index: number) => ({ name: name(index), expression: 'true', message: 'why' });
const aVariable = (index: number) => ({ name: name(index), expression: '1' });
const containers = aVariable(0);

const computed: readonly BadField[] = [
  ['type', 'spec.params', ['a'], { a: 1 }],
  [
    'maxProperties',
    'spec.params',
    Object.fromEntries(times(33, (index) => [name(index), 1])),
    Object.fromEntries(times(32, (index) => [name(index), 1])),
  ],
  ['maxItems', 'spec.variables', times(33, aVariable), times(32, aVariable)],
  ['distinct', 'spec.variables', pair(containers), [containers, aVariable(1)], 'spec.variables[1]'],
  ['required', 'spec.variables[0].name', undefined, 'containers'],
  ['pattern', 'spec.variables[0].name', 'all-containers', '_allContainers2'],
  ['maxLength', 'spec.variables[0].name', letters(64), letters(63)],
  ['required', 'spec.variables[0].expression', undefined, '1'],
  ['minLength', 'spec.variables[0].expression', '', '1'],
  ['maxLength', 'spec.variables[0].expression', letters(8193), letters(8192)],
  ['minItems', 'spec.rules', [], [aRule(1)]],
  ['maxItems', 'spec.rules', times(33, aRule), times(32, aRule)],
  ['distinct', 'spec.rules', pair(aRule(1)), [aRule(1), aRule(2)], 'spec.rules[1]'],
  ['required', `${rule}.name`, undefined, 'cpu'],
  ['pattern', `${rule}.name`, 'CPU', 'cpu-2'],
  ['maxLength', `${rule}.name`, letters(64), letters(63)],
  ['required', `${rule}.expression`, undefined, 'true'],
  ['minLength', `${rule}.expression`, '', '1'],
  ['maxLength', `${rule}.expression`, letters(8193), letters(8192)],
  ['pattern', `${rule}.message`, 'two\nlines', 'one line'],
  ['pattern', `${rule}.message`, ' ', '.'],
  ['maxLength', `${rule}.message`, letters(1025), letters(1024)],
  ['minLength', 'spec.rules[1].messageExpression', '', "''"],
  ['maxLength', 'spec.rules[1].messageExpression', letters(4097), letters(4096)],
];

const exception = 'spec.exceptions[0]';
const anException = (index: number) => ({ name: name(index), match: { names: ['a'] }, reason: 'why' });
const fix = 'spec.fix';
const mutation = { patchType: 'JSONPatch', jsonPatch: { expression: '[]' } };

const others: readonly BadField[] = [
  ['required', 'spec.promotion.to', undefined, 'Deny'],
  ['enum', 'spec.promotion.to', 'Audit', 'Warn'],
  ['required', 'spec.promotion.afterCleanFor', undefined, '1h'],
  ['maxLength', 'spec.promotion.afterCleanFor', '1m'.repeat(13), '1m'],
  ['maxItems', 'spec.exceptions', times(33, anException), times(32, anException)],
  [
    'distinct',
    'spec.exceptions',
    pair(anException(1)),
    [anException(1), anException(2)],
    'spec.exceptions[1]',
  ],
  ['required', `${exception}.name`, undefined, 'legacy'],
  ['pattern', `${exception}.name`, 'Legacy', 'legacy'],
  ['maxLength', `${exception}.name`, letters(64), letters(63)],
  ['required', `${exception}.match`, undefined, { names: ['a'] }],
  ['required', `${exception}.reason`, undefined, 'why'],
  ['minLength', `${exception}.reason`, '', 'why'],
  ['pattern', `${exception}.reason`, 'two\nlines', 'one line'],
  ['maxLength', `${exception}.reason`, letters(1025), letters(1024)],
  ['pattern', `${exception}.expires`, 'next year', '2028-01-01'],
  ['pattern', `${exception}.expires`, '2027-1-31', '2027-01-31T18:00:00Z'],
  ['pattern', `${exception}.expires`, '2027-04-31', '2027-04-30'],
  ['pattern', `${exception}.expires`, '2027-02-30', '2027-02-28'],
  ['pattern', `${exception}.expires`, '2027-01-31T18:00', '2027-01-31T18:00:59Z'],
  ['maxLength', `${exception}.expires`, '2027-01-31T18:00:00+00:00', '2027-01-31T00:00:00Z'],
  ['required', `${fix}.mutations`, undefined, [mutation]],
  ['minItems', `${fix}.mutations`, [], [mutation]],
  ['maxItems', `${fix}.mutations`, times(9, () => mutation), times(8, () => mutation)],
  ['required', `${fix}.mutations[0].patchType`, undefined, 'ApplyConfiguration'],
  ['enum', `${fix}.mutations[0].patchType`, 'Merge', 'ApplyConfiguration'],
  ['required', `${fix}.mutations[0].applyConfiguration.expression`, undefined, 'Object{}'],
  ['minLength', `${fix}.mutations[0].applyConfiguration.expression`, '', 'Object{}'],
  ['maxLength', `${fix}.mutations[0].applyConfiguration.expression`, letters(8193), letters(8192)],
  ['required', `${fix}.mutations[1].jsonPatch.expression`, undefined, '[]'],
  ['minLength', `${fix}.mutations[1].jsonPatch.expression`, '', '[]'],
  ['maxLength', `${fix}.mutations[1].jsonPatch.expression`, letters(8193), letters(8192)],
  ['enum', `${fix}.existing`, 'Yes', 'Apply'],
  ['required', 'spec.request.id', undefined, 'a'],
  ['pattern', 'spec.request.id', 'a b', 'a_b'],
  ['maxLength', 'spec.request.id', letters(64), letters(63)],
  ['required', 'spec.request.verb', undefined, 'RevertFixes'],
  ['enum', 'spec.request.verb', 'Revert', 'RevertFixes'],
];

export const badFields: readonly BadField[] = [
  ...whole,
  ...controls,
  ...resources,
  ...scopes,
  ...computed,
  ...others,
];
