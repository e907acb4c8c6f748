import { type CompareOptions, compare } from './compare.ts';
import type { ComparedCounts } from './counts.ts';

/** A service whose revisions fail by chance, for tests. */
export interface SimulatedRollout {
  /** Shares of the requests that go to the canary, 0..1, one after another, each for so many requests. */
  readonly weights: readonly { readonly weight: number; readonly requests: number }[];
  /** The proportion of stable's requests that fail, at the nth request of all. */
  readonly stable: (request: number) => number;
  /** By how much that of the canary's is above, at the weight of such a place in the list. */
  readonly rise: (place: number) => number;
  readonly random: () => number;
}

/** What is known after a request: where in the list of weights it was, and what was counted since that weight began. */
export interface Seen {
  readonly place: number;
  readonly sent: number;
  readonly counts: ComparedCounts;
}

/** Requests, one after another. */
export function* requests({ weights, stable, rise, random }: SimulatedRollout): Generator<Seen> {
  let sent = 0;
  for (const [place, { weight, requests: most }] of weights.entries()) {
    const counts = { stable: { requests: 0, errors: 0 }, canary: { requests: 0, errors: 0 } };
    for (let request = 0; request < most; request += 1) {
      const toCanary = random() < weight;
      const to = toCanary ? counts.canary : counts.stable;
      to.requests += 1;
      if (random() < stable(sent) + (toCanary ? rise(place) : 0)) to.errors += 1;
      sent += 1;
      yield { place, sent, counts };
    }
  }
}

/** What was found at a weight, and after how many requests to the canary in all. */
export interface Finding {
  readonly place: number;
  readonly canaryRequests: number;
}

/** Looks after every so many requests. The first Fail, and the first Pass at each weight before it, end nothing else. */
export function watchRollout(
  rollout: SimulatedRollout,
  { every, comparisons = rollout.weights.length, ...options }: CompareOptions & { readonly every: number },
): { readonly failed?: Finding; readonly passed: readonly Finding[] } {
  const passed: Finding[] = [];
  let before = 0;
  let latest = { place: 0, requests: 0 };
  for (const { place, sent, counts } of requests(rollout)) {
    if (place > latest.place) before += latest.requests;
    latest = { place, requests: counts.canary.requests };
    if (sent % every !== 0) continue;
    const { result } = compare(counts, { ...options, comparisons });
    const finding = { place, canaryRequests: before + counts.canary.requests };
    if (result === 'Fail') return { failed: finding, passed };
    if (result === 'Pass' && passed.at(-1)?.place !== place) passed.push(finding);
  }
  return { passed };
}

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
