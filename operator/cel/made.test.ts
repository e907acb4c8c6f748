import { describe, expect, it } from 'vitest';
import { admissionVariables } from './admission.ts';
import { compile } from './compile.ts';
import { fromJson, toJson } from './json.ts';
import { madeObjects } from './made.ts';
import { kindsOf } from './openApi.ts';
import { dyn, formatType } from './types.ts';

const schemas = {
  'a.Shop': {
    type: 'object',
    properties: {
      metadata: {
        type: 'object',
        properties: { labels: { type: 'object', additionalProperties: { type: 'string' } } },
      },
      spec: {
        type: 'object',
        properties: {
          size: { type: 'integer' },
          open: { type: 'boolean' },
          shelves: {
            type: 'array',
            items: { type: 'object', properties: { name: { type: 'string' }, places: { type: 'integer' } } },
          },
          any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
    'x-kubernetes-group-version-kind': [{ group: 'a', version: 'v1', kind: 'Shop' }],
  },
};
const shop = kindsOf({ components: { schemas } })({ group: 'a', version: 'v1', kind: 'Shop' });
if (shop === undefined) throw new Error('there is no Shop');

const declarations = {
  ...admissionVariables({ object: shop.type }),
  objects: madeObjects(shop.type),
};
const object = { spec: { size: 3, shelves: [{ name: 'a' }, { name: 'b', places: 2 }] } };

const made = (expression: string) => {
  const compiled = compile(expression, declarations);
  if (!compiled.ok) throw new Error(compiled.errors[0]?.message);
  const evaluation = compiled.program.evaluate({ object: fromJson(object) });
  if (!evaluation.ok) throw new Error(evaluation.message);
  return { json: toJson(evaluation.value), type: formatType(compiled.program.type), cost: evaluation.cost };
};
const errors = (expression: string) => {
  const compiled = compile(expression, declarations);
  return compiled.ok
    ? []
    : compiled.errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

describe('an object that is made', () => {
  it.for<[string, unknown]>([
    ['Object{}', {}],
    ['Object{spec: Object.spec{size: object.spec.size + 1}}', { spec: { size: 4 } }],
    ["Object{metadata: Object.metadata{labels: {'a': 'b'}}}", { metadata: { labels: { a: 'b' } } }],
    [
      "Object{metadata: Object.metadata{labels: Object.metadata.labels{a: 'b'}}}",
      { metadata: { labels: { a: 'b' } } },
    ],
    [
      'Object{spec: Object.spec{shelves: object.spec.shelves.map(s, Object.spec.shelves{name: s.name, ?places: s.?places})}}',
      { spec: { shelves: [{ name: 'a' }, { name: 'b', places: 2 }] } },
    ],
    [
      'Object{spec: Object.spec{any: Object.spec.any{deep: Object.spec.any.deep{er: 1}}}}',
      { spec: { any: { deep: { er: 1 } } } },
    ],
    ['Object{spec: Object.spec{open: null}}', { spec: { open: null } }],
    ['Object{spec: object.spec}', object],
  ])('%s', ([expression, json]) => {
    expect(made(expression)).toMatchObject({ json, type: 'Object' });
  });

  it.for([
    ['Object{spec: Object.spec{siz: 1}}', "1:26 undefined field 'siz' of 'Object.spec'"],
    ["Object{spec: Object.spec{size: 'x'}}", "1:32 expected type 'int' but found 'string'"],
    ['Object{\n  spec: Object.metadata{}}', "2:9 expected type 'Object.spec' but found 'Object.metadata'"],
    ['Object{spec: Object.spec{shelves: [Object.spec{}]}}', "expected type 'list(Object.spec.shelves)'"],
    ['Object.spec.size{}', "there is no field for 'Object.spec.size'"],
    ['Object.nothing{}', "there is no field for 'Object.nothing'"],
    ['Other{}', "there is no field for 'Other'"],
    ['Object{?spec: object.spec}', "found 'a.Shop.spec'"],
  ] as const)('is refused: %s', ([expression, message]) => {
    expect(errors(expression)).toEqual([expect.stringContaining(message)]);
  });
});

describe('a JSONPatch', () => {
  it('is made, and its keys escaped', () => {
    const { json, type } = made(
      "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b~c'), value: 1}]",
    );
    expect(json).toEqual([{ op: 'add', path: '/metadata/labels/a~1b~0c', value: 1 }]);
    expect(type).toBe('list(JSONPatch)');
  });

  it('has no other fields', () => {
    expect(errors("[JSONPatch{operation: 'add'}]")).toEqual([
      expect.stringContaining("undefined field 'operation' of 'JSONPatch'"),
    ]);
  });
});

it('of a kind that is not known any field may be', () => {
  const compiled = compile('Object{a: Object.a{b: [Object.a.b{c: 1}]}}', {
    variables: {},
    objects: madeObjects(dyn),
  });
  expect(compiled.ok).toBe(true);
});

it('where none may be made, none is, nor is a key escaped', () => {
  for (const expression of ['Object{}', "jsonpatch.escapeKey('a')"])
    expect(compile(expression, admissionVariables()).ok, expression).toBe(false);
});

it('what JSON does not know has none', () => {
  const value = (expression: string) => {
    const compiled = compile(expression, { variables: {} });
    const evaluation = compiled.ok ? compiled.program.evaluate({}) : undefined;
    return evaluation?.ok === true ? toJson(evaluation.value) : 'no value';
  };
  expect(value("{'a': [dyn(1), dyn(2.5), dyn(true), dyn(null)]}")).toEqual({ a: [1, 2.5, true, null] });
  expect(value("[duration('1s')]")).toBeUndefined();
  expect(value('{1: 2}')).toBeUndefined();
});
