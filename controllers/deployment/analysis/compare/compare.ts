/**
 * Whether the canary's error proportion is above stable's by more than a margin: a sequential test that may be looked at
 * after every request, and stopped at any time for any reason, without losing the confidence that it states.
 *
 * The evidence against a claim about (p, q), the error proportions of stable and canary, is
 *
 *     E = M / L*,   M the likelihood of all that was seen, averaged over a prior on p and q,
 *                   L* its likelihood under the pair that explains it best among those that meet the claim.
 *
 * If the claim is true for the real pair θ, then L* ≥ L(θ), so E ≤ M / L(θ). The latter is a mixture of likelihood ratios
 * to the truth: a nonnegative martingale that begins at 1. By Ville's inequality it ever reaches 1/α with probability α at
 * most, so "reject the claim as soon as E ≥ 1/α" is wrong with probability α at most, over all looks together. No part of
 * that is an approximation for large numbers. (The mixture is Robbins, Statistical methods related to the law of the
 * iterated logarithm, 1970; the maximised null is the running likelihood ratio of Wasserman, Ramdas and Balakrishnan,
 * Universal inference, 2020; Ville's inequality is of 1939.)
 *
 * Two claims are tested, each at 1 − confidence: `q − p ≤ margin`, whose rejection is Fail, and `q − p ≥ margin`, whose
 * rejection is Pass. E is a function of the four counts alone: no memory, so a restart forgets nothing.
 *
 * What is assumed: within the step each request fails with its revision's own, constant probability, whatever happened
 * before (errors that come in bursts make it less sure than it states: then a wider margin, or more confidence, is wise);
 * which revision a request goes to does not depend on how it will end; and counts are cumulative since the step began, and
 * real ones. `increase()` of Prometheus extrapolates, which counts some requests twice in the first moments, so presets
 * take differences of the counters themselves.
 */

import type { ComparedCounts, Counts } from './counts.ts';
import { greatestLogLikelihood } from './likelihood.ts';
import { logBeta } from './logBeta.ts';

export interface Comparison {
  readonly result: 'Pass' | 'Fail' | 'Inconclusive';
  /** Of the error proportions as they were seen: canary minus stable. */
  readonly increase: number;
}

export interface CompareOptions {
  /** The margin, as a proportion: 0.005 is half a point. */
  readonly maxIncrease: number;
  /** Of each of the two claims, for example 0.95: at most one healthy rollout in twenty is failed, however often it looks. */
  readonly confidence: number;
}

/** What the counts show by now. */
export function compare(seen: ComparedCounts, { maxIncrease, confidence }: CompareOptions): Comparison {
  const counts = { stable: sane(seen.stable), canary: sane(seen.canary) };
  const increase = proportion(counts.canary) - proportion(counts.stable);
  if (counts.stable.requests === 0 || counts.canary.requests === 0)
    return { result: 'Inconclusive', increase };
  // The best explanation lies outside a claim that is to be rejected, so among those inside it lies on the edge.
  const evidence =
    logMixture(counts.stable) + logMixture(counts.canary) - greatestLogLikelihood(counts, maxIncrease);
  if (evidence < -Math.log(1 - confidence)) return { result: 'Inconclusive', increase };
  return { result: increase > maxIncrease ? 'Fail' : 'Pass', increase };
}

/**
 * Beta(½, 10) of each proportion: most of it below a tenth, as error proportions of what is in service are. It decides how
 * soon something is found, never how often a finding is wrong.
 */
const prior = { errors: 0.5, successes: 10 } as const;
const logPrior = logBeta(prior.errors, prior.successes);

/** The log likelihood of what was seen, averaged over the prior. */
function logMixture({ requests, errors }: Counts): number {
  return logBeta(errors + prior.errors, requests - errors + prior.successes) - logPrior;
}

function proportion({ requests, errors }: Counts): number {
  return requests === 0 ? 0 : errors / requests;
}

/** Extrapolated counts may have a little more errors than requests. */
function sane({ requests, errors }: Counts): Counts {
  const all = Math.max(requests, 0);
  return { requests: all, errors: Math.min(Math.max(errors, 0), all) };
}
