/**
 * Whether the canary's error proportion is above stable's by more than a margin: a sequential test that may be looked at
 * after every request, and stopped at any time for any reason, without losing the confidence that it states.
 *
 * It is a game that nobody who is wrong can win. Let a share w of the requests go to the canary, which fail with
 * probability q, and the others to stable, which fail with probability p; both may be other ones at every request. Whoever
 * believes that q is above p + margin stakes a part s of the capital at each request, which is multiplied by
 *
 *     1 + s (1 − margin)     where the canary fails,
 *     1 − s margin           where it does not,
 *     1 − s w / (1 − w)      where stable fails,
 *
 * and stays as it is where stable does not. That makes w s (q − margin − p) of it on average: nothing, or a loss, as long
 * as q ≤ p + margin. So the capital is a nonnegative supermartingale then, and by Ville's inequality it ever becomes 1/α
 * times what it was with probability α at most: "the canary is worse as soon as it has" is wrong with probability α at most,
 * over all looks together. No part of that is an approximation for large numbers, and how p moves in time is of no matter,
 * as long as q moves alike. With a negative stake it is the other side's game: that q is less than p + margin. (Ville, Étude
 * critique de la notion de collectif, 1939; Shafer, Testing by betting, 2021. How much to stake: bets.ts.)
 *
 * Fail is the first side's win, Pass the other's. The capital is a function of the four counts alone: no memory, so a
 * restart forgets nothing. The share w is the one that was seen.
 *
 * What is assumed: the share is the same all the time, which is why there is a comparison for each weight, and none goes
 * over two of them; no request's end depends on those before (errors that come in bursts to one of the two make it less sure
 * than it states: then a wider margin, or more confidence, is wise); which revision a request goes to does not depend on how
 * it will end; and counts are real ones. `increase()` of Prometheus extrapolates, which counts some requests twice in the
 * first moments, so presets take differences of the counters themselves.
 */

import { logCapital } from './bets.ts';
import type { ComparedCounts, Counts } from './counts.ts';

export interface Comparison {
  readonly result: 'Pass' | 'Fail' | 'Inconclusive';
  /** Of the error proportions as they were seen: canary minus stable. */
  readonly increase: number;
}

export interface CompareOptions {
  /** The margin, as a proportion: 0.005 is half a point. */
  readonly maxIncrease: number;
  /**
   * Of each of the two claims, for example 0.95: at most one healthy rollout in twenty is failed, however often it looks.
   * Of a canary that is worse by more than the margin, at most one comparison in twenty passes.
   */
  readonly confidence: number;
  /** How many comparisons the rollout has, which share its false alarms. Default 1. */
  readonly comparisons?: number;
}

/** What the counts show by now. */
export function compare(seen: ComparedCounts, options: CompareOptions): Comparison {
  const { maxIncrease, confidence, comparisons = 1 } = options;
  const counts = { stable: sane(seen.stable), canary: sane(seen.canary) };
  const increase = proportion(counts.canary) - proportion(counts.stable);
  if (counts.stable.requests === 0 || counts.canary.requests === 0)
    return { result: 'Inconclusive', increase };
  const needed = -Math.log(1 - confidence);
  if (logCapital(counts, maxIncrease, 'Worse') >= needed + Math.log(comparisons))
    return { result: 'Fail', increase };
  const passes = logCapital(counts, maxIncrease, 'Better') >= needed;
  return { result: passes ? 'Pass' : 'Inconclusive', increase };
}

function proportion({ requests, errors }: Counts): number {
  return requests === 0 ? 0 : errors / requests;
}

/** Extrapolated counts may have a little more errors than requests. */
function sane({ requests, errors }: Counts): Counts {
  const all = Math.max(requests, 0);
  return { requests: all, errors: Math.min(Math.max(errors, 0), all) };
}
