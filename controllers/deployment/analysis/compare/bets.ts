import type { ComparedCounts } from './counts.ts';

/** What is bet on: that the canary's errors are above stable's by more than the margin, or by less. */
export type Side = 'Worse' | 'Better';

/**
 * The logarithm of what whoever bets on a side from a capital of 1 has by now (compare.ts says at which odds). Both
 * revisions have had requests.
 *
 * @param margin A proportion, 0 or more and less than 1.
 */
export function logCapital(counts: ComparedCounts, margin: number, side: Side): number {
  const odds = counts.canary.requests / counts.stable.requests;
  let most = Number.NEGATIVE_INFINITY;
  const all = strategies.map(({ strength, logShare }) => {
    const capital = logShare + logFactor(counts, margin, odds, stakeOf(strength, margin, odds, side));
    most = Math.max(most, capital);
    return capital;
  });
  return most + Math.log(all.reduce((sum, one) => sum + Math.exp(one - most), 0));
}

/**
 * The capital is divided among players, each of whom stakes as is best where the canary fails 1 + `strength` times as often
 * as stable: from a thousandth more often to more than a hundred times. Those for whom it is about twice as often have
 * most. It decides how soon something is found, never how often a finding is wrong.
 */
const strategies = sharedOut(
  Array.from({ length: 18 }, (_, index) => index - 10).map((power) => ({
    strength: 2 ** power,
    share: 0.75 ** Math.abs(power),
  })),
);

function sharedOut(players: readonly { readonly strength: number; readonly share: number }[]) {
  const all = players.reduce((sum, { share }) => sum + share, 0);
  return players.map(({ strength, share }) => ({ strength, logShare: Math.log(share / all) }));
}

/** Of the capital; so small that no request can lose all of it. */
function stakeOf(strength: number, margin: number, odds: number, side: Side): number {
  return side === 'Worse' ? strength / (1 + odds + (odds + margin) * strength) : -strength / (1 + strength);
}

/** By what the requests have multiplied the capital of who stakes so much at each. */
function logFactor({ stable, canary }: ComparedCounts, margin: number, odds: number, stake: number): number {
  return (
    times(canary.errors, stake * (1 - margin)) +
    times(canary.requests - canary.errors, -stake * margin) +
    times(stable.errors, -stake * odds)
  );
}

/** What did not happen says nothing, even where it would have lost everything. */
function times(count: number, gain: number): number {
  return count === 0 ? 0 : count * Math.log1p(gain);
}
