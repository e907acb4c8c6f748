import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, aRule, ofKind, someFacts, validatingOf } from './builders.ts';
import { type Candidate, compile } from './index.ts';

const one = (fields: Partial<PolicySpec>, proven = true) => {
  const compiled = compile([aCandidate('p', fields, proven)], someFacts());
  const [policy] = validatingOf(compiled);
  const [binding] = ofKind(compiled, 'ValidatingAdmissionPolicyBinding');
  expect(compiled.findings).toEqual([]);
  if (policy === undefined || binding === undefined) throw new Error('nothing was made');
  return { ...compiled, policy, binding, spec: policy.spec };
};
const findingsOf = (fields: Partial<PolicySpec>, facts = someFacts()) => {
  const { findings, placements } = compile([aCandidate('p', fields)], facts);
  return { findings, placed: placements.length };
};

describe('Policies that are alike share one object and one binding', () => {
  const counted = (...candidates: readonly Candidate[]) => {
    const compiled = compile(candidates, someFacts());
    return [validatingOf(compiled).length, ofKind(compiled, 'ValidatingAdmissionPolicyBinding').length];
  };

  it('seventeen of the same match, exceptions and enforcement are one', () => {
    expect(counted(...Array.from({ length: 17 }, (_, index) => aCandidate(`p${index}`)))).toEqual([1, 1]);
  });

  it('each message names its Policy and rule', () => {
    const compiled = compile([aCandidate('b'), aCandidate('a')], someFacts());
    expect(validatingOf(compiled)[0]?.spec.validations.map(({ message }) => message)).toEqual([
      'Policy a, rule limits: limits is wanted',
      'Policy b, rule limits: limits is wanted',
    ]);
  });

  it('the order within a match does not matter', () => {
    const match = (namespaces: readonly string[]) => ({ workloads: true, namespaces });
    expect(
      counted(aCandidate('a', { match: match(['x', 'y']) }), aCandidate('b', { match: match(['y', 'x']) })),
    ).toEqual([1, 1]);
  });

  it.for([
    ['another match', { match: { workloads: true, namespaces: ['x'] } }],
    ['another enforcement', { enforcement: 'Warn' }],
    ['an exception', { exceptions: [{ name: 'e', match: { names: ['x'] }, reason: 'why' }] }],
    ['an exclusion', { match: { workloads: true, exclude: [{ kinds: ['Job'] }] } }],
  ] as const)('%s makes another object', ([, fields]) => {
    expect(counted(aCandidate('a'), aCandidate('b', fields))).toEqual([2, 2]);
  });

  it('its name says what is in it, so that another content is another object', () => {
    const nameOf = (fields: Partial<PolicySpec>) => one(fields).policy.metadata.name;
    const names = [
      {},
      { enforcement: 'Warn' as const },
      { rules: [aRule('limits', 'podSpec.containers.all(c, has(c.resources.requests))')] },
      { match: { workloads: true, namespaces: ['x'] } },
    ].map(nameOf);
    expect(new Set(names).size).toBe(4);
    expect(nameOf({})).toBe(names[0]);
    expect(names[0]).toMatch(/^mainstay-policy-[0-9a-f]{16}$/);
  });

  it('one that has not earned to fail makes another object', () => {
    expect(counted(aCandidate('a'), aCandidate('b', {}, false))).toEqual([2, 2]);
  });

  it('what two of them compute alike is computed once', () => {
    const fields = {
      variables: [{ name: 'all', expression: 'podSpec.containers + podSpec.?initContainers.orValue([])' }],
      rules: [aRule('a', 'variables.all.all(c, c.image != "")')],
    };
    const compiled = compile([aCandidate('a', fields), aCandidate('b', fields)], someFacts());
    const names = validatingOf(compiled)[0]?.spec.variables?.map(({ name }) => name.replace(/_.*/, ''));
    expect(names).toEqual(['podSpec', 'oldPodSpec', 'same', 'all']);
  });

  it('variables of one name and another content never meet', () => {
    const fields = (image: string) => ({
      variables: [{ name: 'bad', expression: `podSpec.containers.exists(c, c.image == '${image}')` }],
      rules: [aRule('a', '!variables.bad')],
    });
    const compiled = compile([aCandidate('a', fields('x')), aCandidate('b', fields('y'))], someFacts());
    const [policy] = validatingOf(compiled);
    const named = policy?.spec.variables?.filter(({ name }) => name.startsWith('bad_')) ?? [];
    expect(named).toHaveLength(2);
    expect(new Set(named.map(({ name }) => name)).size).toBe(2);
  });
});

