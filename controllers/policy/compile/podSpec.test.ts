import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podTemplateSchema } from '../../../crds/deployment/generated/podTemplate.ts';
import type { StructuralSchema } from '../../../crds/structural/openApi.ts';
import { admissionVariables, compile as compileCel, fromJson, toJson } from '../../../operator/cel/index.ts';
import { aCandidate, someFacts, validatingOf } from './builders.ts';
import { compile } from './index.ts';
import { longestWithNulls, nestedNulls, podSpecWithoutNulls } from './podSpec.ts';

const ours = { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Deployment' };
const compiled = compileCel(podSpecWithoutNulls('object'), admissionVariables());

function read(
  pod: unknown,
  kind: object = ours,
  expand = (spec: unknown): unknown => ({ template: { spec } }),
) {
  if (!compiled.ok) throw new Error(compiled.errors[0]?.message);
  const evaluation = compiled.program.evaluate({ object: fromJson({ ...kind, spec: expand(pod) }) });
  if (!evaluation.ok) throw new Error(evaluation.message);
  return { pod: toJson(evaluation.value), cost: evaluation.cost };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, part]) => (part === null ? [] : [[field, withoutNulls(part)]])),
  );
}

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: nestedNulls },
    fc.constantFrom<unknown>(null, 'a', 'null', 7, true),
    fc.array(
      tie('value').filter((item) => item !== null),
      { maxLength: 3 },
    ),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '7'), tie('value'), { maxKeys: 3 }),
  ),
}));

describe('a pod in a Deployment of Mainstay', () => {
  it('has no nulls, wherever they were written, and all else as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), value), (pod) => {
        expect(read(pod).pod).toEqual(withoutNulls(pod));
      }),
    );
  });

  it('has none at the lowest field that a pod has', () => {
    expect(stepsToNull(podTemplateSchema.properties?.spec)).toBe(nestedNulls + 1);
    const downwardAPI = { items: [{ path: 'a', fieldRef: { fieldPath: 'b', apiVersion: null } }] };
    const pod = { volumes: [{ name: 'a', projected: { sources: [{ downwardAPI }] } }] };
    expect(read(pod).pod).toEqual(withoutNulls(pod));
  });

  it.for([
    ['texts', (length: number) => ({ a: Array.from({ length: length / 4 }, () => '') })],
    ['numbers', (length: number) => ({ a: Array.from({ length: length / 3 }, () => 1) })],
    ['maps', (length: number) => ({ a: Array.from({ length: length / 10 }, () => ({ b: 1 })) })],
    ['empty maps', (length: number) => ({ a: Array.from({ length: length / 4 }, () => ({})) })],
  ] as const)('costs less than an expression may, however dense it is: %s', ([, pod]) => {
    const { cost, pod: whole } = read({ ...pod(longestWithNulls - 100), b: null });
    expect(whole).not.toHaveProperty('b');
    expect(cost).toBeGreaterThan(50_000);
    expect(cost).toBeLessThan(200_000);
  });

  it('is read as it was written where it is longer than people write one', () => {
    const pod = { a: 'x'.repeat(longestWithNulls), b: null };
    expect(read(pod).pod).toEqual(pod);
    expect(read(pod).cost).toBeLessThan(10_000);
  });
});

it.for([
  ['v1', 'Pod', (spec: unknown) => spec],
  ['apps/v1', 'Deployment', (spec: unknown) => ({ template: { spec } })],
  ['batch/v1', 'CronJob', (spec: unknown) => ({ jobTemplate: { spec: { template: { spec } } } })],
] as const)('a pod in another kind is read as it is: %s %s', ([apiVersion, kind, expand]) => {
  expect(read({ a: null, b: 1 }, { apiVersion, kind }, expand).pod).toEqual({ a: null, b: 1 });
});

it.for([
  [32, false],
  [33, true],
] as const)('a server of 1.%i is asked for what it takes', ([minor, asked]) => {
  const facts = someFacts({ server: { ...someFacts().server, minor } });
  const [policy] = validatingOf(compile([aCandidate('p')], facts));
  expect(policy?.spec.variables?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['podSpec', 'oldPodSpec']),
  );
  for (const { expression } of policy?.spec.variables ?? []) {
    if (expression.includes('jobTemplate')) expect(expression.includes('transformMap')).toBe(asked);
  }
});

/** How many steps lead down to the lowest field that may be null, itself counted. */
function stepsToNull(schema: StructuralSchema | undefined): number {
  const fields = Object.values(schema?.properties ?? {});
  const below = [...fields, schema?.items, schema?.additionalProperties].filter(
    (part): part is StructuralSchema => typeof part === 'object',
  );
  return Math.max(
    0,
    ...below.map((part) => {
      const steps = stepsToNull(part);
      return steps > 0 ? steps + 1 : Number(part.nullable === true);
    }),
  );
}
