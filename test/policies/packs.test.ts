import { describe, expect, it } from 'vitest';
import { podOf } from '../../bench/policy/world.ts';
import { validatingOf } from '../../controllers/policy/compile/builders.ts';
import { compile } from '../../controllers/policy/compile/index.ts';
import { projected } from '../../controllers/policy/evaluate/index.ts';
import type { Enforcement } from '../../crds/policy/schema.ts';
import {
  admissionVariables,
  compile as compileCel,
  composeVariables,
  fromJson,
} from '../../operator/cel/index.ts';
import { facts, judge, judged } from './judged.ts';
import { largePod } from './largePod.ts';
import { packPolicies } from './packs.ts';

/** Every Policy of every pack, offline. */

const policies = packPolicies();

/** Good practice that no framework asks for, and why. */
const withoutControls: Readonly<Record<string, string>> = {
  'job-retries': 'how often a failure is tried again is about order, and not about safety',
  'job-ttl': 'what is left of a finished Job does no harm but to lists',
  'recommended-labels': 'which labels there are each company agrees on for itself',
  'service-selector': 'a Service that leads nowhere is a mistake, and no risk',
  'pull-secrets': 'a pod that cannot pull its image does not start, which everybody sees',
};

const sentence = /^.{25,}[.)]$/s;

/** Why, and how to fix it: two paragraphs, or named so in one. */
function reasonAndRemedy(description = ''): readonly string[] {
  const named = /^Why: (.+)\s+How to fix: (.+)$/s.exec(description.trim());
  const parts = named === null ? description.trim().split('\n\n') : named.slice(1);
  return parts.map((part) => part.trim());
}

describe.each(policies.map((policy) => ({ ...policy, title: policy.file })))('$title', (policy) => {
  const { name, spec, cases, file } = policy;
  const ours = judge(name, spec);

  it('is called as its file, and says why, how to fix, how bad it is and what it is a part of', () => {
    expect(file.split('/').at(-1)).toBe(`${name}.yaml`);
    expect(spec.enforcement).toBe('Audit');
    expect(spec.title ?? '').not.toBe('');
    expect(reasonAndRemedy(spec.description)).toEqual([
      expect.stringMatching(sentence),
      expect.stringMatching(sentence),
    ]);
    expect(spec.controls === undefined).toBe(name in withoutControls);
    expect(spec.controls).not.toEqual([]);
    expect(spec.rules.filter(({ message = '' }) => message === '')).toEqual([]);
  });

  it('compiles, and nothing is to be said about it', () => {
    const { findings } = compile([{ name, spec, enforcement: 'Deny', proven: true }], facts);
    expect(findings).toEqual([]);
    expect(ours.findings).toEqual([]);
  });

  it('has cases of other names, and every rule holds in one and not in another', () => {
    expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length);
    for (const { name: rule } of spec.rules) {
      const results = new Set(cases.map(({ expected }) => (expected === 'notMatched' ? '' : expected[rule])));
      expect([rule, results.has('pass'), results.has('fail')]).toEqual([rule, true, true]);
    }
  });

  it.each(cases)('$name', (one) => {
    const { outcome, messages } = judged(ours, one);
    expect(outcome).toEqual(one.expected);
    for (const { name: rule, message, messageExpression } of spec.rules) {
      // A message that cannot be computed gives way to the other one.
      if (messages[rule] !== undefined && messageExpression !== undefined)
        expect(messages[rule]).not.toBe(message);
    }
  });
});

describe('the Pod Security Standards', () => {
  const candidates = (enforcement: Enforcement) =>
    policies
      .filter(({ file }) => file.startsWith('pod-security/'))
      .map(({ name, spec }) => ({ name, spec, enforcement, proven: true }));

  it.each(['Audit', 'Warn', 'Deny'] as const)('with %s are one object of the API server', (enforcement) => {
    expect(validatingOf(compile(candidates(enforcement), facts))).toHaveLength(1);
  });

  it('read less than half of a pod, and nothing more of it is kept in the background', () => {
    const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
    const read = candidates('Audit').flatMap(({ name, spec }) => judge(name, spec).reads(pods));
    const pod = { ...podOf('shop', 1, 1) };
    const size = (object: object) => JSON.stringify(object).length;
    expect(size(projected(read)(pod))).toBeLessThan(size(pod) / 2);
  });

  it('cost a pod of a hundred bad containers a fifth of what a request may cost', () => {
    const [object] = validatingOf(compile(candidates('Deny'), facts));
    const { variables = [], validations = [] } = object?.spec ?? {};
    const composition = composeVariables(variables, admissionVariables());
    let spent = 0;
    const each: number[] = [];
    const values = {
      object: fromJson(largePod),
      oldObject: null,
      request: fromJson({ operation: 'CREATE' }),
    };
    // Messages are computed apart, with all the variables once more.
    for (const texts of [
      validations.map(({ expression }) => expression),
      validations.flatMap(({ messageExpression }) => messageExpression ?? []),
    ]) {
      const bound = composition.bind(values, (cost) => {
        spent += cost;
        each.push(cost);
      });
      for (const text of texts) {
        const compiled = compileCel(text, composition.declarations);
        if (!compiled.ok) throw new Error(`${text}: ${compiled.errors[0]?.message}`);
        const evaluation = compiled.program.evaluate(bound);
        expect(evaluation).toMatchObject({ ok: true });
        spent += evaluation.cost;
        each.push(evaluation.cost);
      }
    }
    console.log(
      `a pod of a hundred containers costs ${spent} of 10,000,000; its costliest expression ${Math.max(...each)} of 1,000,000`,
    );
    expect(spent).toBeLessThan(2_000_000);
    expect(Math.max(...each)).toBeLessThan(200_000);
  });
});
