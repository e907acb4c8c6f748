import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareResourceVersions } from './resourceVersion.ts';

test('numbers of any length are in their order', () => {
  const version = fc.bigInt({ min: 1n, max: 10n ** 40n });
  fc.assert(
    fc.property(version, version, (left, right) => {
      const compared = compareResourceVersions(String(left), String(right));
      expect(Math.sign(compared ?? Number.NaN)).toBe(left < right ? -1 : left > right ? 1 : 0);
    }),
  );
});

test.each([
  ['abc', 'abd'],
  ['1', ''],
  ['01', '2'],
  ['-1', '2'],
])('of %s and %s nobody can tell which is later', (left, right) => {
  expect(compareResourceVersions(left, right)).toBeUndefined();
});

test('the same is the same, whatever it looks like', () => {
  expect(compareResourceVersions('abc', 'abc')).toBe(0);
});
