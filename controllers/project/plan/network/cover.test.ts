import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cidr, cidr, contains, formatCidr } from './cidr.ts';
import { cover } from './cover.ts';

const covered = (ranges: readonly string[], most = 32) => cover(ranges.map(cidr), most).map(formatCidr);

test.each<[string, readonly string[], readonly string[]]>([
  ['nothing', [], []],
  ['one node', ['10.244.0.0/24'], ['10.244.0.0/24']],
  ['a full power of two', ['10.244.1.0/24', '10.244.0.0/24'], ['10.244.0.0/23']],
  ['one more than that', ['10.244.0.0/23', '10.244.2.0/24'], ['10.244.0.0/22']],
  ['a node that left', ['10.244.0.0/24', '10.244.2.0/24', '10.244.3.0/24'], ['10.244.0.0/22']],
  ['two ranges far apart', ['10.1.0.0/24', '192.168.0.0/24'], ['10.1.0.0/24', '192.168.0.0/24']],
  ['sparse hosts', ['10.0.0.1', '10.0.0.7', '10.0.0.200'], ['10.0.0.1/32', '10.0.0.7/32', '10.0.0.200/32']],
  ['both families', ['fd00::/64', '10.0.0.0/24', 'fd00:0:0:1::/64'], ['10.0.0.0/24', 'fd00::/63']],
])('%s', (_, ranges, expected) => expect(covered(ranges)).toEqual(expected));

test('another node in the middle of many changes nothing', () => {
  const many = Array.from({ length: 200 }, (_, index) => `10.244.${index}.0/24`);
  expect(covered(many)).toEqual(['10.244.0.0/16']);
  expect(covered(many.filter((_, index) => index % 7 !== 3))).toEqual(['10.244.0.0/16']);
});

const anyRange = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }), fc.nat(32))
  .map(
    ([family, bits, prefix]): Cidr =>
      family === 4
        ? { family, prefix, base: (bits >> BigInt(32 - prefix)) << BigInt(32 - prefix) }
        : { family, prefix: 96 + prefix, base: (bits >> BigInt(32 - prefix)) << BigInt(32 - prefix) },
  );

test('whatever there is, all of it is covered, in few ranges, in any order of the nodes', () => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (ranges, most) => {
      const found = cover(ranges, most);
      expect(ranges.every((range) => found.some((whole) => contains(whole, range)))).toBe(true);
      expect(found.length).toBeLessThanOrEqual(2 * most);
      expect(cover(ranges.toReversed(), most)).toEqual(found);
    }),
  );
});