describe('enforcement', () => {
  it.for([
    ['Deny', true, 'Fail'],
    ['Deny', false, 'Ignore'],
    ['Warn', true, 'Ignore'],
    ['Audit', true, 'Ignore'],
  ] as const)('%s, proven %s: on failure %s', ([enforcement, proven, failurePolicy]) => {
    const { spec, binding } = one({ enforcement }, proven);
    expect(spec.failurePolicy).toBe(failurePolicy);
    expect(binding.spec.validationActions).toEqual([enforcement]);
  });

  it('what is in force counts, not what the spec says', () => {
    const compiled = compile(
      [{ ...aCandidate('p', { enforcement: 'Audit' }), enforcement: 'Deny' }],
      someFacts(),
    );
    expect(ofKind(compiled, 'ValidatingAdmissionPolicyBinding')[0]?.spec.validationActions).toEqual(['Deny']);
  });
});

describe('the match', () => {
  it('workloads are every kind that has a pod in it, made or changed', () => {
    const { resourceRules } = one({}).spec.matchConstraints;
    expect(
      resourceRules.flatMap(({ apiGroups, resources }) => resources.map((name) => `${apiGroups}/${name}`)),
    ).toEqual([
      '/pods',
      '/pods/ephemeralcontainers',
      '/pods/resize',
      '/replicationcontrollers',
      'apps/daemonsets',
      'apps/deployments',
      'apps/replicasets',
      'apps/statefulsets',
      'batch/cronjobs',
      'batch/jobs',
      'mainstay.dev/deployments',
    ]);
    expect(resourceRules.every(({ operations }) => operations.join() === 'CREATE,UPDATE')).toBe(true);
  });

  it("the cluster's own namespaces are matched only where they are named", () => {
    expect(one({}).spec.matchConstraints.namespaceSelector).toEqual({
      matchExpressions: [
        {
          key: 'kubernetes.io/metadata.name',
          operator: 'NotIn',
          values: ['kube-node-lease', 'kube-system', 'mainstay-system'],
        },
      ],
    });
    const match = { workloads: true, namespaces: ['kube-system', 'a'] };
    expect(one({ match }).spec.matchConstraints.namespaceSelector.matchExpressions).toEqual([
      { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['a', 'kube-system'] },
    ]);
  });

  it('Projects and environments are found by the marks of their namespaces, new ones included', () => {
    const match = { workloads: true, projects: ['shop'], environments: ['prod'] };
    const compiled = compile([aCandidate('p', { match })], someFacts());
    expect(compiled.findings).toMatchObject([
      {
        weight: 'Note',
        field: 'spec.match.projects',
        message: expect.stringContaining('no Project shop yet'),
      },
    ]);
    const [policy] = validatingOf(compiled);
    expect(policy?.spec.matchConstraints.namespaceSelector.matchExpressions).toContainEqual({
      key: 'mainstay.dev/project',
      operator: 'In',
      values: ['shop'],
    });
    expect(policy?.spec.matchConstraints.namespaceSelector.matchExpressions).toContainEqual({
      key: 'mainstay.dev/environment',
      operator: 'In',
      values: ['prod'],
    });
  });

  it('limited to some namespaces, nothing outside of all namespaces is matched, but for namespaces themselves', () => {
    const resources = [{ apiGroups: [''], resources: ['namespaces', 'configmaps'] }];
    const scopes = (match: PolicySpec['match']) =>
      one({ match, rules: [aRule('a', 'true')] }).spec.matchConstraints.resourceRules.map(
        ({ resources, scope }) => [resources.join(), scope],
      );
    expect(scopes({ resources })).toEqual([['configmaps,namespaces', '*']]);
    expect(scopes({ resources, namespaceSelector: { matchLabels: { a: 'b' } } })).toEqual([
      ['configmaps', 'Namespaced'],
      ['namespaces', 'Cluster'],
    ]);
  });

  it('an asterisk stands neither for Policies, which stay correctable, nor for signs of life', () => {
    const match = { resources: [{ apiGroups: ['*'], resources: ['*'] }] };
    const { excludeResourceRules = [] } = one({ match, rules: [aRule('a', 'false')] }).spec.matchConstraints;
    expect(excludeResourceRules.flatMap(({ resources }) => resources)).toEqual([
      'events',
      'leases',
      'events',
      'policies',
      'policies/status',
    ]);
  });
});

