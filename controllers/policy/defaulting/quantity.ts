/**
 * An amount as the API server writes it: `0.5` is `500m`, `1024Mi` is `1Gi`. What it reads is what was written, in its own
 * words, and rules compare words.
 *
 * @param finest the power of ten below which it is rounded up, at least -9
 * @returns undefined for what is no amount
 */
export function canonicalQuantity(text: string, finest = -9): string | undefined {
  const amount = parse(text.trim());
  return amount === undefined ? undefined : written({ ...amount, ...roundedUp(amount, finest) });
}

/** Two amounts together, in the words of the first; of the second, if the first is nothing. */
export function sumOf(first: string, second: string): string {
  const [a, b] = [parse(first), parse(second)];
  if (a === undefined || b === undefined) return first;
  const { left, right, scale } = aligned(a, b);
  return written({ ...trimmed({ value: left + right, scale }), format: (a.value === 0n ? b : a).format });
}

/** The larger of two amounts; the first, if they are the same. */
export function largerOf(first: string, second: string): string {
  const [a, b] = [parse(first), parse(second)];
  if (a === undefined || b === undefined) return first;
  const { left, right } = aligned(a, b);
  return right > left ? second : first;
}

/** However they are written: `1Gi` is `1073741824`. What is no amount is the same as none. */
export function isSameAmount(first: string, second: string): boolean {
  const [a, b] = [parse(first), parse(second)];
  if (a === undefined || b === undefined) return false;
  const { left, right } = aligned(a, b);
  return left === right;
}

function aligned(a: Amount, b: Amount) {
  const scale = Math.min(a.scale, b.scale);
  const digits = (amount: Amount) => amount.value * 10n ** BigInt(amount.scale - scale);
  return { left: digits(a), right: digits(b), scale };
}

function written({ value, scale, format }: Written): string {
  if (value === 0n) return '0';
  const whole = scale >= 0 ? value * 10n ** BigInt(scale) : undefined;
  const magnitude = value < 0n ? -value : value;
  // Less than 1,024 is said in tens, and so is what has a fraction.
  return format === 'binary' && whole !== undefined && magnitude * 10n ** BigInt(scale) >= 1024n
    ? inBinary(whole)
    : inDecimal({ value, scale }, format);
}

type Format = 'decimal' | 'exponent' | 'binary';

/** `value` times ten to the power of `scale`. */
interface Amount {
  readonly value: bigint;
  readonly scale: number;
}

interface Written extends Amount {
  readonly format: Format;
}

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** Where in `decimal` nothing stands. */
const units = decimal.indexOf('');

function parse(text: string): Written | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)([numkMGTPE]?|[KMGTPE]i|[eE][+-]?\d{1,9})$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const value = sign === '-' ? -digits : digits;
  if (suffix.endsWith('i')) {
    const shifted = value * 1024n ** BigInt(binary.indexOf(suffix));
    const amount = trimmed({ value: shifted, scale: -fraction.length });
    return { ...amount, format: 'binary' };
  }
  const position = decimal.indexOf(suffix);
  const exponent = position >= 0 ? 3 * (position - units) : Number(suffix.slice(1));
  return { value, scale: exponent - fraction.length, format: position >= 0 ? 'decimal' : 'exponent' };
}

/** Away from zero. */
function roundedUp({ value, scale }: Amount, finest: number): Amount {
  if (scale >= finest) return { value, scale };
  const divisor = 10n ** BigInt(finest - scale);
  const rest = value % divisor;
  return trimmed({ value: value / divisor + (rest === 0n ? 0n : value < 0n ? -1n : 1n), scale: finest });
}

/** With no more digits after the point than it needs. */
function trimmed({ value, scale }: Amount): Amount {
  return scale < 0 && value % 10n === 0n && value !== 0n
    ? trimmed({ value: value / 10n, scale: scale + 1 })
    : { value, scale };
}

function inBinary(whole: bigint): string {
  let value = whole;
  let step = 0;
  while (value % 1024n === 0n && step < binary.length - 1) {
    value /= 1024n;
    step++;
  }
  return `${value}${binary[step] ?? ''}`;
}

function inDecimal(amount: Amount, format: Format): string {
  let { value, scale } = amount;
  while (value % 10n === 0n) {
    value /= 10n;
    scale++;
  }
  const exponent = Math.floor(scale / 3) * 3;
  const number = value * 10n ** BigInt(scale - exponent);
  if (format === 'exponent') return exponent === 0 ? String(number) : `${number}e${exponent}`;
  const suffix = decimal[exponent / 3 + units];
  return suffix === undefined ? `${number}e${exponent}` : `${number}${suffix}`;
}
