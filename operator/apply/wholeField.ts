import { firstDifference, isAbsent, isRecord } from '../resources/json.ts';
import type { KubernetesObject } from '../resources/object.ts';
import type { FieldPath } from './fieldCoverage.ts';

/**
 * A field whose live value must be just what is desired, with nothing added by anybody: a wall's `spec`, a binding's
 * `subjects`. Write it as the server returns it, defaults spelt out (`protocol: TCP`, `policyTypes`, `apiGroup`).
 */
export interface WholeField {
  readonly path: FieldPath;
  /** The values beneath are quantities, so that `1000m` is `1`. Default false: compared as they are written. */
  readonly quantities?: boolean;
}

/** The whole fields in which the two differ, as dotted paths. No values, since they may be secret. */
export function fieldsThatDiffer(
  desired: KubernetesObject,
  live: KubernetesObject,
  fields: readonly WholeField[],
): readonly string[] {
  return fields.flatMap(({ path, quantities }) => {
    const same = quantities === true ? sameQuantity : undefined;
    const difference = firstDifference(at(desired, path), at(live, path), same, path);
    return difference === undefined ? [] : [difference.join('.')];
  });
}

/**
 * A merge patch that takes out of `live` what somebody has added in whole fields; undefined where there is nothing of the
 * kind. Server-side apply cannot: it leaves what others own, in maps, in sets and in lists with keys. `live` is as the
 * apply left it, where a list that is atomic is all ours.
 */
export function withoutAdditions(
  desired: KubernetesObject,
  live: KubernetesObject,
  fields: readonly WholeField[],
): Readonly<Record<string, unknown>> | undefined {
  let patch: Readonly<Record<string, unknown>> | undefined;
  for (const { path } of fields) {
    const removal = removalOf(at(desired, path), at(live, path));
    if (removal !== undefined) patch = merged(patch ?? {}, path, removal);
  }
  return patch;
}

type Removal = null | Readonly<Record<string, unknown>> | readonly unknown[];

/** What to merge at a place: null to remove it, a list whole. */
function removalOf(desired: unknown, live: unknown): Removal | undefined {
  if (isAbsent(desired)) return isAbsent(live) ? undefined : null;
  if (Array.isArray(desired) && Array.isArray(live))
    return firstDifference(desired, live) === undefined ? undefined : desired;
  if (!isRecord(desired) || !isRecord(live)) return undefined;
  const removals = Object.keys(live).flatMap((name) => {
    const removal = removalOf(desired[name], live[name]);
    return removal === undefined ? [] : [[name, removal] as const];
  });
  return removals.length === 0 ? undefined : Object.fromEntries(removals);
}

function merged(
  patch: Readonly<Record<string, unknown>>,
  path: FieldPath,
  removal: unknown,
): Readonly<Record<string, unknown>> {
  const [name, ...rest] = path;
  if (name === undefined) return patch;
  const below = patch[name];
  return {
    ...patch,
    [name]: rest.length === 0 ? removal : merged(isRecord(below) ? below : {}, rest, removal),
  };
}

function at(object: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), object);
}

function sameQuantity(left: unknown, right: unknown): boolean {
  const [first, second] = [amount(left), amount(right)];
  if (first === undefined || second === undefined) return false;
  const exponent = Math.min(first.exponent, second.exponent);
  const scaled = (value: Amount): bigint => value.digits * 10n ** BigInt(value.exponent - exponent);
  return scaled(first) === scaled(second);
}

/** `digits × 10^exponent`, exactly: a quantity may hold more than a double can. */
interface Amount {
  readonly digits: bigint;
  readonly exponent: number;
}

const quantity = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,2}))?$/;
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

function amount(value: unknown): Amount | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = quantity.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', binarySuffix, decimalSuffix, exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const factor = binarySuffix === undefined ? 1n : 1024n ** BigInt(binary.indexOf(binarySuffix) + 1);
  const digits = BigInt(`${whole}${fraction}`) * factor;
  const power =
    decimalSuffix !== undefined ? (decimal[decimalSuffix] ?? 0) : Number.parseInt(exponent ?? '0', 10);
  return { digits: sign === '-' ? -digits : digits, exponent: power - fraction.length };
}