describe('what is left out', () => {
  const conditions = (fields: Partial<PolicySpec>, facts = someFacts()) =>
    validatingOf(compile([aCandidate('p', fields)], facts))[0]?.spec.matchConditions.map(
      ({ expression }) => expression,
    ) ?? [];

  it('what is being deleted is never looked at', () => {
    expect(conditions({})).toEqual([
      'oldObject == null || !oldObject.?metadata.?deletionTimestamp.hasValue()',
    ]);
  });

  it('an exception becomes a condition, one for each', () => {
    const exceptions = [
      { name: 'a', match: { namespaces: ['old'], kinds: ['Job'] }, reason: 'why' },
      { name: 'b', match: { namespaces: ['older'] }, reason: 'why' },
    ];
    const [, first, second] = conditions({ exceptions });
    expect([first, second].toSorted().join('\n')).toMatch(
      /in \['old'\] && request.kind.kind in \['Job'\]\)[\s\S]*in \['older'\]\)/,
    );
  });

  it('exceptions that say the same for other reasons share', () => {
    const exception = { name: 'a', match: { namespaces: ['old'] }, reason: 'why' };
    const twice = [exception, { ...exception, name: 'b', reason: 'another' }];
    expect(conditions({ exceptions: twice })).toEqual(conditions({ exceptions: [exception] }));
  });

  it("Projects are found by the namespaces they hold, since a namespace's mark could be forged", () => {
    const facts = someFacts({
      environments: [
        { project: 'shop', environment: 'dev', namespace: 'shop-dev' },
        { project: 'shop', environment: 'prod', namespace: 'shop-live' },
        { project: 'pay', environment: 'dev', namespace: 'pay-dev' },
      ],
    });
    const match = (exclude: object) => ({ match: { workloads: true, exclude: [exclude] } });
    expect(conditions(match({ projects: ['shop'] }), facts)[1]).toContain("in ['shop-dev', 'shop-live']");
    expect(conditions(match({ environments: ['dev'] }), facts)[1]).toContain("in ['pay-dev', 'shop-dev']");
    expect(conditions(match({ projects: ['shop'], environments: ['dev'] }), facts)[1]).toContain(
      "in ['shop-dev']",
    );
  });

  it('a Project that holds nothing leaves nothing out, and that is said', () => {
    const exceptions = [{ name: 'e', match: { projects: ['shpo'] }, reason: 'why' }];
    expect(conditions({ exceptions })).toHaveLength(1);
    expect(findingsOf({ exceptions })).toMatchObject({
      placed: 1,
      findings: [{ weight: 'Note', reason: 'NothingMatched', field: 'spec.exceptions[0].match' }],
    });
  });

  it('more namespaces than an expression takes are refused, with the way out', () => {
    const environments = Array.from({ length: 5000 }, (_, index) => ({
      project: `project-${index}`,
      environment: 'dev',
      namespace: `namespace-of-project-${index}`,
    }));
    const match = { workloads: true, exclude: [{ environments: ['dev'] }] };
    expect(findingsOf({ match }, someFacts({ environments }))).toMatchObject({
      placed: 0,
      findings: [{ weight: 'Refused', reason: 'TooLarge', field: 'spec.match.exclude[0]' }],
    });
  });

  it("what is left out by a namespace's labels is left out in the rules: conditions do not see the namespace", () => {
    const exclude = [{ namespaceSelector: { matchLabels: { legacy: 'yes' } } }];
    const { spec } = one({ match: { workloads: true, exclude } });
    expect(spec.matchConditions).toHaveLength(1);
    expect(spec.variables?.[0]?.name).toBe('leftOut');
    expect(spec.validations[0]?.expression).toMatch(/^variables.leftOut \|\| /);
  });

  describe('with a date', () => {
    const exceptions = [{ name: 'e', match: { namespaces: ['old'] }, reason: 'why', expires: '2027-01-31' }];

    it('is judged by the time at which what is created was created', () => {
      expect(conditions({ exceptions })[1]).toContain("timestamp('2027-01-31T00:00:00Z')");
      expect(compile([aCandidate('p', { exceptions })], someFacts()).until).toBe(Date.UTC(2027, 0, 31));
    });

    it('no longer holds from that moment on', () => {
      const facts = someFacts({ now: Date.UTC(2027, 0, 31) });
      expect(conditions({ exceptions }, facts)).toHaveLength(1);
      expect(compile([aCandidate('p', { exceptions })], facts).until).toBeUndefined();
    });
  });
});

