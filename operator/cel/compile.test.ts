import { describe, expect, it } from 'vitest';
import { admissionVariables } from './admission.ts';
import { compile } from './compile.ts';
import { fromJson } from './json.ts';
import { kindsOf } from './openApi.ts';
import type { CompileError, Declarations, FieldPath } from './program.ts';
import { formatType } from './types.ts';

const anyObject = admissionVariables();

function errorsOf(expression: string, declarations: Declarations = anyObject): readonly CompileError[] {
  const compiled = compile(expression, declarations);
  return compiled.ok ? [] : compiled.errors;
}

function readsOf(expression: string): readonly string[] {
  const compiled = compile(expression, anyObject);
  if (!compiled.ok) throw new Error(compiled.errors[0]?.message);
  return compiled.program.reads.map(({ variable, path }: FieldPath) => [variable, ...path].join('.'));
}

describe('an expression that is wrong', () => {
  it.each([
    ['1 +', 'Syntax', 1, 4],
    ['object.spec.replicas >\n  &&', 'Syntax', 2, 3],
    ["'größe' == 1 + 'x'", 'Type', 1, 14],
    ['true &&\n  undeclared', 'Type', 2, 3],
    ['[1, 2].all(1, true)', 'Syntax', 1, 12],
    ["object.name.matches('(')", 'Type', 1, 21],
    ["int('one')", 'Type', 1, 1],
    ['authorizer.allowed()', 'Unsupported', 1, 1],
    ['google.protobuf.Int64Value{value: 1} == 1', 'Unsupported', 1, 1],
  ] as const)('%j is told as %s, with its place', (expression, reason, line, column) => {
    expect(errorsOf(expression)[0]).toMatchObject({ reason, line, column });
  });

  it('is told all that is wrong with its types at once', () => {
    expect(errorsOf('a == 1 && b == 2').map(({ column }) => column)).toEqual([1, 11]);
  });
});

describe("CEL's grammar", () => {
  it.each([
    ['1 < 2 == true', true],
    ['2 == 1 + 1 == true', true],
    ['1 - 2 - 3 == -4', true],
    ['-9223372036854775808 < 0', true],
    ['--1 == 1', true],
    ["r'\\d' == '\\\\d'", true],
    ["b'é' == bytes('é')", true],
    ['"""a\n"b""" == "a\\n\\"b"', true],
    ['true ? false : true ? true : false', false],
    ['[1, 2,] == [1, 2]', true],
    ['{"a": 1}.a == 1 // a comment', true],
  ])('reads %j', (expression, value) => {
    const compiled = compile(expression, anyObject);
    expect(compiled.ok && compiled.program.evaluate({})).toMatchObject({ ok: true, value });
  });

  it.each([
    'true ? true ? 1 : 2 : 3',
    '1 2',
    'a.b.',
    "'open",
    '0X10 == 16',
    '[1',
    'if == 1',
    '`a` == 1',
    '',
  ])('refuses %j', (expression) => {
    expect(errorsOf(expression)[0]?.reason).toBe('Syntax');
  });
});

describe('the fields that an expression reads', () => {
  it.each([
    ['object.spec.replicas > 1', ['object.spec.replicas']],
    ['has(object.metadata.labels) && object.metadata.labels["app"] == "a"', ['object.metadata.labels']],
    [
      'object.spec.containers.all(c, c.image != "")',
      ['object.spec.containers.*.image', 'object.spec.containers.*'],
    ],
    ['object.spec.containers.exists(c, has(c.ports))', ['object.spec.containers.*.ports']],
    ['object.?spec.?paused.orValue(false)', ['object.spec.paused']],
    ['object.spec.a[object.metadata.name] == 1', ['object.spec.a.*', 'object.metadata.name']],
    ['[1, 2].all(x, x > 0)', []],
    ['object.spec == oldObject.spec', ['object.spec', 'oldObject.spec']],
  ])('of %j', (expression, fields) => {
    for (const field of readsOf(expression)) {
      // A place that holds another says all that the other says.
      expect(fields.some((known) => known === field || known.startsWith(`${field}.`))).toBe(true);
    }
    for (const field of fields) {
      const known = readsOf(expression);
      expect(known.some((other) => other === field || field.startsWith(`${other}.`))).toBe(true);
    }
  });
});

