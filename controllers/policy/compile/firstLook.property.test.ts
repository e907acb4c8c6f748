import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import {
  admissionVariables,
  compile as compileCel,
  composeVariables,
  type Declarations,
  fromJson,
  toJson,
  type Values,
} from '../../../operator/cel/index.ts';
import { aCandidate, aRule, someFacts, validatingOf } from './builders.ts';
import { compile } from './index.ts';
import type { ValidatingSpec } from './objects.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Of each there are objects for which it holds, does not, and cannot be told. */
const expressions = [
  'podSpec.hostNetwork != true',
  "variables.images.all(i, i.startsWith('good/'))",
  'variables.images.size() < params.most',
  "podSpec.?os.?name == optional.of('windows') || variables.images.all(i, i in params.images)",
  "podSpec.containers.exists(c, c.image == 'good/1')",
  "object.metadata.labels.app == 'shop'",
  "has(object.metadata.labels) && object.metadata.labels['app'] != 'bad'",
  "object.metadata.name == 'a' || int(object.metadata.name) > 0",
  'oldObject == null || object.metadata.name == oldObject.metadata.name',
] as const;

const container = fc.record(
  { image: fc.constantFrom('good/1', 'good/1', 'good/2', 'bad/1', 7), env: fc.constantFrom([], null) },
  { requiredKeys: [] },
);
const podSpec = fc.record(
  {
    containers: fc.oneof({ weight: 6, arbitrary: fc.array(container, { maxLength: 3 }) }, fc.constant(null)),
    hostNetwork: fc.constantFrom(false, true, null),
    os: fc.constantFrom({ name: 'windows' }, {}, null),
    volumes: fc.constantFrom(null, null, []),
  },
  { requiredKeys: ['containers', 'volumes'] },
);
const metadata = fc.record(
  { name: fc.constantFrom('a', 'b'), labels: fc.constantFrom({ app: 'shop' }, { app: 'bad' }, {}) },
  { requiredKeys: ['name'] },
);

const objectOf = ({ kind, apiVersion }: { readonly kind: string; readonly apiVersion: string }) =>
  fc.record({ metadata, pod: podSpec }).map(({ metadata, pod }) => ({
    apiVersion,
    kind,
    metadata,
    spec: { Pod: pod, CronJob: { jobTemplate: { spec: { template: { spec: pod } } } } }[kind] ?? {
      template: { spec: pod },
    },
  }));

