import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { kindsOf } from '../../../operator/cel/index.ts';
import { aCandidate } from '../compile/builders.ts';
import { Field } from './field.ts';
import { fixCheck } from './fixCheck.ts';
import { fixFailuresOf } from './fixTrial.ts';

/** As an API server describes a small part of what it has. */
const schemas = {
  'io.k8s.api.core.v1.Pod': {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          annotations: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
      spec: { default: {}, allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }] },
    },
    'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
  },
  'io.k8s.api.core.v1.PodSpec': {
    type: 'object',
    required: ['containers'],
    properties: {
      hostNetwork: { type: 'boolean' },
      priority: { type: 'integer', format: 'int32' },
      tolerations: {
        type: 'array',
        'x-kubernetes-list-type': 'atomic',
        items: { type: 'object', properties: { key: { type: 'string' } } },
      },
      containers: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
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
      args: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'atomic' },
      imagePullPolicy: { type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] },
      resources: {
        type: 'object',
        properties: { limits: quantities(), requests: quantities() },
      },
    },
  },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
};
function quantities() {
  return {
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity' },
  };
}

const gvk = { group: '', version: 'v1', kind: 'Pod' };
const kind = kindsOf({ components: { schemas } })(gvk);
const root = Field.ofKind(schemas, gvk);
if (kind === undefined || root === undefined) throw new Error('there is no Pod');

const patchOf = (expression: string) => ({
  patchType: 'JSONPatch' as const,
  jsonPatch: { expression },
});
const mergeOf = (expression: string) => ({
  patchType: 'ApplyConfiguration' as const,
  applyConfiguration: { expression },
});
type Mutation = ReturnType<typeof patchOf> | ReturnType<typeof mergeOf>;

const specWith = (mutation: Mutation, fields: Partial<PolicySpec> = {}) =>
  aCandidate('p', {
    params: { host: false, class: 'gold', deep: { limits: { cpu: '1' } } },
    variables: [
      { name: 'first', expression: 'podSpec.containers[0]' },
      { name: 'prefix', expression: "'/spec'" },
    ],
    fix: { mutations: [mutation], existing: 'Off' },
    ...fields,
  }).spec;

const problems = (mutation: Mutation, fields: Partial<PolicySpec> = {}) => {
  const { types, misfits } = fixCheck(specWith(mutation, fields), gvk, kind, root);
  return [...types, ...misfits].map(({ line, column, message }) => `${line}:${column} ${message}`);
};

const patch = (path: string, value: string, op = 'add') =>
  patchOf(`[JSONPatch{op: '${op}', path: ${path}, value: ${value}}]`);

