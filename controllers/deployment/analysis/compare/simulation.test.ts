import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import { requests, type SimulatedRollout, seededRandom, watchRollout } from './simulated.ts';

const seed = Number(process.env.SEED ?? 20_261_121);
const random = seededRandom(seed);
console.log(`compare: simulated with SEED=${seed}`);

const steady = (proportion: number) => () => proportion;
/** Of three weights, in a rollout of 1,500 requests. */
const three = [
  { weight: 0.05, requests: 600 },
  { weight: 0.2, requests: 500 },
  { weight: 0.5, requests: 400 },
];
const one = (weight: number, most = 1500) => [{ weight, requests: most }];

// Seconds of arithmetic, on a machine that has nothing else to do.
describe('a rollout that is looked at all the time', { timeout: 120_000 }, () => {
  // Exactly at the margin at every moment: the worst of what is healthy.
  const healthy: readonly (Omit<SimulatedRollout, 'random' | 'rise'> & { readonly margin: number })[] = [
    { weights: one(0.5), stable: steady(0.005), margin: 0.005 },
    { weights: one(0.2), stable: steady(0.01), margin: 0 },
    { weights: one(0.5), stable: steady(0.05), margin: 0.01 },
    { weights: one(0.05), stable: steady(0.0005), margin: 0.02 },
    { weights: three, stable: steady(0.05), margin: 0 },
    // What both depend on breaks, is mended, and breaks again, within a weight and with it.
    { weights: one(0.2), stable: (at) => (at < 300 ? 0.001 : at < 900 ? 0.02 : 0.5), margin: 0 },
    { weights: three, stable: (at) => (at < 600 ? 0.001 : 0.05), margin: 0 },
    { weights: three, stable: (at) => (Math.floor(at / 150) % 2 === 0 ? 0.001 : 0.1), margin: 0.005 },
  ];

  it('is failed for nothing in 5 % of cases at most, however many weights it has and however errors come and go', () => {
    const rollouts = 250;
    let alarms = 0;
    let passes = 0;
    for (const { margin, ...rollout } of healthy) {
      for (let nth = 0; nth < rollouts; nth += 1) {
        const found = watchRollout(
          { ...rollout, rise: () => margin, random },
          { maxIncrease: margin, confidence: 0.95, every: 3 },
        );
        if (found.failed !== undefined) alarms += 1;
        // Of Pass the confidence is that of each weight.
        if (found.passed.length > 0) passes += 1 / rollout.weights.length;
      }
    }
    const all = rollouts * healthy.length;
    console.log(`compare: exactly at the margin: ${alarms} Fail, ${Math.round(passes)} Pass of ${all}`);
    expect(alarms / all).toBeLessThanOrEqual(0.05);
    expect(passes / all).toBeLessThanOrEqual(0.05);
  });

  it('is not failed for an incident of both at another weight, which counts over both weights would show', () => {
    const rollouts = 100;
    const shared = {
      weights: [
        { weight: 0.05, requests: 20_000 },
        { weight: 0.5, requests: 20_000 },
      ],
      stable: (at: number) => (at < 20_000 ? 0.001 : 0.02),
      rise: () => 0,
      random,
    };
    const options = { maxIncrease: 0.005, confidence: 0.95 };
    let alarms = 0;
    for (let nth = 0; nth < rollouts; nth += 1) {
      if (watchRollout(shared, { ...options, every: 100 }).failed !== undefined) alarms += 1;
    }
    console.log(`compare: an incident of both: ${alarms} Fail of ${rollouts}`);
    expect(alarms).toBeLessThanOrEqual(5);
    const stable = { requests: 19_000 + 10_000, errors: 19 + 200 };
    const canary = { requests: 1000 + 10_000, errors: 1 + 200 };
    expect(compare({ stable, canary }, options).result).toBe('Fail');
  });
});

