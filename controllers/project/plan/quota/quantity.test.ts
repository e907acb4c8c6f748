import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuantities } from './canonicalQuantities.ts';
import { formatQuantity, parseQuantity, type Quantity, quantity } from './quantity.ts';

describe('the canonical text', () => {
  test.each(canonicalQuantities)('%s is %s', (text, canonical) => {
    expect(formatQuantity(quantity(text))).toBe(canonical);
  });

  test.each([
    ['+1', '1'],
    ['-1', '-1'],
    ['-0', '0'],
    ['5.', '5'],
    ['100u', '100u'],
    ['1000n', '1u'],
    ['0.1n', '1n'],
    ['1.00000000001', '1000000001n'],
    ['1e3', '1k'],
    ['1E3', '1k'],
    ['12e2', '1200'],
    ['1e-3', '1m'],
    ['1.5e4', '15k'],
    ['10E', '9223372036854775807'],
    ['1e30', '9223372036854775807'],
    ['1e999999', '9223372036854775807'],
    ['0e999999', '0'],
    ['1e-999', '1n'],
  ])('%s is read, and would be %s', (text, canonical) => {
    expect(formatQuantity(quantity(text))).toBe(canonical);
  });

  test.each([
    '',
    '.',
    '-',
    '1K',
    '1ki',
    '1 Gi',
    '1,5',
    'Gi',
    '1e',
    '1e+',
    'x',
    '1mm',
    '--1',
    '1.5.5',
    '0x10',
    '1eE',
    'NaN',
  ])('%j is none', (text) => expect(parseQuantity(text)).toBeUndefined());
});

const anyQuantity = fc.record({
  nano: fc.oneof(
    fc.bigInt(-(10n ** 27n), 10n ** 27n),
    fc.bigInt(0n, 2n ** 33n).map((bytes) => bytes * 1_000_000_000n),
    fc
      .record({ mantissa: fc.bigInt(0n, 5000n), power: fc.nat(20) })
      .map(({ mantissa, power }) => mantissa * 10n ** BigInt(power)),
    fc
      .record({ mantissa: fc.bigInt(0n, 5000n), power: fc.nat(4) })
      .map(({ mantissa, power }) => mantissa * 1024n ** BigInt(power) * 10n ** 9n),
  ),
  format: fc.constantFrom<Quantity['format']>('DecimalSI', 'BinarySI'),
});

test('a quantity survives its own text, which is then canonical', () => {
  fc.assert(
    fc.property(anyQuantity, (value) => {
      const text = formatQuantity(value);
      expect(quantity(text).nano).toBe(value.nano);
      expect(formatQuantity(quantity(text))).toBe(text);
    }),
    { numRuns: 5000 },
  );
});

test('the order of decimal texts is the order of the numbers', () => {
  const number = fc.integer({ min: 0, max: 10_000_000 });
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [x, y] = [quantity((a / 1000).toString()), quantity(`${b}m`)];
      expect(x.nano < y.nano).toBe(a < b);
    }),
  );
});