describe('of a patch is refused, since the API server would answer 500 to the request,', () => {
  it.for([
    ['a field that is not there', "'/spec/hostNetwrok'", 'false', "undefined field 'hostNetwrok'"],
    ['a field below one', "podSpecPath + '/hostNetwork/x'", 'false', 'has no fields'],
    ['what has no such place', "'/spec/containers/first/image'", "'x'", 'a list is counted'],
    ['what is no path', "'spec.hostNetwork'", 'false', 'begins with /'],
    ['a value of another type', "'/spec/hostNetwork'", "'false'", 'is a text, and must be a boolean'],
    ['one of a parameter', "'/spec/priority'", 'params.class', 'is a text, and must be an integer'],
    ['one that is read', "'/spec/priority'", 'variables.first.image', 'is string, and must be an integer'],
    ['one too large', "'/spec/priority'", '5000000000', 'the number 5000000000'],
    ['one in a list', "'/spec/containers/0/args'", '[1]', 'the number 1, and must be a text'],
    ['one in a map', "'/metadata/labels'", "{'a': 1}", 'the number 1, and must be a text'],
    ['one in an object', "'/spec/containers/-'", "{'name': 'x', 'img': 'y'}", "undefined field 'img'"],
    ['a list for one element', "'/spec/containers/-'", "[{'name': 'x'}]", 'is a list, and must be an object'],
    ['another choice', "'/spec/containers/0/imagePullPolicy'", "'always'", 'must be one of Always'],
    ['no quantity', "'/spec/containers/0/resources/limits/cpu'", "'1 core'", 'must be a quantity'],
    ['a name', "'/metadata/name'", "'x'", 'is not for a fix to change'],
    ['a kind', "'/kind'", "'x'", 'is not for a fix to change'],
    ['metadata as a whole', "'/metadata'", "{'name': 'x'}", 'is not for a fix to change'],
  ] as const)('%s', ([, path, value, message]) => {
    expect(problems(patch(path, value))).toEqual([expect.stringContaining(message)]);
  });

  it.for([
    ['which field it is', "'/spec/' + variables.first.name", 'false', 'which field it is cannot be told'],
    ['where it is', "object.metadata.annotations['path']", 'false', 'is not known beforehand'],
    ['what it is', "'/spec/priority'", 'dyn(object).x', 'write int(…)'],
    [
      'whether a text is a quantity',
      "'/spec/containers/0/resources/limits/cpu'",
      "variables.first.name + 'm'",
      'write it out',
    ],
  ] as const)('what cannot be told: %s', ([, path, value, message]) => {
    expect(problems(patch(path, value))).toContainEqual(expect.stringContaining(message));
  });

  it.for([
    ["JSONPatch{path: '/spec/hostNetwork', value: false}", 'needs its op'],
    ["JSONPatch{op: 'add', value: false}", 'needs its path'],
    ["JSONPatch{op: 'add', path: '/spec/hostNetwork'}", 'needs a value'],
    ["JSONPatch{op: 'set', path: '/spec/hostNetwork', value: false}", 'is none of add'],
    ["JSONPatch{op: 'remove', path: '/spec/containers'}", 'which every object must have'],
    ["JSONPatch{op: 'copy', path: '/spec/hostNetwork'}", 'needs a from'],
    ["JSONPatch{op: 'copy', from: '/spec/priority', path: '/spec/hostNetwork'}", 'does not take what stands'],
    ["JSONPatch{op: 'add', path: '/spec/hostNetwork', valu: false}", "undefined field 'valu'"],
    ["JSONPatch{op: 'add', path: 5, value: false}", "expected type 'string' but found 'int'"],
  ] as const)('%s', ([made, message]) => {
    expect(problems(patchOf(`[${made}]`))).toContainEqual(expect.stringContaining(message));
  });

  it('one branch of several, one round of a loop, one behind a name: each at its place', () => {
    const bad = "JSONPatch{op: 'add', path: '/spec/hostNetwork', value: 1}";
    const good = "JSONPatch{op: 'add', path: '/spec/hostNetwork', value: true}";
    for (const expression of [
      `size(podSpec.containers) > 1 ? [${good}] : [\n${bad}]`,
      `podSpec.containers.filter(c, c.name != 'x').map(c, \n${bad})`,
      `[[${good}], [\n${bad}]].flatten()`,
      `variables.prefix == '/spec' ? [\n${bad}] : []`,
    ]) {
      expect(problems(patchOf(expression)), expression).toEqual([
        expect.stringMatching(/^2:\d+ is the number 1/),
      ]);
    }
  });

  it('an Object in a list or a map, of which the API server makes no JSON', () => {
    const made = "Object.spec.containers{name: 'x'}";
    expect(problems(patch("'/spec/containers/-'", made))).toEqual([]);
    expect(problems(patch("'/spec/containers'", `[${made}]`))).toEqual([
      expect.stringContaining('write a map'),
    ]);
  });
});

describe('a patch is taken', () => {
  it.for([
    ["podSpecPath + '/hostNetwork'", 'params.host'],
    ["variables.prefix + '/hostNetwork'", '!variables.first.image.startsWith(params.class)'],
    ["'/spec/priority'", 'size(podSpec.containers)'],
    ["'/spec/containers/-'", "{'name': dyn('x'), 'args': dyn(['a'])}"],
    ["'/spec/containers/0'", 'podSpec.containers[1]'],
    ["'/spec/containers/0/resources/requests'", 'variables.first.resources.limits'],
    ["'/spec/containers/0/resources/limits'", 'params.deep.limits'],
    ["'/spec/containers/0/resources/limits/memory'", "'128Mi'"],
    ["'/metadata/labels/' + jsonpatch.escapeKey('a/' + params.class)", 'request.userInfo.username'],
    ["'/metadata/annotations'", "{'a': string(size(podSpec.containers))}"],
    ["'/spec/hostNetwork'", 'null'],
    ["'/spec/containers/0/imagePullPolicy'", "params.host ? 'Always' : 'Never'"],
  ] as const)('%s: %s', ([path, value]) => {
    expect(problems(patch(path, value))).toEqual([]);
  });

  it('of every element of a list, and none at all', () => {
    const each =
      "podSpec.containers.transformList(i, c, !has(c.image), JSONPatch{op: 'add', path: podSpecPath + '/containers/' + string(i) + '/image', value: c.name})";
    expect(problems(patchOf(each))).toEqual([]);
    expect(problems(patchOf(`has(podSpec.priority) ? [] : ${each}`))).toEqual([]);
  });

  it('of what another kind has, where it asks for the kind', () => {
    const other = "[JSONPatch{op: 'add', path: '/spec/replicas', value: 1}]";
    expect(problems(patchOf(other))).toHaveLength(1);
    for (const asked of ["object.kind == 'Deployment'", "!(request.kind.kind in ['Pod', 'Job'])"])
      expect(problems(patchOf(`${asked} && has(object.spec) ? ${other} : []`)), asked).toEqual([]);
  });
});

