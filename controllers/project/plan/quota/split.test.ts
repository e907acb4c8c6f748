import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillByStages, splitByWeight } from './split.ts';

const amount = fc.bigInt(0n, 1000n);
const sum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n);
const options = { numRuns: 2000 };

test('parts by weight add up to the whole, and are off by less than one', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, 10n ** 24n),
      fc.array(fc.bigInt(0n, 50n), { minLength: 1 }),
      (total, weights) => {
        const parts = splitByWeight(total, weights);
        const all = sum(weights);
        expect(sum(parts)).toBe(all === 0n ? 0n : total);
        for (const [index, part] of parts.entries()) {
          const off = part * all - total * (weights[index] ?? 0n);
          expect((off < all && off > -all) || all === 0n).toBe(true);
        }
      },
    ),
    options,
  );
});

const claims = fc.array(fc.record({ weight: fc.bigInt(0n, 9n), urgent: amount, more: amount }), {
  minLength: 1,
  maxLength: 6,
});

test('stages are filled in their order, within their levels, and all is given out', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 4000n), claims, (total, given) => {
      const weights = given.map(({ weight }) => weight);
      const urgent = given.map((claim) => claim.urgent);
      const all = given.map((claim) => claim.urgent + claim.more);
      const shares = fillByStages(total, [urgent, all], weights);
      const anybody = weights.some((weight) => weight > 0n);
      expect(sum(shares)).toBe(anybody || sum(all) > total ? total : sum(all));
      for (const [index, share] of shares.entries()) {
        const [low = 0n, high = 0n] = [urgent[index], all[index]];
        if (sum(urgent) > total) expect(share <= low).toBe(true);
        else if (sum(all) > total) expect(low <= share && share <= high).toBe(true);
        else expect(share >= high).toBe(true);
      }
    }),
    options,
  );
});

test('who has the same claim and more weight has no less, but for one unit', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 4000n), claims, (total, given) => {
      const shares = fillByStages(
        total,
        [given.map(({ urgent }) => urgent)],
        given.map(({ weight }) => weight),
      );
      for (const [i, a] of given.entries()) {
        for (const [j, b] of given.entries()) {
          if (a.urgent === b.urgent && a.weight > b.weight)
            expect((shares[i] ?? 0n) + 1n >= (shares[j] ?? 0n)).toBe(true);
        }
      }
    }),
    options,
  );
});