describe('expressions', () => {
  const expressionOf = (expression: string, fields: Partial<PolicySpec> = {}) => {
    const { spec } = one({ rules: [aRule('r', expression)], ...fields });
    return spec.validations[0]?.expression
      .replace(/^variables\.same_\w+ \|\| /, '')
      .replaceAll(/_[0-9a-f]{10}/g, '_#');
  };

  it('our names become variables, and nothing else changes', () => {
    expect(
      expressionOf("podSpec.containers.all(c, c.image in params.images && 'podSpec' != variables.x)", {
        params: { images: ['a'] },
        variables: [{ name: 'x', expression: 'params.images[0]' }],
      }),
    ).toBe(
      "(variables.podSpec.containers.all(c, c.image in variables.params_#.images && 'podSpec' != variables.x_#))",
    );
  });

  it('an update that changes nothing of what a rule reads is let through, rule by rule', () => {
    const rules = [
      aRule('a', "object.metadata.labels['a'] == 'b'"),
      aRule('b', 'podSpec.hostNetwork != true'),
    ];
    const { spec } = one({ rules });
    const same = spec.variables?.filter(({ name }) => name.startsWith('same_')) ?? [];
    expect(same.map(({ expression }) => expression)).toEqual([
      "request.operation == 'UPDATE' && object.?metadata.?labels.?a == oldObject.?metadata.?labels.?a",
      "request.operation == 'UPDATE' && variables.podSpec.?hostNetwork == variables.oldPodSpec.?hostNetwork",
    ]);
    expect(spec.validations.map(({ expression }) => expression.split(' ||')[0])).toEqual(
      same.map(({ name }) => `variables.${name}`),
    );
  });

  it('what a rule reads through a variable counts', () => {
    const { spec } = one({
      variables: [
        { name: 'a', expression: 'podSpec.containers' },
        { name: 'b', expression: 'variables.a.map(c, c.image)' },
      ],
      rules: [aRule('r', 'variables.b.all(image, image != "")')],
    });
    expect(spec.variables?.find(({ name }) => name.startsWith('same_'))?.expression).toContain(
      'variables.oldPodSpec.?containers.orValue(null).map(e0, e0.?image)',
    );
  });

  it('where no updates are matched, none are let through', () => {
    const match = {
      resources: [{ apiGroups: [''], resources: ['configmaps'], operations: ['CREATE' as const] }],
    };
    expect(one({ match, rules: [aRule('a', 'object.data != null')] }).spec.variables).toBeUndefined();
  });

  it('a computed message names its Policy and rule as well', () => {
    const rules = [{ name: 'r', expression: 'true', messageExpression: "'no ' + object.metadata.name" }];
    expect(one({ rules }).spec.validations[0]).toMatchObject({
      message: 'Policy p, rule r: it does not hold',
      messageExpression: "'Policy p, rule r: ' + ('no ' + object.metadata.name)",
    });
  });

  it.for([
    [
      { rules: [aRule('r', 'true) || (true')] },
      'spec.rules[0].expression',
      "column 5: Syntax error: unexpected ')'",
    ],
    [{ rules: [aRule('r', 'variables.x')] }, 'spec.rules[0].expression', 'there is no variable x here'],
    [{ rules: [aRule('r', "variables['x']")] }, 'spec.rules[0].expression', 'there is no variable x'],
    [
      { rules: [aRule('r', 'variables.size() > 0')] },
      'spec.rules[0].expression',
      'variables are read by name',
    ],
    [{ rules: [aRule('r', 'params.a')] }, 'spec.rules[0].expression', 'the Policy has no spec.params'],
    [{ rules: [aRule('r', 'podSpecPath')] }, 'spec.rules[0].expression', 'podSpecPath is there in mutations'],
    [
      {
        variables: [
          { name: 'a', expression: 'variables.b' },
          { name: 'b', expression: '1' },
        ],
      },
      'spec.variables[0].expression',
      'a variable reads only those before it',
    ],
    [
      { match: { resources: [{ apiGroups: [''], resources: ['pods'] }] } },
      'spec.rules[0].expression',
      'line 1, column 1: podSpec is there with match.workloads only',
    ],
    [
      { params: { a: 'x'.repeat(100_000) }, rules: [aRule('r', 'params.a')] },
      'spec.rules[0].expression',
      'an API server takes 100000',
    ],
  ] as const)('%o is refused with its place, and nothing of the Policy is made', ([
    fields,
    field,
    message,
  ]) => {
    const { findings, placed } = findingsOf(fields);
    expect(placed).toBe(0);
    expect(findings).toMatchObject([{ policy: 'p', weight: 'Refused', field }]);
    expect(findings[0]?.message).toContain(message);
  });

  it('one Policy that is refused takes no other with it', () => {
    const bad = aCandidate('bad', { rules: [aRule('r', 'params.a')] });
    const { placements } = compile([aCandidate('a'), bad], someFacts());
    expect(placements.map(({ policy }) => policy)).toEqual(['a']);
  });
});

