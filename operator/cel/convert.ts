import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, timestampOf } from './time.ts';
import { runtimeName } from './types.ts';
import { Bytes, CelError, Duration, Timestamp, TypeValue, typeOfValue, Uint, type Value } from './value.ts';

const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);
const maxUint = 2n ** 64n - 1n;
const intOverflow = new CelError('integer overflow');
const uintOverflow = new CelError('unsigned integer overflow');

/** An int, if it is within 64 bits. */
export const intOf = (value: bigint): bigint | CelError =>
  value > maxInt || value < minInt ? intOverflow : value;

/** A uint, if it is within 64 bits. */
export const uintOf = (value: bigint): Uint | CelError =>
  value < 0n || value > maxUint ? uintOverflow : new Uint(value);

export function toInt(value: Value): Value {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint) return intOf(value.value);
  if (typeof value === 'number') {
    return value > Number(minInt) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : intOverflow;
  }
  if (typeof value === 'string' && /^[+-]?\d{1,40}$/.test(value)) {
    const parsed = BigInt(value.replace(/^\+/, ''));
    if (parsed <= maxInt && parsed >= minInt) return parsed;
  }
  if (value instanceof Timestamp) return BigInt(value.seconds);
  if (value instanceof Duration) return value.nanos;
  return conversionError(value, 'int');
}

export function toUint(value: Value): Value {
  if (value instanceof Uint) return value;
  if (typeof value === 'bigint') return uintOf(value);
  if (typeof value === 'number') {
    return value >= 0 && value < 2 ** 64 ? new Uint(BigInt(Math.trunc(value))) : uintOverflow;
  }
  if (typeof value === 'string' && /^\d{1,40}$/.test(value) && BigInt(value) <= maxUint) {
    return new Uint(BigInt(value));
  }
  return conversionError(value, 'uint');
}

export function toDouble(value: Value): Value {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value === 'string') return parseDouble(value) ?? conversionError(value, 'double');
  return conversionError(value, 'double');
}

/** What Go reads as a double. */
function parseDouble(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const match = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (match !== null) {
    if (match[2]?.toLowerCase() === 'nan') return match[1] === '' ? Number.NaN : undefined;
    return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return parseHexDouble(text);
}

function parseHexDouble(text: string): number | undefined {
  const match = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match;
  if (whole + fraction === '') return undefined;
  const value = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined;
}

export function toText(value: Value): Value {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'number':
      return formatDouble(value);
  }
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Bytes)
    return decode(value.data) ?? new CelError('invalid UTF-8 in bytes, cannot convert to string');
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return runtimeName(value.type);
  return conversionError(value, 'string');
}

/** A double as Go's `%g` writes it. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  // JavaScript writes these without an exponent too.
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function decode(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}

export function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true;
    if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false;
  }
  return conversionError(value, 'bool');
}

export function toBytes(value: Value): Value {
  if (value instanceof Bytes) return value;
  return typeof value === 'string' ? new Bytes(Buffer.from(value, 'utf8')) : conversionError(value, 'bytes');
}

export function toTimestamp(value: Value): Value {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'bigint') return timestampOf(Number(value), 0);
  return typeof value === 'string'
    ? parseTimestamp(value)
    : conversionError(value, 'google.protobuf.Timestamp');
}

export function toDuration(value: Value): Value {
  if (value instanceof Duration) return value;
  return typeof value === 'string'
    ? parseDuration(value)
    : conversionError(value, 'google.protobuf.Duration');
}

function conversionError(value: Value, to: string): CelError {
  if (value instanceof CelError) return value;
  return new CelError(`type conversion error from '${runtimeName(typeOfValue(value))}' to '${to}'`);
}
