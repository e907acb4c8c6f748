import { type Cidr, commonRange, joined } from './cidr.ts';

/**
 * Few ranges that hold all of these, in order: a part of the address space that is at least half covered becomes one
 * range, a less covered one where there would be more than `most` of a family. So a list of exceptions stays short in a
 * large cluster, and seldom changes when a node comes or goes. Where all were cut from one range, nothing beyond that
 * range is covered.
 */
export function cover(ranges: readonly Cidr[], most: number): readonly Cidr[] {
  const exact = joined(ranges);
  return ([4, 6] as const).flatMap((family) => {
    const some = exact.filter((range) => range.family === family);
    for (let sparse = 2n; ; sparse *= 4n) {
      const found = dense(some, sparse);
      if (found.length <= most) return found;
    }
  });
}

/** The largest parts of the address space of which at least one part in `sparse` is covered. */
function dense(ranges: readonly Cidr[], sparse: bigint): readonly Cidr[] {
  const [first, ...others] = ranges;
  if (first === undefined || others.length === 0) return ranges;
  const whole = commonRange([first, ...others]);
  const covered = ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
  if (covered * sparse >= sizeOf(whole)) return [whole];
  const middle = whole.base + sizeOf(whole) / 2n;
  const lower = ranges.filter(({ base }) => base < middle);
  const upper = ranges.filter(({ base }) => base >= middle);
  return [...dense(lower, sparse), ...dense(upper, sparse)];
}

function sizeOf({ family, prefix }: Cidr): bigint {
  return 1n << BigInt((family === 4 ? 32 : 128) - prefix);
}
