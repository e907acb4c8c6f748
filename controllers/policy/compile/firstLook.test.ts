import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, aRule, compiledOne, someFacts, validatingOf } from './builders.ts';
import { compile } from './index.ts';

const header =
  '// All rules at once: only what breaks one is judged further; of updates, only what changes something that one reads.\n// In an error message, the reason stands after all of this.';
const lookOf = (spec: { readonly matchConditions: readonly { name: string; expression: string }[] }) =>
  spec.matchConditions.find(({ name }) => name === 'breaks-a-rule')?.expression;

/** The names of the rules, object by object. */
const placed = (fields: Partial<PolicySpec>) =>
  validatingOf(compile([aCandidate('p', fields)], someFacts())).map(({ spec }) => ({
    looks: lookOf(spec) !== undefined,
    rules: spec.validations.map(({ message }) => /rule (\S+):/.exec(message)?.[1]),
  }));

describe('one condition asks all rules', () => {
  it('by name, with variables and parameters in place, and an update only what it changes', () => {
    const { spec } = compiledOne({
      params: { images: ['good'], 'not-read': 'x' },
      variables: [{ name: 'images', expression: 'podSpec.containers.map(c, c.image)' }],
      rules: [
        aRule('images', 'variables.images.all(i, i in params.images) // only these'),
        aRule('pull', 'podSpec.containers.all(c, has(c.imagePullPolicy)) // as it is written'),
        aRule('named', 'has(object.metadata.labels.app)'),
      ],
    });
    const podOf = (object: string) =>
      `[${object}.kind == 'Pod' ? ${object}.spec : ${object}.kind == 'CronJob' ? ${object}.spec.jobTemplate.spec.template.spec : ${object}.spec.template.spec]`;
    expect(lookOf(spec)).toBe(
      [
        header,
        "request.operation == 'UPDATE'",
        `? !${podOf('object')}.all(podSpec, ${podOf('oldObject')}.all(oldPodSpec,`,
        'podSpec == oldPodSpec &&',
        'object.?metadata.?labels.?app == oldObject.?metadata.?labels.?app',
        '))',
        ": object.apiVersion.startsWith('mainstay.dev/') && ['%s'.format([object.spec.template.spec])].exists(text, size(text) < 10000 && text.contains('null'))",
        `|| !${podOf('object')}.all(podSpec,`,
        '// Policy p, rule images',
        "(podSpec.containers.all(c, has(c.image)) && podSpec.containers.map(c, c.image).all(i, i in dyn(['good']))) &&",
        '// Policy p, rule pull',
        '(podSpec.containers.all(c, has(c.imagePullPolicy)) // as it is written',
        ') &&',
        '// Policy p, rule named',
        '(has(object.metadata.labels) && has(object.metadata.labels.app))',
        ')',
      ].join('\n'),
    );
  });

  it('of what has no pod in it, and where no updates are matched', () => {
    const resource = { apiGroups: [''], resources: ['configmaps'] };
    const rules = [aRule('small', "object.data.a == 'b'")];
    const created = { match: { resources: [{ ...resource, operations: ['CREATE' as const] }] }, rules };
    expect(lookOf(compiledOne(created).spec)).toBe(
      `${header}\n!(\n// Policy p, rule small\n(has(object.data) && has(object.data.a) && object.data.a == 'b')\n)`,
    );
    expect(lookOf(compiledOne({ match: { resources: [resource] }, rules }).spec)).toContain(
      '? !(\nobject.?data.?a == oldObject.?data.?a\n)\n: !(\n// Policy p, rule small\n',
    );
  });

  it('puts all parameters in place where it cannot tell which is read', () => {
    const rules = [aRule('a', "params.?b.orValue('') == '' && params.exists(k, k == 'a')")];
    expect(lookOf(compiledOne({ params: { a: 1 }, rules }).spec)).toContain(
      "(({'a': dyn(1)}).?b.orValue('') == '' && ({'a': dyn(1)}).exists(k, k == 'a'))",
    );
  });
});

describe('a rule that would be seen differently there stands in an object without one', () => {
  const variables = [
    { name: 'kind', expression: 'object.kind' },
    { name: 'labels', expression: 'namespaceObject.metadata.labels' },
  ];
  it.for([
    ['reads the namespace', "has(namespaceObject.metadata.labels) || object.kind == 'x'"],
    ['reads the namespace through a variable', "variables.labels['a'] == 'b'"],
    ['reads what is asked for, which may be in another version', "request.resource.resource == 'pods'"],
    ['may do so', 'dyn(request).?resource.hasValue()'],
    ['asks the authorizer', "authorizer.group('').resource('pods').check('get').allowed()"],
  ] as const)('as it %s', ([, expression]) => {
    const rules = [aRule('a', 'podSpec.hostNetwork != true'), aRule('other', expression)];
    expect(placed({ variables, rules })).toEqual([
      { looks: true, rules: ['a'] },
      { looks: false, rules: ['other'] },
    ]);
  });
});

describe('there is none', () => {
  const exclude = [{ namespaceSelector: { matchLabels: { legacy: 'yes' } } }];
  it.for([
    [
      'where its error would deny what is left out by its namespace',
      { match: { workloads: true, exclude } },
      true,
    ],
    ['where Deny lets errors through', {}, false],
  ] as const)('%s', ([, fields, proven]) => {
    expect(lookOf(compiledOne(fields, proven).spec)).toBeUndefined();
  });

  it.for(['Warn', 'Audit'] as const)('but with %s, whose errors never deny', (enforcement) => {
    expect(lookOf(compiledOne({ enforcement }).spec)).toBeDefined();
    expect(lookOf(compiledOne({ enforcement, match: { workloads: true, exclude } }).spec)).toBeDefined();
  });

  it('of a rule that would fill it alone', () => {
    const long = `podSpec.hostname != '${'x'.repeat(95_000)}'`;
    expect(placed({ rules: [aRule('long', long), aRule('short', 'true')] })).toEqual([
      { looks: true, rules: ['short'] },
      { looks: false, rules: ['long'] },
    ]);
    const deep = 'podSpec.containers.all(c, c.env.all(e, c.env.all(f, e == f)))';
    expect(placed({ rules: [aRule('deep', deep), aRule('short', 'true')] })).toEqual([
      { looks: true, rules: ['short'] },
      { looks: false, rules: ['deep'] },
    ]);
  });
});