describe('limits', () => {
  const many = (count: number, expression: string, proven = true) =>
    compile(
      Array.from({ length: count }, (_, index) =>
        aCandidate(`p${String(index).padStart(3, '0')}`, { rules: [aRule('r', expression)] }, proven),
      ),
      someFacts(),
    );
  const sizes = ({ placements }: ReturnType<typeof compile>) =>
    [...Map.groupBy(placements, ({ object }) => object).values()].map((rules) => rules.length);

  it('no object has more than a hundred rules', () => {
    expect(sizes(many(150, 'podSpec.hostNetwork != true'))).toEqual([100, 50]);
  });

  it('no object costs more than the server grants, on objects as large as they come', () => {
    const nested = 'podSpec.containers.all(c, c.env.all(e, e.name != ""))';
    expect(sizes(many(30, nested))).toEqual([21, 9]);
  });

  it('where a failure lets through, nobody can switch off one rule by the cost of another', () => {
    expect(sizes(many(20, 'podSpec.containers.all(c, c.image != "")', false))).toEqual([6, 6, 6, 2]);
  });

  it('no object is too large to be kept', () => {
    const long = (index: number) => `podSpec.hostname != '${String(index).padStart(8000, 'x')}'`;
    const compiled = compile(
      Array.from({ length: 60 }, (_, index) => aCandidate(`p${index}`, { rules: [aRule('r', long(index))] })),
      someFacts(),
    );
    const bytes = validatingOf(compiled).map((policy) => JSON.stringify(policy).length);
    expect(bytes.length).toBeGreaterThan(1);
    expect(Math.max(...bytes)).toBeLessThan(300_000);
  });
});

describe('servers', () => {
  it('without ValidatingAdmissionPolicies: nothing is made, and that is said', () => {
    const facts = someFacts({ server: { minor: 29, validating: false, mutating: false } });
    expect(findingsOf({}, facts)).toMatchObject({ placed: 0, findings: [{ weight: 'Background' }] });
  });

  it('that does not know a function: only the background judges by it', () => {
    const fields = { rules: [aRule('r', "podSpec.containers.map(c, c.image).sort() != ['a']")] };
    const facts = someFacts({ server: { minor: 34, validating: true, mutating: false } });
    expect(findingsOf(fields, facts)).toMatchObject({ placed: 0, findings: [{ weight: 'Background' }] });
    expect(findingsOf(fields, facts).findings[0]?.message).toContain('sort (from 1.35)');
    expect(findingsOf(fields)).toEqual({ placed: 1, findings: [] });
  });
});

