import { quantity } from './quantity.ts';
import { splitByWeight } from './split.ts';
import type { Hard } from './types.ts';

const unit = 1_000_000_000n;
const milli = 1_000_000n;

/** What the Project means each environment to have of one resource. Amounts in 10⁻⁹. */
export interface Shares {
  /** What there is for all; undefined where only environments limit the resource. */
  readonly total: bigint | undefined;
  /** The smallest piece that is given away. */
  readonly grain: bigint;
  /** By environment; absent where it is not limited. */
  readonly base: ReadonlyMap<string, bigint>;
  /** Environments whose own `hard` sets the share: they neither lend nor borrow. */
  readonly fixed: ReadonlySet<string>;
}

interface Claimant {
  readonly name: string;
  readonly weight: number;
  readonly hard?: Hard | undefined;
}

/** Own `hard` first, in the order of the list as far as the total goes; what is left, by weight. */
export function sharesOf(resource: string, totals: Hard, environments: readonly Claimant[]): Shares {
  const base = new Map<string, bigint>();
  const fixed = new Set<string>();
  const total = Object.hasOwn(totals, resource)
    ? floorTo(amountOf(totals, resource), pieceOf(resource))
    : undefined;
  let left = total;
  for (const { name, hard } of environments) {
    if (hard === undefined || !Object.hasOwn(hard, resource)) continue;
    const asked = floorTo(amountOf(hard, resource), pieceOf(resource));
    const given = left === undefined || asked < left ? asked : left;
    if (left !== undefined) left -= given;
    base.set(name, given);
    fixed.add(name);
  }
  const rest = left ?? 0n;
  const grain = grainOf(resource, rest);
  if (total !== undefined) {
    const others = environments.filter(({ name }) => !fixed.has(name));
    const parts = splitByWeight(
      rest / grain,
      others.map(({ weight }) => BigInt(weight)),
    );
    for (const [index, { name }] of others.entries()) base.set(name, (parts[index] ?? 0n) * grain);
  }
  return { total, grain, base, fixed };
}

/** The amount of a resource, in 10⁻⁹; nothing where it is not named. Never negative. */
export function amountOf(hard: Hard | undefined, resource: string): bigint {
  const text = hard !== undefined && Object.hasOwn(hard, resource) ? hard[resource] : undefined;
  if (text === undefined) return 0n;
  const { nano } = quantity(text);
  return nano < 0n ? 0n : nano;
}

/** CPU is given in thousandths; everything else is counted, or is bytes. */
function pieceOf(resource: string): bigint {
  return /(^|\.)cpu$/.test(resource) ? milli : unit;
}

/** Bytes in whole Mi or Ki where that divides `rest` and is fine enough not to show: `21846Mi` reads better than bytes. */
function grainOf(resource: string, rest: bigint): bigint {
  const piece = pieceOf(resource);
  if (piece === unit && rest > 0n) {
    for (const candidate of [1024n * 1024n * unit, 1024n * unit]) {
      if (rest % candidate === 0n && rest >= 1000n * candidate) return candidate;
    }
  }
  return piece;
}

/** Down: what is finer than a ResourceQuota keeps would be rounded up there, and the shares exceed the total. */
function floorTo(amount: bigint, piece: bigint): bigint {
  return amount - (amount % piece);
}
