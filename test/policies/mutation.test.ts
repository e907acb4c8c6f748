import { describe, expect, it } from 'vitest';
import type { Judge } from '../../controllers/policy/evaluate/index.ts';
import { equivalentMutants } from './equivalentMutants.ts';
import { judge, judged } from './judged.ts';
import { mutantsOf } from './mutants.ts';
import { type PackPolicy, packPolicies } from './packs.ts';

/** The cases of a Policy notice whatever is changed in it. */

/** Some 0.2 s each on a machine that does nothing else. */
const timeout = 60_000;

const totals = { mutants: 0, noticed: 0, refused: 0, equivalent: 0 };

describe('a changed rule is noticed by a case', () => {
  it.each(packPolicies())('$file', { timeout }, (policy) => {
    const survivors = survivorsOf(policy);
    const equivalent = equivalentMutants.filter((one) => one.policy === policy.name);
    expect(survivors.filter((change) => !equivalent.some((one) => covers(one.change, change)))).toEqual([]);
    // One that is noticed after all is not equivalent.
    expect(equivalent.filter((one) => !survivors.some((change) => covers(one.change, change)))).toEqual([]);
    totals.equivalent += survivors.length;
  });

  it('in all', () => {
    console.log(
      `${totals.mutants} mutants: ${totals.noticed} noticed, ${totals.refused} do not compile, ${totals.equivalent} mean the same`,
    );
    expect(totals.noticed).toBeGreaterThan(0.75 * totals.mutants);
  });
});

function covers(pattern: string, change: string): boolean {
  return pattern.endsWith('*') ? change.startsWith(pattern.slice(0, -1)) : change === pattern;
}

function survivorsOf({ name, spec, cases }: PackPolicy): readonly string[] {
  return mutantsOf(spec).flatMap(({ change, spec: mutated }) => {
    totals.mutants += 1;
    const mutant = judge(name, mutated);
    if (mutant.findings.some(({ weight }) => weight === 'Refused')) {
      totals.refused += 1;
      return [];
    }
    if (cases.every((one) => same(mutant, one))) return [change];
    totals.noticed += 1;
    return [];
  });
}

function same(mutant: Judge, one: PackPolicy['cases'][number]): boolean {
  const { outcome } = judged(mutant, one);
  if (outcome === 'notMatched' || one.expected === 'notMatched') return outcome === one.expected;
  return Object.entries(one.expected).every(([rule, result]) => outcome[rule] === result);
}
