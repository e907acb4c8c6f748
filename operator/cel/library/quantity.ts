import { bool, double, int, type Kind, member, type Overload, overload, string } from '../functions.ts';
import { objectOf } from '../types.ts';
import { CelError, noSuchOverload, OpaqueValue, type Value } from '../value.ts';

const type = objectOf('kubernetes.Quantity');
const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);

/** An amount, `value` times ten to the power of `scale`. */
class Quantity extends OpaqueValue {
  override readonly type = type;
  readonly value: bigint;
  readonly scale: number;
  /** Held as 64 bits by the API server, which answers `isInteger` by how it holds an amount. */
  readonly small: boolean;
  /** A sum on the right of `==` is an error in the API server, as is anything but a quantity. */
  readonly computed: boolean;

  constructor(value: bigint, scale: number, small: boolean, computed = false) {
    super();
    this.value = value;
    this.scale = scale;
    this.small = small;
    this.computed = computed;
  }

  override equals(other: Value): boolean | CelError {
    return other instanceof Quantity && !other.computed ? compare(this, other) === 0 : noSuchOverload;
  }
}

const quantity: Kind<Quantity> = { type, is: (value) => value instanceof Quantity };

export const quantities: Readonly<Record<string, readonly Overload[]>> = {
  quantity: [
    overload(
      'string_to_quantity',
      [string],
      quantity,
      (text) => parse(text) ?? new CelError('invalid quantity'),
    ),
  ],
  isQuantity: [overload('is_quantity_string', [string], bool, (text) => parse(text) !== undefined)],
  sign: [
    overload('quantity_sign', [quantity], int, ({ value }) => (value > 0n ? 1n : value < 0n ? -1n : 0n)),
  ],
  isGreaterThan: [
    member('quantity_is_greater_than', [quantity, quantity], bool, (a, b) => compare(a, b) > 0),
  ],
  isLessThan: [member('quantity_is_less_than', [quantity, quantity], bool, (a, b) => compare(a, b) < 0)],
  compareTo: [member('quantity_compare_to', [quantity, quantity], int, (a, b) => BigInt(compare(a, b)))],
  asApproximateFloat: [
    member('quantity_get_float', [quantity], double, ({ value, scale }) =>
      scale === 0 ? Number(value) : Number(value) * Number(`1e${scale}`),
    ),
  ],
  asInteger: [
    member(
      'quantity_get_int',
      [quantity],
      int,
      (amount) => whole(amount) ?? new CelError('cannot convert value to integer'),
    ),
  ],
  isInteger: [member('quantity_is_integer', [quantity], bool, (amount) => whole(amount) !== undefined)],
  add: [
    member('quantity_add', [quantity, quantity], quantity, (a, b) => add(a, b, 1n)),
    member('quantity_add_int', [quantity, int], quantity, (a, b) => add(a, new Quantity(b, 0, true), 1n)),
  ],
  sub: [
    member('quantity_sub', [quantity, quantity], quantity, (a, b) => add(a, b, -1n)),
    member('quantity_sub_int', [quantity, int], quantity, (a, b) => add(a, new Quantity(b, 0, true), -1n)),
  ],
};

const binary: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const decimal: Readonly<Record<string, number>> = {
  '': 0,
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

/** Reads an amount as the API server does: finer than a billionth is rounded up, larger than 64 bits is capped if binary. */
function parse(text: string): Quantity | undefined {
  const match = /^([+-]?)(\d*)(\.?)(\d*)([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, sign = '', wholeDigits = '', , fraction = '', suffix = ''] = match;
  const number = wholeDigits.replace(/^0+/, '');
  // Nothing but zeros needs no more to be said.
  if (number === '' && match[3] === '' && suffix === '')
    return text === '' ? undefined : new Quantity(0n, 0, true);
  if (wholeDigits === '' && fraction === '' && suffix !== '' && sign + match[3] === '') return undefined;
  const digits = BigInt((number === '' ? '0' : number) + fraction);
  const signed = sign === '-' ? -digits : digits;
  const shift = binary[suffix];
  if (shift !== undefined) return parseBinary(signed, number.length, fraction.length, shift);
  const exponent = decimal[suffix] ?? exponentOf(suffix);
  if (exponent === undefined) return undefined;
  return parseDecimal(
    signed,
    (number === '' ? 1 : number.length) + fraction.length,
    exponent - fraction.length,
  );
}

function exponentOf(suffix: string): number | undefined {
  const match = /^[eE]([+-]?\d{1,18})$/.exec(suffix);
  return match === null ? undefined : Number(BigInt.asIntN(32, BigInt((match[1] ?? '').replace('+', ''))));
}

function parseDecimal(value: bigint, digits: number, scale: number): Quantity | undefined {
  if (18 - digits >= 0 && scale >= -9) return new Quantity(value, scale, true);
  if (Math.abs(scale) > 100_000) return undefined;
  return scale >= -9 ? new Quantity(value, scale, false) : roundedUp(value, scale);
}

function parseBinary(value: bigint, digits: number, fraction: number, shift: bigint): Quantity {
  const shifted = value * 2n ** shift;
  const precision = 15 - Math.max(digits, 1) - Math.trunc((Number(shift) * 3) / 10) - 1;
  if (fraction === 0 && precision >= 0 && shifted <= maxInt && shifted >= minInt)
    return new Quantity(shifted, 0, true);
  const exact = roundedUp(shifted, -fraction);
  const limit = new Quantity(maxInt, 0, false);
  const [magnitude, sign] =
    exact.value < 0n ? [new Quantity(-exact.value, exact.scale, false), -1n] : [exact, 1n];
  return compare(magnitude, limit) > 0 ? new Quantity(sign * maxInt, 0, false) : exact;
}

/** Away from zero, to billionths. */
function roundedUp(value: bigint, scale: number): Quantity {
  if (scale >= -9) return new Quantity(value, scale, false);
  const divisor = 10n ** BigInt(-9 - scale);
  const rest = value % divisor;
  const rounded = value / divisor + (rest === 0n ? 0n : value < 0n ? -1n : 1n);
  return new Quantity(rounded, -9, false);
}

function scaled(
  a: Quantity,
  b: Quantity,
): { readonly a: bigint; readonly b: bigint; readonly scale: number } {
  const scale = Math.min(a.scale, b.scale);
  const to = ({ value, scale: own }: Quantity) => (value === 0n ? 0n : value * 10n ** BigInt(own - scale));
  return { a: to(a), b: to(b), scale };
}

function compare(a: Quantity, b: Quantity): -1 | 0 | 1 {
  const { a: left, b: right } = scaled(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function add(a: Quantity, b: Quantity, sign: 1n | -1n): Quantity {
  const small = a.small && b.small;
  if (small && b.value === 0n) return new Quantity(a.value, a.scale, true, true);
  if (small && a.value === 0n) return new Quantity(sign * b.value, b.scale, true, true);
  const { a: left, b: right, scale } = scaled(a, b);
  const fits = [left, right, left + sign * right].every((value) => value <= maxInt && value >= minInt);
  return new Quantity(left + sign * right, scale, small && fits, true);
}

function whole({ value, scale, small }: Quantity): bigint | undefined {
  if (!small || scale < 0) return undefined;
  const scaledUp = value * 10n ** BigInt(Math.min(scale, 1000));
  return scaledUp <= maxInt && scaledUp >= minInt ? scaledUp : undefined;
}
