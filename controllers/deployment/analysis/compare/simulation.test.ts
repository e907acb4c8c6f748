import { describe, expect, it } from 'vitest';
import { requests, type SimulatedRollout, seededRandom, watchRollout } from './simulated.ts';

const seed = Number(process.env.SEED ?? 20_261_121);
const random = seededRandom(seed);
console.log(`compare: simulated with SEED=${seed}`);

/** What a fixed threshold does: the share of errors in the last 300 canary requests, looked at after every 75. */
function watchThreshold(rollout: SimulatedRollout, max: number, most: number) {
  const window: { readonly requests: number; readonly errors: number }[] = [];
  let inARow = 0;
  let looked = 0;
  for (const { canary } of requests(rollout)) {
    if (canary.requests >= looked + 75) {
      looked = canary.requests;
      window.push({ ...canary });
      const before = window.at(-5);
      const share =
        before === undefined ? 0 : (canary.errors - before.errors) / (canary.requests - before.requests);
      inARow = share > max ? inARow + 1 : 0;
      if (inARow === 2) return { failed: true, canaryRequests: canary.requests };
    }
    if (canary.requests >= most) return { failed: false, canaryRequests: canary.requests };
  }
  throw new Error('requests never end');
}

// Seconds of arithmetic, on a machine that has nothing else to do.
describe('a rollout that is looked at after every request', { timeout: 60_000 }, () => {
  // Exactly at the margin: the worst of what is healthy. 2,000 rollouts in all.
  it.each([
    { stable: 0.005, margin: 0.005, weight: 0.5 },
    { stable: 0.01, margin: 0, weight: 0.2 },
    { stable: 0.05, margin: 0.01, weight: 0.5 },
    { stable: 0.0005, margin: 0.02, weight: 0.05 },
  ])('is failed for nothing in 5 % of cases at most: %o', ({ stable, margin, weight }) => {
    const rollouts = 500;
    let alarms = 0;
    let passes = 0;
    for (let rollout = 0; rollout < rollouts; rollout += 1) {
      const { result } = watchRollout(
        { stable, canary: stable + margin, weight, random },
        { maxIncrease: margin, confidence: 0.95, every: 1, most: 1500 },
      );
      if (result === 'Fail') alarms += 1;
      if (result === 'Pass') passes += 1;
    }
    console.log(
      `compare: at the margin (${stable} + ${margin}, weight ${weight}): ${alarms} Fail, ${passes} Pass of ${rollouts}`,
    );
    // Of 500 with 5 % each, more than 41 come about once in a thousand runs.
    expect(alarms).toBeLessThanOrEqual(41);
    expect(passes).toBeLessThanOrEqual(41);
  });

  it('finds a rise of a point', () => {
    const most = 40_000;
    const rollouts = 60;
    const rows = [0.005, 0.01, 0.05].flatMap((stable) => {
      const bad = { stable, canary: stable + 0.01, weight: 0.2, random };
      const good = { ...bad, canary: stable };
      const threshold = stable + 0.005;
      const many = Array.from({ length: rollouts });
      const compared = (margin: number) =>
        many.map(() =>
          watchRollout(bad, { maxIncrease: margin, confidence: 0.95, every: 75, most: most * 5 }),
        );
      const healthy = many.map(() =>
        watchRollout(good, { maxIncrease: 0, confidence: 0.95, every: 75, most: 5 * 5000 }),
      );
      const [none, quarter] = [compared(0), compared(0.0025)];
      const fixed = many.map(() => watchThreshold(bad, threshold, most));
      const fixedHealthy = many.map(() => watchThreshold(good, threshold, 5000));
      // All that are bad are found in the end, and never passed.
      expect(none.every(({ result }) => result === 'Fail')).toBe(true);
      expect(healthy.filter(({ result }) => result === 'Fail').length).toBeLessThanOrEqual(9);
      const share = (some: number) => `${Math.round((100 * some) / rollouts)} %`;
      return {
        'stable’s errors': `${stable * 100} %`,
        'compare, margin 0': middle(none.map(({ canaryRequests }) => canaryRequests)),
        'margin 0.25 %': middle(quarter.map(({ canaryRequests }) => canaryRequests)),
        'healthy ones failed': share(healthy.filter(({ result }) => result === 'Fail').length),
        'fixed max': `${threshold * 100} %`,
        'fixed: found after': middle(fixed.map(({ canaryRequests }) => canaryRequests)),
        'fixed: healthy ones failed': share(fixedHealthy.filter(({ failed }) => failed).length),
      };
    });
    console.log('Canary requests (20 % of all) until a rise of one point is found: median (nine in ten)');
    console.table(rows);
  });
});

function middle(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  return `${at(0.5)} (${at(0.9)})`;
}
