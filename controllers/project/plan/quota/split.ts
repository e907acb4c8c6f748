/** Exact division of whole numbers: nothing is lost to rounding, and equal inputs give equal shares on every run. */

/**
 * `total` in parts proportional to the weights, by largest remainder; of equal remainders the earlier wins. The parts add up
 * to `total`, unless every weight is zero: then nobody gets anything.
 */
export function splitByWeight(total: bigint, weights: readonly bigint[]): readonly bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n || total <= 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (total * weight) / sum);
  const remainders = weights.map((weight) => (total * weight) % sum);
  const left = total - parts.reduce((a, b) => a + b, 0n);
  const lucky = new Set(
    remainders
      .map((remainder, index) => ({ remainder, index }))
      .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
      .slice(0, Number(left))
      .map(({ index }) => index),
  );
  return parts.map((part, index) => (lucky.has(index) ? part + 1n : part));
}

/**
 * `total` given out in stages of falling urgency. Stage by stage, everybody is raised to his level of that stage; the first
 * stage for which the total does not suffice is filled like connected vessels: in proportion to the weights, but nobody
 * below what the stage before gave him, nor above his level. After the last stage the rest is filled in the same way
 * without a level. Levels of a later stage must be no lower. What is left when all weights are zero is not given out.
 */
export function fillByStages(
  total: bigint,
  stages: readonly (readonly bigint[])[],
  weights: readonly bigint[],
): readonly bigint[] {
  let floor: readonly bigint[] = weights.map(() => 0n);
  for (const levels of stages) {
    if (sumOf(levels) > total) return fill(total, floor, levels, weights);
    floor = levels;
  }
  if (weights.every((weight) => weight === 0n)) return floor;
  const open = floor.map((low) => low + total);
  return fill(total, floor, open, weights);
}

/** Needs Σ floor ≤ total ≤ Σ ceiling. */
function fill(
  total: bigint,
  floor: readonly bigint[],
  ceiling: readonly bigint[],
  weights: readonly bigint[],
): readonly bigint[] {
  // The water stands at weight × level / scale. The scale makes one step of the level at most one unit for anybody.
  const scale = weights.reduce((a, b) => (a > b ? a : b), 1n);
  const at = (level: bigint) =>
    weights.map((weight, index) => clamp((weight * level) / scale, floor[index] ?? 0n, ceiling[index] ?? 0n));
  let low = 0n;
  // At this level the smallest weight, which is at least 1, has all of the total.
  let high = (total + 1n) * scale;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (sumOf(at(middle)) <= total) low = middle;
    else high = middle;
  }
  // What remains is less than one unit each; the earlier get it, those without weight last.
  const shares = [...at(low)];
  let left = total - sumOf(shares);
  for (const weighted of [true, false]) {
    for (const [index, share] of shares.entries()) {
      if (left === 0n || (weights[index] ?? 0n) > 0n !== weighted) continue;
      const room = (ceiling[index] ?? 0n) - share;
      const more = weighted ? clamp(left, 0n, room < 1n ? room : 1n) : clamp(left, 0n, room);
      shares[index] = share + more;
      left -= more;
    }
  }
  return shares;
}

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  return value < low ? low : value > high ? high : value;
}

function sumOf(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a + b, 0n);
}
