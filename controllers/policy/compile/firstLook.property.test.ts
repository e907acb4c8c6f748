import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import {
  admissionVariables,
  compile as compileCel,
  composeVariables,
  type Declarations,
  fromJson,
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
  'oldObject == null || object.metadata.name == oldObject.metadata.name',
] as const;

const container = fc.record({ image: fc.constantFrom('good/1', 'good/2', 'bad/1', 7) }, { requiredKeys: [] });
const podSpec = fc.record(
  {
    containers: fc.oneof({ weight: 6, arbitrary: fc.array(container, { maxLength: 3 }) }, fc.constant(null)),
    hostNetwork: fc.boolean(),
    os: fc.constantFrom({ name: 'windows' }, {}),
  },
  { requiredKeys: ['containers'] },
);
const metadata = fc.record(
  { name: fc.constantFrom('a', 'b'), labels: fc.constantFrom({ app: 'shop' }, { app: 'bad' }, {}) },
  { requiredKeys: ['name'] },
);

const objectOf = (kind: string) =>
  fc.record({ metadata, pod: podSpec }).map(({ metadata, pod }) => ({
    kind,
    metadata,
    spec: { Pod: pod, CronJob: { jobTemplate: { spec: { template: { spec: pod } } } } }[kind] ?? {
      template: { spec: pod },
    },
  }));

const request = fc
  .constantFrom('Pod', 'CronJob', 'Deployment')
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

type Verdict = boolean | 'error';

/** As the API server goes about it; undefined where a condition says that nothing is to be judged. */
function judging(spec: ValidatingSpec): (values: Values) => readonly Verdict[] | undefined {
  const composition = composeVariables(spec.variables ?? [], admissionVariables());
  const conditions = spec.matchConditions.map(({ expression }) => asking(expression, admissionVariables()));
  const rules = spec.validations.map(({ expression }) => asking(expression, composition.declarations));
  return (values) => {
    const asked = conditions.map((ask) => ask(values));
    if (asked.includes(false)) return undefined;
    if (asked.includes('error')) return spec.failurePolicy === 'Fail' ? ['error'] : undefined;
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

it('changes no verdict, and is all that a creation is asked which breaks no rule', () => {
  const counts = { fails: 0, errors: 0, unlooked: 0, passes: 0, updates: 0 };
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
          if (spec.failurePolicy === 'Fail') expect(looked).toContain('error');
          expect(looked ?? []).not.toContain(false);
          counts.errors++;
        } else {
          expect(looked ?? []).not.toContain('error');
          expect(looked ?? []).not.toContain(false);
          if (isCreation) expect(looked).toBeUndefined();
          counts[isCreation ? 'passes' : looked === undefined ? 'unlooked' : 'updates']++;
        }
      }
    }),
    { numRuns: 30 },
  );
  // Every way has been gone.
  for (const [way, count] of Object.entries(counts)) expect([way, count > 5]).toEqual([way, true]);
});
