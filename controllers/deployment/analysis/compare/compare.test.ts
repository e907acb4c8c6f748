import { describe, expect, it } from 'vitest';
import { type Comparison, compare } from './compare.ts';
import { greatestLogLikelihood, logLikelihood } from './likelihood.ts';
import { logBeta } from './logBeta.ts';
import { seededRandom } from './simulated.ts';

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
    ['no errors anywhere, after enough requests to exclude half a point', 'Pass', [0, 10_000], [0, 2000]],
    ['a rise of exactly the margin', 'Inconclusive', [1000, 100_000], [1500, 100_000]],
    ['a rise of a point', 'Fail', [1000, 100_000], [1000, 50_000]],
    ['everything fails everywhere', 'Pass', [100_000, 100_000], [100_000, 100_000]],
    ['extrapolated counts', 'Fail', [10.4, 1003.7], [5.2, 10.1]],
    ['more errors than requests, by extrapolation', 'Fail', [0, 1000], [10.4, 10.1]],
  ])('%s: %s', (_name, result, stable, canary) => {
    expect(compare(counts(stable, canary), halfAPoint).result).toBe(result);
  });

  it('tells the increase that was seen', () => {
    expect(compare(counts([10, 1000], [3, 100]), halfAPoint).increase).toBeCloseTo(0.02, 12);
  });

  it('asks for more where more confidence is asked for', () => {
    const seen = counts([0, 1000], [3, 20]);
    expect(compare(seen, { maxIncrease: 0.005, confidence: 0.999 }).result).toBe('Inconclusive');
  });
});

describe('what it stands on', () => {
  it.each([
    [1, 1, 0],
    [0.5, 0.5, Math.log(Math.PI)],
    [2, 3, -Math.log(12)],
    [0.5, 10, Math.log(4 ** 10 / (10 * 184_756))],
    [1, 1e9, -Math.log(1e9)],
  ])('log B(%d, %d)', (a, b, expected) => {
    // With large arguments the digits cancel: of 2e10 the last ones are lost.
    expect(Math.abs(logBeta(a, b) - expected)).toBeLessThan(1e-11 + 1e-15 * (a + b));
  });

  it('finds the best explanation at the margin: no pair of a fine grid is better', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 50; round += 1) {
      const margin = random() < 0.3 ? 0 : random() / 10;
      const [stable, canary] = [1 + Math.floor(random() * 300), 1 + Math.floor(random() * 300)];
      const seen = counts(
        [Math.floor(random() * random() * (stable + 1)), stable],
        [Math.floor(random() * (canary + 1)), canary],
      );
      const best = greatestLogLikelihood(seen, margin);
      let grid = Number.NEGATIVE_INFINITY;
      for (let p = 0; p <= 1 - margin; p += 1 / 4096) {
        grid = Math.max(grid, logLikelihood(seen.stable, p) + logLikelihood(seen.canary, p + margin));
      }
      expect(best).toBeGreaterThanOrEqual(grid - 1e-9);
      expect(best).toBeLessThan(grid + 0.1);
    }
  });
});
