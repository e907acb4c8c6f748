import { type CompareOptions, compare } from './compare.ts';
import type { ComparedCounts } from './counts.ts';

/** A service whose revisions fail by chance, for tests. */
export interface SimulatedRollout {
  readonly stable: number;
  readonly canary: number;
  /** Of the requests, 0..1. */
  readonly weight: number;
  readonly random: () => number;
}

/** Requests, one after another, and what was counted after each. */
export function* requests({ stable, canary, weight, random }: SimulatedRollout): Generator<ComparedCounts> {
  const counts = { stable: { requests: 0, errors: 0 }, canary: { requests: 0, errors: 0 } };
  for (;;) {
    const [to, fails] = random() < weight ? [counts.canary, canary] : [counts.stable, stable];
    to.requests += 1;
    if (random() < fails) to.errors += 1;
    yield counts;
  }
}

/** Looks after every so many requests, until there is a verdict, or none after the most. */
export function watchRollout(
  rollout: SimulatedRollout,
  { every, most, ...options }: CompareOptions & { readonly every: number; readonly most: number },
): {
  readonly result: 'Pass' | 'Fail' | 'Inconclusive';
  readonly canaryRequests: number;
  readonly requests: number;
} {
  let sent = 0;
  for (const counts of requests(rollout)) {
    sent += 1;
    const due = sent % every === 0;
    const result = due ? compare(counts, options).result : 'Inconclusive';
    if (result !== 'Inconclusive' || sent >= most) {
      return { result, canaryRequests: counts.canary.requests, requests: sent };
    }
  }
  throw new Error('requests never end');
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