const request = fc
  .constantFrom(
    { apiVersion: 'v1', kind: 'Pod' },
    { apiVersion: 'batch/v1', kind: 'CronJob' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    ...Array.from({ length: 3 }, () => ({ apiVersion: 'mainstay.dev/v1alpha1', kind: 'Deployment' })),
  )
  .chain((kind) =>
    fc.oneof(
      fc.tuple(objectOf(kind), fc.constant(null)),
      fc.tuple(objectOf(kind), objectOf(kind)),
      objectOf(kind).map((same) => [same, same] as const),
      fc.tuple(objectOf(kind), metadata).map(([one, other]) => [one, { ...one, metadata: other }] as const),
    ),
  )
  .map(
    ([object, oldObject]): Values => ({
      object: fromJson(object),
      oldObject: fromJson(oldObject),
      request: fromJson({ operation: oldObject === null ? 'CREATE' : 'UPDATE' }),
      namespaceObject: null,
    }),
  );

const policies = fc
  .tuple(
    fc.constantFrom('Deny' as const, 'Warn' as const),
    fc.array(fc.uniqueArray(fc.constantFrom(...expressions), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([enforcement, ofEach]) =>
    ofEach.map((rules, index) =>
      aCandidate(`p${index}`, {
        enforcement,
        params: { images: ['good/1', 'bad/1'], most: 3 },
        variables: [{ name: 'images', expression: 'podSpec.containers.map(c, c.image)' }],
        rules: rules.map((expression, rule) => aRule(`r${rule}`, expression)),
      }),
    ),
  );

/** `unnamed` where not a rule fails, but a condition, which says all rules. */
type Verdict = boolean | 'error' | 'unnamed';

/** As the API server goes about it; undefined where a condition says that nothing is to be judged. */
function judging(spec: ValidatingSpec): (values: Values) => readonly Verdict[] | undefined {
  const composition = composeVariables(spec.variables ?? [], admissionVariables());
  const conditions = spec.matchConditions.map(({ expression }) => asking(expression, admissionVariables()));
  const rules = spec.validations.map(({ expression }) => asking(expression, composition.declarations));
  return (values) => {
    const asked = conditions.map((ask) => ask(values));
    if (asked.includes(false)) return undefined;
    if (asked.includes('error')) return spec.failurePolicy === 'Fail' ? ['unnamed'] : undefined;
    const bound = composition.bind(values);
    return rules.map((ask) => ask(bound));
  };
}

function asking(expression: string, declarations: Declarations): (values: Values) => Verdict {
  const compiled = compileCel(expression, declarations);
  if (!compiled.ok) throw new Error(`${expression}: ${compiled.errors[0]?.message}`);
  return (values) => {
    const evaluation = compiled.program.evaluate(values);
    return evaluation.ok ? evaluation.value === true : 'error';
  };
}

function textOf(object: Values[string] | undefined): string {
  return typeof object === 'function' || object === undefined ? '' : JSON.stringify(toJson(object));
}

/** Whether there are nulls in it that the API server keeps. */
function keepsNulls(object: Values[string] | undefined): boolean {
  const text = textOf(object);
  return text.includes('"mainstay.dev/') && text.includes('null');
}

/** Whether a rule fails for what is there. */
function isOfAnotherType(object: Values[string] | undefined): boolean {
  return /"image":7|"containers":null|"name":"b"/.test(textOf(object));
}

it('changes no verdict, and is all that a creation is asked which breaks no rule', () => {
  const counts = { fails: 0, errors: 0, unnamed: 0, unlooked: 0, passes: 0, nulls: 0, updates: 0 };
  fc.assert(
    fc.property(policies, fc.array(request, { minLength: 10, maxLength: 10 }), (candidates, requests) => {
      const [object, ...others] = validatingOf(compile(candidates, someFacts()));
      if (object === undefined || others.length > 0) throw new Error('all stand in one object');
      const { spec } = object;
      const without = {
        ...spec,
        matchConditions: spec.matchConditions.filter(({ name }) => name !== 'breaks-a-rule'),
      };
      expect(without.matchConditions).toHaveLength(spec.matchConditions.length - 1);
      const [judgePlain, judgeLooking] = [judging(without), judging(spec)];
      for (const values of requests) {
        const plain = judgePlain(values) ?? [];
        const looked = judgeLooking(values);
        const isCreation = values.oldObject === null;
        if (plain.includes(false)) {
          // What is said of it is the same as well.
          expect(looked).toEqual(plain);
          counts.fails++;
        } else if (plain.includes('error')) {
          // Where errors let through, nothing is said of them either.
          const unnamed = looked === undefined || looked.includes('unnamed');
          // What is not there is told by the rule that reads it.
          if (!unnamed || !isOfAnotherType(values.object)) expect(looked).toEqual(plain);
          expect(looked !== undefined || spec.failurePolicy === 'Ignore').toBe(true);
          counts[unnamed ? 'unnamed' : 'errors']++;
        } else {
          expect(looked ?? []).not.toContain('error');
          expect(looked ?? []).not.toContain(false);
          const nulls = isCreation && keepsNulls(values.object);
          if (isCreation && !nulls) expect(looked).toBeUndefined();
          counts[nulls ? 'nulls' : isCreation ? 'passes' : looked === undefined ? 'unlooked' : 'updates']++;
        }
      }
    }),
    { numRuns: 100 },
  );
  // Every way has been gone.
  for (const [way, count] of Object.entries(counts)) expect([way, count > 5]).toEqual([way, true]);
});
