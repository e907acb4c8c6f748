import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from '../evaluate/index.ts';

/** A verdict that somebody has to read. */
export type Bad = Exclude<Verdict, { readonly result: 'pass' }>;

/** What a Policy says of an object that it matches. */
export interface Outcome {
  /** How many of its rules hold. */
  readonly passes: number;
  readonly bad: readonly Bad[];
}

/**
 * What is known of an object and a Policy. `covered`: the Policy matches it, but a controller made it of an object that the
 * Policy matches as well, so what is wrong is said and counted there. Undefined: it is not matched.
 */
export type Standing = Outcome | 'covered' | undefined;

/** Most objects pass everything: what is known of them is one value for all. */
const onlyPasses: Outcome[] = [];

export function outcomeOf(verdicts: readonly Verdict[]): Outcome {
  const bad = verdicts.filter((verdict): verdict is Bad => verdict.result !== 'pass');
  const passes = verdicts.length - bad.length;
  if (bad.length > 0) return { passes, bad };
  const known = onlyPasses[passes] ?? { passes, bad: [] };
  onlyPasses[passes] = known;
  return known;
}

export function isOutcome(standing: Standing): standing is Outcome {
  return typeof standing === 'object';
}

export function isSame(a: Standing, b: Standing): boolean {
  return (
    a === b || (isOutcome(a) && isOutcome(b) && a.bad.length === b.bad.length && isDeepStrictEqual(a, b))
  );
}
