import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, aRule, compiledOne, findingsIn, someFacts } from './builders.ts';
import { compile } from './index.ts';

describe('expressions', () => {
  const expressionOf = (expression: string, fields: Partial<PolicySpec> = {}) => {
    const { spec } = compiledOne({ rules: [aRule('r', expression)], ...fields });
    return spec.variables?.at(-1)?.expression.replaceAll(/_[0-9a-f]{10}/g, '_#');
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

  it('a rule is a variable, so that an error in it says its name, and not its text', () => {
    const { spec } = compiledOne({ rules: [aRule('no-host-1', 'podSpec.hostNetwork != true // none')] });
    const body = spec.variables?.at(-1);
    expect(body).toEqual({
      name: expect.stringMatching(/^rule_no_host_1_[0-9a-f]{10}$/),
      expression: '(variables.podSpec.hostNetwork != true // none\n)',
    });
    const same = spec.variables?.find(({ name }) => name.startsWith('same_'))?.name;
    expect(spec.validations[0]?.expression).toBe(
      `variables.${same} || variables.${body?.name} // Policy p, rule no-host-1`,
    );
  });

  it('an update that changes nothing of what a rule reads is let through, rule by rule', () => {
    const rules = [
      aRule('a', "object.metadata.labels['a'] == 'b'"),
      aRule('b', 'podSpec.hostNetwork != true'),
    ];
    const { spec } = compiledOne({ rules });
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
    const { spec } = compiledOne({
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
    const { spec } = compiledOne({ match, rules: [aRule('a', 'object.data != null')] });
    expect(spec.variables?.map(({ name }) => name.replace(/_[0-9a-f]+$/, ''))).toEqual(['rule_a']);
    expect(spec.validations[0]?.expression).toMatch(/^variables\.rule_a_\w+ \/\/ Policy p, rule a$/);
  });

  it('a computed message names its Policy and rule as well', () => {
    const rules = [{ name: 'r', expression: 'true', messageExpression: "'no ' + object.metadata.name" }];
    expect(compiledOne({ rules }).spec.validations[0]).toMatchObject({
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
    const { findings, placed } = findingsIn(fields);
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
