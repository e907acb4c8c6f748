import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cidr, cidr, contains, formatCidr, joined, parseCidr, without } from './cidr.ts';

describe('the text of a range', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['fd00::/8', 'fd00::/8'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
    ['2001:db8:0:1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
    ['::ffff:10.0.0.0/104', '::ffff:a00:0/104'],
    ['64:ff9b::169.254.169.254', '64:ff9b::a9fe:a9fe/128'],
    ['1::', '1::/128'],
  ])('%s is %s', (text, canonical) => {
    expect(formatCidr(cidr(text))).toBe(canonical);
  });

  test.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '010.0.0.0/8',
    '256.0.0.0/8',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    ':::/0',
    '1::2::3/64',
    '1:2:3:4:5:6:7/64',
    '1:2:3:4:5:6:7:8:9/64',
    '1:2:3:4:5:6:7::8/64',
    '10.0.0.0::/8',
    'fe80::1%eth0/64',
    'example.com/24',
  ])('%j is none', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

/** Few bits, so that ranges often lie in each other, and every address can be tried. */
const smallRange = fc
  .record({ address: fc.nat(63), prefix: fc.integer({ min: 26, max: 32 }) })
  .map(({ address, prefix }) => cidr(`10.0.0.${address}/${prefix}`));
const addresses = Array.from({ length: 64 }, (_, last) => cidr(`10.0.0.${last}`));
const covered = (ranges: readonly Cidr[]) =>
  addresses.filter((address) => ranges.some((range) => contains(range, address))).map(formatCidr);

test('joined ranges cover the same addresses, are disjoint and in the fewest pieces', () => {
  fc.assert(
    fc.property(fc.array(smallRange, { maxLength: 12 }), (ranges) => {
      const result = joined(ranges);
      expect(covered(result)).toEqual(covered(ranges));
      for (const [index, range] of result.entries()) {
        for (const other of result.slice(index + 1)) {
          expect(contains(range, other) || contains(other, range)).toBe(false);
        }
      }
      expect(joined(result)).toEqual(result);
    }),
  );
});

test('a range without others has exactly the addresses left, with exceptions strictly inside', () => {
  fc.assert(
    fc.property(smallRange, fc.array(smallRange, { maxLength: 8 }), (range, holes) => {
      const block = without(range, holes);
      const left = covered([range]).filter((address) => !covered(holes).includes(address));
      if (block === undefined) {
        expect(left).toEqual([]);
        return;
      }
      expect(left).not.toEqual([]);
      expect(covered([block.range]).filter((address) => !covered(block.except).includes(address))).toEqual(
        left,
      );
      for (const hole of block.except) {
        expect(contains(block.range, hole) && hole.prefix > block.range.prefix).toBe(true);
      }
    }),
  );
});

test('every range survives its own text', () => {
  const v6 = fc.record({ base: fc.bigInt(0n, 2n ** 128n - 1n), prefix: fc.integer({ min: 0, max: 128 }) });
  fc.assert(
    fc.property(v6, ({ base, prefix }) => {
      const host = BigInt(128 - prefix);
      const range: Cidr = { family: 6, base: (base >> host) << host, prefix };
      expect(parseCidr(formatCidr(range))).toEqual(range);
    }),
  );
});
