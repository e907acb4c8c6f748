import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatQuantity, parseQuantity, type Quantity, quantity } from './quantity.ts';

/** Right-hand sides as a Kubernetes 1.36 API server stored them in a ResourceQuota. */
describe('the canonical text', () => {
  test.each([
    ['0', '0'],
    ['0Gi', '0'],
    ['1', '1'],
    ['+1', '1'],
    ['-1', '-1'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['1.5', '1500m'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['1000k', '1M'],
    ['0.001', '1m'],
    ['100u', '100u'],
    ['1000n', '1u'],
    ['0.1n', '1n'],
    ['1.00000000001', '1000000001n'],
    ['2G', '2G'],
    ['1.5T', '1500G'],
    ['3P', '3P'],
    ['1E', '1E'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['12e2', '1200'],
    ['1e-3', '1e-3'],
    ['1.5e4', '15e3'],
    ['64Gi', '64Gi'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1023Ki', '1023Ki'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1.1Ki', '1126400m'],
    ['1025Ki', '1025Ki'],
    ['1Ti', '1Ti'],
    ['4Pi', '4Pi'],
    ['7Ei', '7Ei'],
    ['10E', '9223372036854775807'],
    ['1e30', '9223372036854775807'],
    ['1e999999', '9223372036854775807'],
    ['0e999999', '0'],
    ['1e-999', '1e-9'],
  ])('%s is %s', (text, canonical) => {
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
  format: fc.constantFrom<Quantity['format']>('DecimalSI', 'BinarySI', 'DecimalExponent'),
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
