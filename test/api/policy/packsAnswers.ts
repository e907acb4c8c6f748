import type { Outcome, Result } from '../../policies/packs.ts';
import type { Answer } from '../admission/people.ts';

/** What an API server says of an object by one Policy (`packsInForce.ts`), and how it differs from what the rules come to. */

/** Taken, or refused by which rule of ours; or it refuses it whoever else says what. */
export type Told =
  | { readonly by: 'nobody' | 'itself' | 'unserved' }
  | { readonly by: 'us'; readonly rule: string };

export function toldBy({ status, message }: Pick<Answer, 'status' | 'message'>): Told {
  // What there is already was let through by every policy.
  if (status < 300 || status === 409) return { by: 'nobody' };
  if (/ValidatingAdmissionPolicy 'mainstay-policy-/.test(message)) {
    return { by: 'us', rule: /Policy [a-z0-9-]+, rule ([a-z0-9-]+): /.exec(message)?.[1] ?? '' };
  }
  return { by: status === 404 ? 'unserved' : 'itself' };
}

/** What differs from an outcome, in words; undefined if nothing does. */
export function differenceFrom(outcome: Outcome, told: Told): string | undefined {
  const rules = rulesThat(['fail', 'error'], outcome);
  if (told.by === 'us') {
    return rules.includes(told.rule) || (told.rule === '' && rules.length > 0)
      ? undefined
      : `refused by the rule ${told.rule}, and not by one of [${rules.join()}]`;
  }
  return told.by === 'nobody' && rules.length > 0 ? `taken in spite of ${rules.join()}` : undefined;
}

/** The same of the rules that it warns of. */
export function differenceInRules(outcome: Outcome, warnings: readonly string[]): string | undefined {
  // Several may stand in one header.
  const told = [...warnings.join().matchAll(/Policy [a-z0-9-]+, rule ([a-z0-9-]+): /g)].map(
    ([, rule]) => rule,
  );
  const [theirs, ours] = [told, rulesThat(['fail'], outcome)].map((names) =>
    [...new Set(names)].toSorted().join(),
  );
  return theirs === ours ? undefined : `warns of [${theirs}], and not of [${ours}]`;
}

/** Come to one of some results. */
export function rulesThat(results: readonly Result[], outcome: Outcome): readonly string[] {
  if (outcome === 'notMatched') return [];
  return Object.entries(outcome).flatMap(([rule, result]) => (results.includes(result) ? [rule] : []));
}
