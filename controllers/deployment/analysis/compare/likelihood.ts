import type { ComparedCounts, Counts } from './counts.ts';

/**
 * The greatest log likelihood of the counts among all pairs of proportions that differ by exactly `margin` (canary minus
 * stable, 0..1).
 */
export function greatestLogLikelihood({ stable, canary }: ComparedCounts, margin: number): number {
  const apart = (p: number) => logLikelihood(stable, p) + logLikelihood(canary, p + margin);
  // Concave in p, and rising towards both revisions' own best: the greatest value lies between these.
  const own = stable.errors / stable.requests;
  const shifted = canary.errors / canary.requests - margin;
  let low = Math.max(Math.min(own, shifted), 0);
  let high = Math.min(Math.max(own, shifted), 1 - margin);
  // Halved to the last digit that matters: an error of 1e-13 in p is none in the likelihood, whose slope there is 0.
  for (let halvings = 0; halvings < 45; halvings += 1) {
    const middle = (low + high) / 2;
    if (slope(stable, middle) + slope(canary, middle + margin) > 0) low = middle;
    else high = middle;
  }
  return Math.max(apart(low), apart(high));
}

/** Of these very outcomes in their order, so without a binomial coefficient. */
export function logLikelihood({ requests, errors }: Counts, proportion: number): number {
  return times(errors, Math.log(proportion)) + times(requests - errors, Math.log1p(-proportion));
}

/** By the proportion. */
function slope({ requests, errors }: Counts, proportion: number): number {
  return times(errors, 1 / proportion) - times(requests - errors, 1 / (1 - proportion));
}

/** What did not happen says nothing, even where it was impossible. */
function times(count: number, each: number): number {
  return count === 0 ? 0 : count * each;
}