describe('fixes', () => {
  const fix = {
    mutations: [
      {
        patchType: 'JSONPatch' as const,
        jsonPatch: {
          expression: "[JSONPatch{op: 'add', path: podSpecPath + '/hostNetwork', value: params.host}]",
        },
      },
    ],
    existing: 'Off' as const,
  };
  const fields = { fix, params: { host: false } };
  const fixesOf = (...candidates: readonly Candidate[]) =>
    ofKind(compile(candidates, someFacts()), 'MutatingAdmissionPolicy');

  const asked = { ...fields, fix: { ...fix, existing: 'Suggest' as const } };

  it('become one mutating policy with one binding for Policies that are alike', () => {
    const compiled = compile([aCandidate('a', fields), aCandidate('b', fields)], someFacts());
    const [policy, ...others] = ofKind(compiled, 'MutatingAdmissionPolicy');
    expect(others).toEqual([]);
    expect(ofKind(compiled, 'MutatingAdmissionPolicyBinding')).toHaveLength(1);
    expect(policy?.spec.mutations).toHaveLength(2);
    expect(policy?.spec.variables?.map(({ name }) => name.replace(/_.*/, ''))).toEqual([
      'podSpecPath',
      'params',
    ]);
  });

  it('while a Policy counts, nothing is mutated, and only the operator sees what they would do', () => {
    expect(fixesOf(aCandidate('a', { ...fields, enforcement: 'Audit' }))).toEqual([]);
    const [policy, ...others] = fixesOf(aCandidate('a', { ...asked, enforcement: 'Audit' }));
    expect(others).toEqual([]);
    const condition = policy?.spec.matchConditions.at(-1)?.expression;
    expect(condition).toContain("'system:serviceaccount:mainstay-system:mainstay'");
    expect(condition).toContain('dryRun');
    expect(condition).not.toContain('CREATE');
  });

  it('in force, they are made of what is created, and of what is changed where a rule reads it', () => {
    const [policy, ...others] = fixesOf(aCandidate('a', fields));
    expect(others).toEqual([]);
    const condition = policy?.spec.matchConditions.at(-1)?.expression ?? '';
    expect(condition).toMatch(/^\(request.operation == 'CREATE' \|\| /);
    expect(condition).toContain('.?containers.orValue(null).map(e0, e0.?resources.?limits)');
    expect(fixesOf(aCandidate('a', asked))).toHaveLength(2);
  });

  it('are asked for each by its own mark, in one object; another fix or another match has another mark', () => {
    const marksOf = (...candidates: readonly Candidate[]) =>
      compile(candidates, someFacts()).fixes.map(({ policy, mark }) => `${policy} ${mark}`);
    const [a, b] = [aCandidate('a', { ...asked, enforcement: 'Audit' }), aCandidate('b', asked)];
    const both = marksOf(a, b);
    expect(both.map((one) => one.split(' ')[0])).toEqual(['a', 'b']);
    expect([...marksOf(a), ...marksOf(b)]).toEqual(both);
    expect(ofKind(compile([a, b], someFacts()), 'MutatingAdmissionPolicy')).toHaveLength(2);
    const changed = { ...asked, params: { host: true } };
    const narrowed = { ...asked, match: { workloads: true, namespaces: ['x'] } };
    const others = [changed, narrowed].flatMap((spec) => marksOf(aCandidate('a', spec)));
    expect(new Set([...both, ...others]).size).toBe(4);
    expect(marksOf(aCandidate('a', fields)), 'of what is not asked').toEqual([]);
  });

  it('where the server has none, nothing is fixed, and the rules are enforced all the same', () => {
    const facts = someFacts({ server: { minor: 35, validating: true, mutating: false } });
    expect(ofKind(compile([aCandidate('a', fields)], facts), 'MutatingAdmissionPolicy')).toEqual([]);
    expect(findingsOf(fields, facts)).toMatchObject({
      placed: 1,
      findings: [{ weight: 'Note', field: 'spec.fix' }],
    });
  });
});