describe('of what is merged is refused', () => {
  it.for([
    [
      'a field that is not there',
      'Object{spec: Object.spec{hostNetwrok: false}}',
      "undefined field 'hostNetwrok'",
    ],
    ['an object that is not there', 'Object{spec: Object.spc{}}', "there is no field for 'Object.spc'"],
    ['another type', "Object{spec: Object.spec{priority: 'x'}}", "expected type 'int' but found 'string'"],
    ['an object in another place', 'Object{spec: Object.metadata{}}', "expected type 'Object.spec'"],
    [
      'what is atomic',
      "Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: 'x'}]}}",
      'may not touch what is atomic',
    ],
    [
      'an element without its key',
      "Object{spec: Object.spec{containers: [Object.spec.containers{image: 'x'}]}}",
      "needs 'name'",
    ],
    [
      'another choice',
      "Object{spec: Object.spec{containers: podSpec.containers.map(c, Object.spec.containers{name: c.name, imagePullPolicy: 'always'})}}",
      'must be one of Always',
    ],
    [
      'a map in a list',
      "Object{spec: Object.spec{containers: [{'name': 'x'}]}}",
      'is a map in a list or a map: write an Object',
    ],
    ['a name', "Object{metadata: Object.metadata{name: 'x'}}", 'is not for a fix to change'],
    ['what is no object', 'podSpec.priority', 'is int, and must be an Object'],
    ['a patch', '[JSONPatch{}]', 'must be an Object'],
  ] as const)('%s', ([, expression, message]) => {
    expect(problems(mergeOf(expression))).toContainEqual(expect.stringContaining(message));
  });

  it.for([
    'Object{spec: Object.spec{hostNetwork: params.host}}',
    "Object{metadata: Object.metadata{labels: {'a': 'b'}}}",
    "Object{metadata: Object.metadata{labels: Object.metadata.labels{a: 'b'}}}",
    'Object{spec: Object.spec{containers: podSpec.containers.map(c, Object.spec.containers{name: c.name, resources: Object.spec.containers.resources{requests: c.resources.limits}})}}',
    'Object{spec: Object.spec{?priority: podSpec.?priority}}',
    'has(podSpec.hostNetwork) ? Object{} : Object{spec: Object.spec{hostNetwork: true}}',
  ])('but not %s', (expression) => {
    expect(problems(mergeOf(expression))).toEqual([]);
  });
});

describe('tried on the least object of a kind', () => {
  const matched = { ...gvk, namespaced: true, operations: ['CREATE', 'UPDATE', 'DELETE'] } as const;
  const sample = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    spec: { containers: [{ name: 'a' }] },
  };
  const failures = (mutation: Mutation) =>
    fixFailuresOf(specWith(mutation), matched, sample, undefined).map(
      ({ field, message }) => `${field}: ${message}`,
    );

  it('shows what cannot be evaluated of it, and a patch that finds no place', () => {
    const field = 'spec.fix.mutations[0].jsonPatch.expression';
    expect(failures(patch("'/spec/hostNetwork'", 'podSpec.hostNetwork'))).toEqual([
      `${field}: no such key: hostNetwork`,
    ]);
    expect(failures(patch("'/metadata/labels/a'", "'b'"))).toEqual([
      `${field}: there is no labels to go through or to change`,
    ]);
    expect(failures(patch("'/spec/hostNetwork'", 'true', 'replace'))).toHaveLength(1);
    expect(failures(patchOf("[JSONPatch{op: 'add', path: '/spec/containers/3', value: {}}]"))).toHaveLength(
      1,
    );
  });

  it.for([
    patch("podSpecPath + '/hostNetwork'", 'params.host'),
    patch("'/spec/containers/-'", "{'name': 'b'}"),
    patch("'/spec/containers/0/name'", "'b'", 'test'),
    patchOf("[JSONPatch{op: 'move', from: '/spec/containers/0/name', path: '/spec/containers/0/image'}]"),
    patchOf("[JSONPatch{op: 'remove', path: '/spec/containers/0'}]"),
    mergeOf('Object{spec: Object.spec{hostNetwork: true}}'),
  ])('and is taken: %j', (mutation) => {
    expect(failures(mutation)).toEqual([]);
  });
});
