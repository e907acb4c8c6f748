import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import {
  admissionVariables,
  compile,
  type Declarations,
  dyn,
  type Evaluation,
  fromJson,
  type Values,
} from '../../../operator/cel/index.ts';
import { fieldsRead } from './fieldsRead.ts';
import { readsOf, unchanged } from './reads.ts';
import { readSource } from './source.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The update that leaves what a rule reads as it was: evaluated, on pods before and after. */

const rules = [
  'podSpec.hostNetwork != true',
  "podSpec.containers.all(c, c.image.startsWith('good/'))",
  'podSpec.containers.all(c, has(c.limits))',
  'podSpec.containers.exists(c, has(c.limits) && c.limits.cpu == 1)',
  "podSpec.containers.all(c, !has(c.env) || c.env.all(e, e.name != 'BAD'))",
  "podSpec.containers.map(c, c.image) == ['good/1']",
  'podSpec.containers.size() < 2',
  'podSpec.containers.filter(c, has(c.limits)).size() == 1',
  "podSpec.containers.filter(c, has(c.limits)).all(c, c.image == 'good/1')",
  'podSpec.containers[0].limits.cpu == 1',
  "(podSpec.containers + podSpec.?initContainers.orValue([])).exists(c, c.image == 'bad/1')",
  "(podSpec.hostNetwork == true ? podSpec.containers : podSpec.?initContainers.orValue([])).all(c, c.image != 'bad/1')",
  "podSpec.containers.map(c, c.?env.orValue([]).map(e, e.name)).flatten().all(n, n != 'BAD')",
  'podSpec.?securityContext.optMap(s, s.?user.orValue(1) != 0).orValue(false)',
  "podSpec.containers.all(i, c, i != 0 || c.image == 'good/1')",
  "object.metadata.labels.all(k, k != 'bad')",
  "object.metadata.labels.exists(k, object.metadata.labels[k] == 'yes')",
  "object.metadata.labels.all(k, v, v != 'yes')",
  "object.metadata.?labels[?'bad'].orValue('no') == 'no'",
  "object.metadata.labels == {'a': 'yes'}",
  'size(object.metadata.labels) < 2',
  "object.metadata.labels[podSpec.containers[0].image] == 'yes'",
  'oldObject == null || object.metadata.name == oldObject.metadata.name',
  "[podSpec.containers[0].image, object.metadata.name].all(x, x != 'bad/1')",
  'podSpec.containers.exists_one(c, has(c.limits))',
  'podSpec.containers.sortBy(c, c.image)[0].image == "bad/1"',
  'dyn(podSpec).containers.all(c, type(c.image) == string)',
] as const;

const maybe = <T>(value: fc.Arbitrary<T>, name: string) =>
  fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [name]: one }));
const joined = (...parts: readonly fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((all): object => Object.assign({}, ...all));

const container = joined(
  fc.constantFrom('good/1', 'good/2', 'bad/1').map((image) => ({ image })),
  maybe(fc.constantFrom({ cpu: 1 }, { cpu: 2 }, {}), 'limits'),
  maybe(
    fc.array(fc.constantFrom({ name: 'BAD' }, { name: 'A' }, { name: 'A', value: 'x' }), { maxLength: 2 }),
    'env',
  ),
  maybe(fc.constantFrom('x', 'y'), 'workingDir'),
);
const containers = fc.array(container, { minLength: 1, maxLength: 2 });
const pod = fc.record({
  kind: fc.constant('Pod'),
  metadata: joined(
    fc.constant({ name: 'a' }),
    maybe(fc.dictionary(fc.constantFrom('a', 'bad', 'good/1'), fc.constantFrom('yes', 'no')), 'labels'),
    maybe(fc.constantFrom(['x'], ['y']), 'finalizers'),
  ),
  spec: joined(
    containers.map((all) => ({ containers: all })),
    maybe(containers, 'initContainers'),
    maybe(fc.boolean(), 'hostNetwork'),
    maybe(fc.constantFrom({ user: 0 }, { user: 1 }, {}), 'securityContext'),
    maybe(fc.constantFrom('n1', 'n2'), 'nodeName'),
  ),
});
type Pod = typeof pod extends fc.Arbitrary<infer T> ? T : never;

const declarations: Declarations = {
  variables: { ...admissionVariables().variables, podSpec: dyn, oldPodSpec: dyn },
};

function evaluated(expression: string, object: Pod, oldObject: Pod): Evaluation {
  const compiled = compile(expression, declarations);
  if (!compiled.ok) throw new Error(`${expression}: ${compiled.errors[0]?.message}`);
  const values: Values = {
    object: fromJson(object),
    oldObject: fromJson(oldObject),
    podSpec: fromJson(object.spec),
    oldPodSpec: fromJson(oldObject.spec),
    request: fromJson({ operation: 'UPDATE', subResource: '' }),
  };
  return compiled.program.evaluate(values);
}

const verdict = (evaluation: Evaluation) => (evaluation.ok ? evaluation.value : 'an error');

function leavesAsItWas(rule: string, object: Pod, oldObject: Pod) {
  const reads = { ...readsOf(readSource(rule)), ...fieldsRead(rule) };
  return verdict(evaluated(unchanged(reads, { now: 'podSpec', before: 'oldPodSpec' }), object, oldObject));
}

it('is let through only where the verdict of the rule is what it was', () => {
  const counts = { through: 0, judged: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...rules), pod, pod, fc.nat(2), (rule, before, other, part) => {
      // Most updates change a part.
      const after =
        [{ ...before, spec: other.spec }, { ...before, metadata: other.metadata }, other][part] ?? other;
      const same = leavesAsItWas(rule, after, before);
      expect(typeof same, `${rule} ${JSON.stringify([before, after])}`).toBe('boolean');
      counts[same === true ? 'through' : 'judged'] += 1;
      if (same !== true) return;
      expect(verdict(evaluated(rule, after, after))).toBe(verdict(evaluated(rule, before, before)));
    }),
    { numRuns: 3000 },
  );
  // Or the property would say nothing.
  expect(Math.min(counts.through, counts.judged)).toBeGreaterThan(600);
});

it('what no rule here reads is let through whatever the rule', () => {
  fc.assert(
    fc.property(fc.constantFrom(...rules), pod, pod, (rule, before, other) => {
      const after = {
        ...before,
        metadata: { ...before.metadata, finalizers: ['z'], ownerReferences: [other.metadata] },
        spec: { ...before.spec, nodeName: 'n3', volumes: [other.spec] },
        status: { phase: 'Running' },
      };
      expect(leavesAsItWas(rule, after, before)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
