import { describe, expect, test } from 'vitest';
import { splitOf } from './replicaArithmetic.ts';

/** From the documentation of Argo Rollouts' canary without traffic routing, its release notes, and what its users were told. */
const documented: readonly [
  weight: number,
  replicas: number,
  surge: number,
  canary: number,
  stable: number,
  why: string,
][] = [
  [10, 10, 3, 1, 9, 'a tenth of ten is one'],
  [41, 10, 3, 4, 6, '4 of 10 is closer to 41 % than 5 of 10'],
  [20, 5, 2, 1, 4, 'the getting started guide, first step'],
  [40, 5, 2, 2, 3, 'the getting started guide, second step'],
  [60, 5, 2, 3, 2, 'the getting started guide, third step'],
  [80, 5, 2, 4, 1, 'the getting started guide, fourth step'],
  [33, 3, 1, 1, 2, 'no pod more where that comes no closer'],
  [50, 3, 0, 2, 1, 'a surge of zero is never exceeded; equally close is rounded up'],
  [10, 1, 0, 0, 1, 'one pod that may not be two: the closer one'],
  [50, 1, 0, 1, 0, 'one pod that may not be two: equally close is rounded up'],
  [10, 6, 2, 1, 6, '1 of 7 is closer to 10 % than 1 of 6'],
  [5, 24, 6, 1, 23, '1 of 24 is closer to 5 % than 1 of 25'],
  [15, 10, 3, 2, 9, '2 of 11 is closer to 15 % than 1 or 2 of 10'],
  [15, 10, 0, 2, 8, 'without surge, equally close is rounded up'],
  [1, 10, 3, 1, 10, 'between 1 and 99 percent each has a pod'],
  [99, 10, 3, 10, 1, 'between 1 and 99 percent each has a pod'],
  [1, 10, 0, 1, 9, 'and also without surge'],
  [99, 10, 0, 9, 1, 'and also without surge'],
  [0, 10, 3, 0, 10, 'nothing'],
  [100, 10, 3, 10, 0, 'all'],
  [50, 0, 1, 0, 0, 'no pods at all'],
];

describe('pods that stand for a weight', () => {
  test.each(
    documented,
  )('%i %% of %i with a surge of %i: %i and %i (%s)', (weight, replicas, surge, canary, stable) => {
    expect(splitOf(weight, replicas, surge)).toEqual({ canary, stable });
  });

  test('one pod that may become two is tried beside the old one', () => {
    expect(splitOf(10, 1, 1)).toEqual({ canary: 1, stable: 1 });
  });

  test('no weight gives more pods than the surge allows, nor a smaller canary than a smaller weight', () => {
    for (let replicas = 0; replicas <= 25; replicas += 1) {
      for (const surge of [0, 1, 5]) {
        let last = 0;
        for (let weight = 0; weight <= 100; weight += 1) {
          const { canary, stable } = splitOf(weight, replicas, surge);
          expect(canary + stable).toBeLessThanOrEqual(replicas + Math.min(surge, 1));
          expect(canary + stable).toBeGreaterThanOrEqual(replicas);
          expect(canary, `${weight} % of ${replicas}`).toBeGreaterThanOrEqual(last);
          last = canary;
        }
      }
    }
  });
});
