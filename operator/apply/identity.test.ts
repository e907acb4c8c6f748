import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf } from './identity.ts';

describe('the hash of what is desired', () => {
  it('property: is the same for equal JSON in any order of keys, and another for any other', () => {
    const model = (value: unknown): string =>
      JSON.stringify(value, (_key, part: unknown) =>
        typeof part === 'object' && part !== null && !Array.isArray(part)
          ? Object.fromEntries(Object.entries(part).toSorted(([left], [right]) => (left < right ? -1 : 1)))
          : part,
      );
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(hashOf(reversed(one))).toBe(hashOf(one));
        expect(hashOf(one) === hashOf(other)).toBe(model(one) === model(other));
      }),
    );
  });

  it('takes a key that is undefined for none, and tells null, an empty list and an empty map apart', () => {
    expect(hashOf({ a: 1, b: undefined })).toBe(hashOf({ a: 1 }));
    const distinct = [
      {},
      { a: null },
      { a: [] },
      { a: {} },
      { a: '' },
      { a: 0 },
      { a: '0' },
      [],
      [[]],
      ['a'],
      'a',
    ];
    expect(new Set(distinct.map(hashOf)).size).toBe(distinct.length);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, part]) => [key, reversed(part)]),
  );
}
