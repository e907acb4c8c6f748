import { boundText } from '../bounds.ts';
import { formatDouble, toText } from '../convert.ts';
import { compareText } from '../text.ts';
import { formatDuration, formatTimestamp } from '../time.ts';
import { runtimeName } from '../types.ts';
import {
  Bytes,
  CelError,
  Duration,
  ListValue,
  MapValue,
  Timestamp,
  TypeValue,
  typeOfValue,
  Uint,
  type Value,
} from '../value.ts';

const defaultPrecision = 6;

/** `"%s is %d".format([a, b])`. */
export function formatText(template: string, args: ListValue): Value {
  let text = '';
  let next = 0;
  for (let at = 0; at < template.length; ) {
    const percent = template.indexOf('%', at);
    if (percent === -1) return text + template.slice(at);
    text += template.slice(at, percent);
    if (template[percent + 1] === '%') {
      text += '%';
      at = percent + 2;
      continue;
    }
    if (next >= args.size) return new CelError(`index ${next} out of range`);
    const clause = clauseAt(template, percent + 1);
    if (clause === undefined) return new CelError('could not parse formatting clause');
    const formatted = formatOne(clause, args.at(next));
    if (formatted instanceof CelError) return formatted;
    text += formatted;
    boundText(text.length);
    next++;
    at = clause.end;
  }
  return text;
}

/** One `%…` of a format: its letter, and the digits after the point. */
export interface Clause {
  readonly letter: string;
  readonly precision: number;
  readonly end: number;
}

export function clauseAt(template: string, at: number): Clause | undefined {
  const match = /^(?:\.(\d{1,9}))?([sdfebxXo])/.exec(template.slice(at, at + 12));
  const letter = match?.[2];
  if (match === null || letter === undefined) return undefined;
  const precision = match[1] === undefined ? defaultPrecision : Number(match[1]);
  return { letter, precision, end: at + match[0].length };
}

/** The types that each letter takes, by the names of their kinds. */
export const clauseTypes: Readonly<Record<string, readonly string[]>> = {
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
};

function formatOne({ letter, precision }: Clause, value: Value): string | CelError {
  switch (letter) {
    case 's':
      return asText(value);
    case 'd':
      return integer(value, 10);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : integer(value, 2);
    case 'o':
      return integer(value, 8);
    case 'x':
      return hexadecimal(value);
    case 'X': {
      const digits = hexadecimal(value);
      return typeof digits === 'string' ? digits.toUpperCase() : digits;
    }
    default:
      return floating(letter, precision, value);
  }
}

function integer(value: Value, base: number): string | CelError {
  if (typeof value === 'bigint') return value.toString(base);
  return value instanceof Uint ? value.value.toString(base) : wrongType(value);
}

function hexadecimal(value: Value): string | CelError {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex');
  if (value instanceof Bytes) return Buffer.from(value.data).toString('hex');
  return integer(value, 16);
}

function floating(letter: string, precision: number, value: Value): string | CelError {
  const named = {
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    '-Infinity': Number.NEGATIVE_INFINITY,
  };
  const number = typeof value === 'string' && Object.hasOwn(named, value) ? Number(value) : value;
  if (typeof number !== 'number') return wrongType(value);
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? '∞' : '-∞';
  if (precision > 100) return new CelError('the precision is too large');
  return letter === 'f' ? grouped(fixed(number, precision)) : scientific(number, precision);
}

/** `toFixed` writes large numbers with an exponent. */
function fixed(value: number, precision: number): string {
  if (Math.abs(value) < 1e21) return value.toFixed(precision);
  return `${BigInt(value)}${precision === 0 ? '' : `.${'0'.repeat(precision)}`}`;
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

function scientific(value: number, precision: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(precision).split('e');
  const power = Number(exponent);
  return `${mantissa}\u202f×\u202f10${superscript(`${power < 0 ? '-' : ''}${String(Math.abs(power)).padStart(2, '0')}`)}`;
}

function superscript(digits: string): string {
  return digits.replace(/[-\d]/g, (digit) => (digit === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? digit)));
}

function asText(value: Value): string | CelError {
  if (value === null) return 'null';
  if (value instanceof ListValue || value instanceof MapValue) return nested(value, new Length());
  if (isPlain(value)) {
    const text = toText(value);
    return typeof text === 'string' ? text : new CelError('could not convert the argument to string');
  }
  return wrongType(value);
}

function isPlain(value: Value): boolean {
  if (typeof value !== 'object') return true;
  return [Uint, Bytes, Timestamp, Duration, TypeValue].some((kind) => value instanceof kind);
}

function wrongType(value: Value): CelError {
  if (value instanceof CelError) return value;
  return new CelError(`the clause does not take ${runtimeName(typeOfValue(value))}`);
}

/** How long a text becomes of which the parts are made first. It is too long before all of them are there. */
class Length {
  #sum = 0;

  add(length: number): void {
    this.#sum += length;
    boundText(this.#sum);
  }
}

/** Within a list or a map. Of these it adds to the length all that is not of their elements. */
function nested(value: Value, length: Length): string | CelError {
  if (value instanceof ListValue) return nestedList(value, length);
  if (value instanceof MapValue) return nestedMap(value, length);
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(6) : formatDouble(value);
  if (value instanceof Timestamp) return `timestamp(${JSON.stringify(formatTimestamp(value))})`;
  if (value instanceof Duration) return `duration(${JSON.stringify(formatDuration(value))})`;
  return asText(value);
}

function nestedList(list: ListValue, length: Length): string | CelError {
  length.add(Math.max('[]'.length, ', '.length * list.size));
  const parts: string[] = [];
  for (const item of list) {
    const part = quoted(item, length);
    if (part instanceof CelError) return part;
    parts.push(part);
  }
  return `[${parts.join(', ')}]`;
}

function nestedMap(map: MapValue, length: Length): string | CelError {
  length.add(Math.max('{}'.length, ':, '.length * map.size));
  const pairs: (readonly [string, string])[] = [];
  for (const key of map.keys()) {
    if (!['string', 'boolean', 'bigint'].includes(typeof key) && !(key instanceof Uint))
      return wrongType(key);
    const name = quoted(key, length);
    if (name instanceof CelError) return name;
    const value = quoted(map.get(key) ?? null, length);
    if (value instanceof CelError) return value;
    pairs.push([name, value]);
  }
  const sorted = pairs.toSorted(([a], [b]) => compareText(a, b));
  return `{${sorted.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

function quoted(value: Value, length: Length): string | CelError {
  const text = nested(value, length);
  if (text instanceof CelError || value instanceof ListValue || value instanceof MapValue) return text;
  const written = isQuoted(value) ? `${value instanceof Bytes ? 'b' : ''}${JSON.stringify(text)}` : text;
  length.add(written.length);
  return written;
}

function isQuoted(value: Value): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'string' || value instanceof Bytes;
}