describe('a canary that is worse', { timeout: 120_000 }, () => {
  it('only with half of the traffic is found soon, however long it was good with less', () => {
    const weights = [
      { weight: 0.05, requests: 40_000 },
      { weight: 0.5, requests: 4000 },
    ];
    const after: number[] = [];
    for (let nth = 0; nth < 40; nth += 1) {
      const rise = (place: number) => (place === 1 ? 0.05 : 0);
      const options = { maxIncrease: 0.005, confidence: 0.95, every: 20 };
      const { failed, passed } = watchRollout({ weights, stable: steady(0.001), rise, random }, options);
      expect(passed.map(({ place }) => place)).not.toContain(1);
      expect(failed?.place).toBe(1);
      after.push((failed?.canaryRequests ?? Number.NaN) - 2000);
    }
    console.log(
      `compare: bad at the second weight: found after about ${quantile(after, 0.5)} canary requests`,
    );
    expect(quantile(after, 0.5)).toBeLessThan(300);
  });

  it('by a point is found', () => {
    const rollouts = 60;
    const most = 60_000;
    const many = Array.from({ length: rollouts });
    const rows = [
      { stable: 0.005, limits: [900, 1300, 2300] },
      { stable: 0.01, limits: [1400, 2000, 3400] },
      { stable: 0.05, limits: [7000, 9000, 14_000] },
    ].map(({ stable, limits }) => {
      const bad = { weights: one(0.2, 5 * most), stable: steady(stable), rise: () => 0.01, random };
      const good = { ...bad, weights: one(0.2, 5 * 5000), rise: () => 0 };
      const threshold = stable + 0.005;
      const compared = (rollout: SimulatedRollout, maxIncrease: number, comparisons: number) =>
        many.map(() => watchRollout(rollout, { maxIncrease, confidence: 0.95, comparisons, every: 75 }));
      let passes = 0;
      const found = (
        [
          [0, 1],
          [0, 3],
          [0.0025, 1],
        ] as const
      ).map(([margin, comparisons]) =>
        compared(bad, margin, comparisons).map(({ failed, passed }) => {
          if (passed.length > 0) passes += 1;
          // All that are bad are found in the end.
          return failed?.canaryRequests ?? Number.POSITIVE_INFINITY;
        }),
      );
      expect(passes / (3 * rollouts)).toBeLessThanOrEqual(0.05);
      const alarms = compared(good, 0, 1).filter(({ failed }) => failed !== undefined).length;
      expect(alarms).toBeLessThanOrEqual(9);
      for (const [index, limit] of limits.entries())
        expect(quantile(found[index] ?? [], 0.5)).toBeLessThan(limit);
      const fixed = many.map(() => watchThreshold(bad, threshold));
      const share = (some: number) => `${Math.round((100 * some) / rollouts)} %`;
      return {
        'stable’s errors': `${stable * 100} %`,
        'compare, margin 0': middle(found[0] ?? []),
        'margin 0, one of 3 weights': middle(found[1] ?? []),
        'margin 0.25 %': middle(found[2] ?? []),
        'healthy ones failed': share(alarms),
        'fixed max': `${threshold * 100} %`,
        'fixed: found after': middle(fixed.map(({ canaryRequests }) => canaryRequests)),
        'fixed: healthy ones failed': share(many.filter(() => watchThreshold(good, threshold).failed).length),
      };
    });
    console.log('Canary requests (20 % of all) until a rise of one point is found: median (nine in ten)');
    console.table(rows);
  });
});

/** What a fixed threshold does: the share of errors in the last 300 canary requests, looked at after every 75. */
function watchThreshold(rollout: SimulatedRollout, max: number) {
  const window: { readonly requests: number; readonly errors: number }[] = [];
  let inARow = 0;
  let looked = 0;
  for (const {
    counts: { canary },
  } of requests(rollout)) {
    if (canary.requests < looked + 75) continue;
    looked = canary.requests;
    window.push({ ...canary });
    const before = window.at(-5);
    const share =
      before === undefined ? 0 : (canary.errors - before.errors) / (canary.requests - before.requests);
    inARow = share > max ? inARow + 1 : 0;
    if (inARow === 2) return { failed: true, canaryRequests: canary.requests };
  }
  return { failed: false, canaryRequests: looked };
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

function middle(numbers: readonly number[]): string {
  return `${quantile(numbers, 0.5)} (${quantile(numbers, 0.9)})`;
}
