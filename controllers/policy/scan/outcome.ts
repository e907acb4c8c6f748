import { isDeepStrictEqual } from 'node:util';
import type { Resource, Verdict } from '../evaluate/index.ts';

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
 * Policy matches as well, and what is wrong is said and counted there. Undefined: it is not matched.
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

/**
 * What is said of an object for which another stands: only what is wrong with it alone, as with a container that was put into
 * a pod when that was made. One cause is counted once.
 *
 * @param above what is said of the other
 */
export function alone(own: Standing, above: Outcome): Standing {
  if (!isOutcome(own)) return 'covered';
  const said = new Set(above.bad.map(({ rule }) => rule));
  const bad = own.bad.filter(({ rule }) => !said.has(rule));
  if (bad.length === 0) return 'covered';
  const known = said.size === 0 ? allAlone.get(own) : undefined;
  const outcome = known ?? { passes: 0, bad };
  if (said.size === 0) allAlone.set(own, outcome);
  return outcome;
}

/**
 * Admission may make of a pod what its owner does not say. Of what else controllers make, only they themselves know when it
 * counts no more, as an old ReplicaSet that is kept for a rollback.
 */
export function isPod({ group, kind }: Resource): boolean {
  return group === '' && kind === 'Pod';
}

/** The same value for all replicas. */
const allAlone = new WeakMap<Outcome, Outcome>();

export function isOutcome(standing: Standing): standing is Outcome {
  return typeof standing === 'object';
}

export function isSame(a: Standing, b: Standing): boolean {
  return (
    a === b || (isOutcome(a) && isOutcome(b) && a.bad.length === b.bad.length && isDeepStrictEqual(a, b))
  );
}
