import { describe, expect, it } from 'vitest';
import { logCapital } from './bets.ts';
import { type Comparison, compare } from './compare.ts';

const halfAPoint = { maxIncrease: 0.005, confidence: 0.95 };
const counts = (stable: readonly [number, number], canary: readonly [number, number]) => ({
  stable: { errors: stable[0], requests: stable[1] },
  canary: { errors: canary[0], requests: canary[1] },
});

describe('compare', () => {
  it.each<[string, Comparison['result'], readonly [number, number], readonly [number, number]]>([
    ['a canary that fails half of its first ten requests', 'Fail', [10, 1000], [5, 10]],
    ['three failures in 20, beside a stable without any', 'Fail', [0, 1000], [3, 20]],
    ['one failure in 20', 'Inconclusive', [0, 1000], [1, 20]],
    ['no requests to either', 'Inconclusive', [0, 0], [0, 0]],
    ['no requests to the canary', 'Inconclusive', [10, 1000], [0, 0]],
    ['no requests to stable, however bad the canary', 'Inconclusive', [0, 0], [500, 500]],
    ['the same proportion, after few requests', 'Inconclusive', [10, 1000], [1, 100]],
    ['the same proportion, after many', 'Pass', [1000, 100_000], [200, 20_000]],
    ['a canary that is better, after few', 'Pass', [300, 1000], [0, 100]],
    ['no errors anywhere, after enough requests to exclude half a point', 'Pass', [0, 10_000], [0, 1200]],
    ['no errors anywhere, after fewer', 'Inconclusive', [0, 10_000], [0, 700]],
    ['a rise of exactly the margin', 'Inconclusive', [1000, 100_000], [1500, 100_000]],
    ['a rise of a point', 'Fail', [1000, 100_000], [1000, 50_000]],
    ['everything fails everywhere', 'Inconclusive', [1000, 1000], [1000, 1000]],
    ['extrapolated counts', 'Fail', [10.4, 1003.7], [5.2, 10.1]],
    ['more errors than requests, by extrapolation', 'Fail', [0, 1000], [10.4, 10.1]],
  ])('%s: %s', (_name, result, stable, canary) => {
    expect(compare(counts(stable, canary), halfAPoint).result).toBe(result);
  });

  it('tells the increase that was seen', () => {
    expect(compare(counts([10, 1000], [3, 100]), halfAPoint).increase).toBeCloseTo(0.02, 12);
  });

  it('asks for more where more confidence is asked for, and for each of several comparisons', () => {
    const seen = counts([0, 1000], [3, 20]);
    expect(compare(seen, { ...halfAPoint, confidence: 0.999 }).result).toBe('Inconclusive');
    expect(compare(seen, { ...halfAPoint, comparisons: 50 }).result).toBe('Inconclusive');
    const good = counts([0, 10_000], [0, 1200]);
    expect(compare(good, { ...halfAPoint, comparisons: 50 }).result).toBe('Pass');
  });
});

describe('whoever bets on what is not so', () => {
  // Each way in which so many requests to both may end, and how probable it is.
  const ways = (requests: number, proportion: number) => {
    let chance = (1 - proportion) ** requests;
    return Array.from({ length: requests + 1 }, (_, errors) => {
      const way = { errors, requests, chance };
      chance *= ((requests - errors) / (errors + 1)) * (proportion / (1 - proportion));
      return way;
    });
  };

  it.each([
    [60, 20, 0.01, 0],
    [95, 5, 0.2, 0],
    [30, 50, 0.6, 0],
    [60, 20, 0.01, 0.02],
    [95, 5, 0.2, 0.1],
    [30, 50, 0.001, 0.3],
  ])('wins nothing on average: %d and %d requests, %d of stable’s fail and %d more of the canary’s', (stableRequests, canaryRequests, p, margin) => {
    for (const side of ['Worse', 'Better'] as const) {
      let mean = 0;
      for (const { chance: stableChance, ...stable } of ways(stableRequests, p)) {
        for (const { chance, ...canary } of ways(canaryRequests, p + margin)) {
          mean += chance * stableChance * Math.exp(logCapital({ stable, canary }, margin, side));
        }
      }
      expect(mean).toBeLessThanOrEqual(1 + 1e-9);
      // It is no game that nobody plays, either.
      expect(mean).toBeGreaterThan(0.2);
    }
  });
});