const names = '#/components/schemas/';
const document = {
  components: {
    schemas: {
      'io.k8s.api.apps.v1.Thing': {
        type: 'object',
        'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Thing' }],
        properties: {
          metadata: { allOf: [{ $ref: `${names}io.k8s.api.Meta` }], default: {} },
          replicas: { type: 'integer', format: 'int32' },
          share: { type: 'number', format: 'double' },
          port: { type: 'string', format: 'int-or-string' },
          size: { oneOf: [{ type: 'string' }, { type: 'number' }] },
          tags: { type: 'array', items: { type: 'string' } },
          inner: { $ref: `${names}io.k8s.api.Tree` },
        },
      },
      'io.k8s.api.Meta': {
        type: 'object',
        properties: {
          name: { type: 'string' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          creationTimestamp: { type: 'string', format: 'date-time' },
        },
      },
      'io.k8s.api.Tree': {
        type: 'object',
        properties: {
          weight: { type: 'number' },
          branches: { type: 'array', items: { $ref: `${names}io.k8s.api.Tree` } },
        },
      },
      'dev.example.v1.Custom': {
        type: 'object',
        'x-kubernetes-group-version-kind': [{ group: 'example.dev', version: 'v1', kind: 'Custom' }],
        properties: {
          share: { type: 'number' },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
  },
};
const kinds = kindsOf(document);
const thing = kinds({ group: 'apps', version: 'v1', kind: 'Thing' });
const custom = kinds({ group: 'example.dev', version: 'v1', kind: 'Custom' });

describe('an expression about a kind', () => {
  const ofThing = admissionVariables(thing === undefined ? {} : { object: thing.type });
  const ofCustom = admissionVariables(custom === undefined ? {} : { object: custom.type });

  it.each([
    'object.metadata.name.startsWith("a") && object.replicas > 1',
    "object.metadata.labels['app'] == 'web' || 'app' in object.metadata.labels",
    'object.tags.all(t, t.size() < 10)',
    'object.port == 80 || object.port == "http"',
    'quantity(string(object.size)).isGreaterThan(quantity("1"))',
    'timestamp(object.metadata.creationTimestamp) > timestamp("2024-01-01T00:00:00Z")',
    'object.inner.branches.all(b, b.branches.all(c, c.weight > 0.5))',
  ])('may use its fields as they are: %s', (expression) => {
    expect(errorsOf(expression, ofThing)).toEqual([]);
  });

  it.each([
    ['object.replica > 1', "undefined field 'replica'", 8],
    ['object.replicas == "1"', 'found no matching overload', 17],
    ['object.metadata.labels.all(k, k > 1)', 'found no matching overload', 33],
    ['has(object.inner.branches[0].wait)', "undefined field 'wait'", 30],
  ])('is told what it has not: %s', (expression, message, column) => {
    const [error] = errorsOf(expression, ofThing);
    expect(error).toMatchObject({ column, reason: 'Type' });
    expect(error?.message).toContain(message);
  });

  it('may use anything of what a custom kind leaves open', () => {
    expect(errorsOf('object.free.whatever == 1 && object.share > 0.5', ofCustom)).toEqual([]);
  });

  it('sees a double where the kind of Kubernetes has one, however it is written, and an int elsewhere', () => {
    const compiled = compile(
      '[type(object.share), type(object.inner.branches[0].weight), type(object.replicas)]',
      anyObject,
    );
    const json = { share: 1, replicas: 1, inner: { branches: [{ weight: 2 }] } };
    const seen = (shape: typeof thing) => {
      const evaluation = compiled.ok
        ? compiled.program.evaluate({ object: fromJson(json, shape?.shape) })
        : undefined;
      const types = evaluation?.ok === true ? evaluation.value : undefined;
      return JSON.stringify(types);
    };
    expect(compiled.ok && formatType(compiled.program.type)).toBe('list(type(dyn))');
    expect(seen(thing)).toContain('double');
    expect(seen(custom)).not.toContain('double');
  });
});
