import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { kindsOf } from '../../../operator/cel/index.ts';
import { aCandidate, aRule } from '../compile/builders.ts';
import { sampleOf } from './sample.ts';
import { failuresOf } from './trial.ts';
import { typeCheck } from './typeCheck.ts';

/** As an API server describes a small part of what it has. */
const schemas = {
  'io.k8s.api.core.v1.Pod': {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: { default: {}, allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }] },
    },
    'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
  },
  'io.k8s.api.core.v1.PodSpec': {
    type: 'object',
    required: ['containers'],
    properties: {
      hostNetwork: { type: 'boolean' },
      priority: { type: 'integer' },
      ephemeralContainers: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string' }, targetContainerName: { type: 'string' } },
        },
      },
      containers: {
        type: 'array',
        items: { default: {}, allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.Container' }] },
      },
    },
  },
  'io.k8s.api.core.v1.Container': {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string' },
      image: { type: 'string' },
      terminationMessagePolicy: { type: 'string', default: 'File' },
      resources: {
        type: 'object',
        properties: { limits: { type: 'object', additionalProperties: { type: 'string' } } },
      },
    },
  },
};
const gvk = { group: '', version: 'v1', kind: 'Pod' };
const pod = kindsOf({ components: { schemas } })(gvk);
if (pod === undefined) throw new Error('there is no Pod');

const spec = (fields: Partial<PolicySpec>) => aCandidate('p', fields).spec;
const problems = (fields: Partial<PolicySpec>) =>
  typeCheck(spec(fields), 'Pod', pod).map(({ field, line, column, message }) => [
    field,
    line,
    column,
    message,
  ]);

describe('the type check finds', () => {
  it('a misspelt field, at its place in the expression as it was written', () => {
    const expression = 'podSpec.hostNetwork != true &&\n  podSpec.hostnetwork != true';
    expect(problems({ rules: [aRule('net', expression)] })).toEqual([
      ['spec.rules[0].expression', 2, 11, expect.stringContaining("undefined field 'hostnetwork'")],
    ]);
  });

  it('one that is read through variables and loops', () => {
    const variables = [
      { name: 'all', expression: 'podSpec.containers' },
      { name: 'some', expression: "variables.all.filter(c, c.name != 'x')" },
    ];
    expect(
      problems({ variables, rules: [aRule('r', 'variables.some.all(c, has(c.resources.limit))')] }),
    ).toEqual([
      ['spec.rules[0].expression', 1, expect.any(Number), expect.stringContaining("undefined field 'limit'")],
    ]);
  });

  it('one in a variable, and in a message', () => {
    const variables = [{ name: 'all', expression: 'object.spec.container' }];
    const rules = [{ name: 'r', expression: 'true', messageExpression: 'object.metadata.nam' }];
    expect(problems({ variables, rules }).map(([field]) => field)).toEqual([
      'spec.variables[0].expression',
      'spec.rules[0].messageExpression',
    ]);
  });

  it('one that none of several lists has that are put together', () => {
    const variables = [{ name: 'all', expression: 'podSpec.containers + podSpec.ephemeralContainers' }];
    const rules = (field: string) => [aRule('r', `variables.all.all(c, !has(c.${field}))`)];
    expect(problems({ variables, rules: rules('targetContainername') })).toHaveLength(1);
    expect(problems({ variables, rules: rules('targetContainerName') })).toEqual([]);
    expect(problems({ variables, rules: rules('resources.limits') })).toEqual([]);
  });

  it('a comparison of what cannot be compared', () => {
    expect(problems({ rules: [aRule('r', "podSpec.priority > '5'")] })).toEqual([
      ['spec.rules[0].expression', 1, 18, expect.stringContaining('no matching overload')],
    ]);
  });

  it('a rule that is neither true nor false, and a message that is no text', () => {
    const rules = [
      { name: 'a', expression: 'podSpec.priority', message: 'm' },
      { name: 'b', expression: 'true', messageExpression: 'podSpec.priority' },
    ];
    expect(problems({ rules }).map(([, , , message]) => message)).toEqual([
      'is int, and must be true or false (bool)',
      'is int, and must be a text (string)',
    ]);
  });
});

describe('the type check lets through', () => {
  it.for([
    'object == null || oldObject != null && object.spec == oldObject.spec',
    'podSpec.containers.all(c, has(c.resources.limits) && "cpu" in c.resources.limits)',
    'object.?spec.?containers.orValue([]).size() > 0',
    'params.registries.exists(r, podSpec.containers.all(c, c.image.startsWith(r)))',
    "authorizer.group('').resource('pods').check('create').allowed()",
    "request.userInfo.username != 'x' && namespaceObject.metadata.labels.size() > 0",
  ])('%s', (expression) => {
    expect(problems({ params: { registries: ['a/'] }, rules: [aRule('r', expression)] })).toEqual([]);
  });
});

describe('a trial on the least object of a kind', () => {
  const kind = { ...gvk, namespaced: true, operations: ['CREATE', 'UPDATE', 'DELETE'] } as const;
  const sample = sampleOf(schemas, gvk, true);
  if (sample === undefined) throw new Error('there is no sample');
  const failures = (expression: string, operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[]) =>
    failuresOf(spec({ rules: [aRule('r', expression)] }), { ...kind, operations }, sample, undefined);

  it('is what every one has', () => {
    expect(sample).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'sample', namespace: 'sample' },
      spec: { containers: [{ name: 'sample', image: 'sample', terminationMessagePolicy: 'File' }] },
    });
  });

  it('shows a rule that takes for granted what may be missing', () => {
    expect(failures('podSpec.hostNetwork == false', ['CREATE'])).toEqual([
      { field: 'spec.rules[0].expression', message: expect.stringContaining('no such key: hostNetwork') },
    ]);
    expect(failures('!has(podSpec.hostNetwork) || podSpec.hostNetwork == false', ['CREATE'])).toEqual([]);
  });

  it('shows one that forgets that of a creation there was nothing before, and of a deletion nothing is after', () => {
    const same = 'object.metadata.name == oldObject.metadata.name';
    expect(failures(same, ['UPDATE'])).toEqual([]);
    expect(failures(same, ['CREATE', 'UPDATE'])).toHaveLength(1);
    expect(failures(same, ['DELETE'])).toHaveLength(1);
  });

  it('does not mind whether the rule holds', () => {
    expect(failures('false', ['CREATE'])).toEqual([]);
  });

  it('of what only the API server can ask is no proof', () => {
    expect(failures("authorizer.path('/x').check('get').allowed()", ['CREATE'])).toHaveLength(1);
  });
});
