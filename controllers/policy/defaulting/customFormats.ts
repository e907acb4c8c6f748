import { isIPv4, isIPv6 } from 'node:net';
import { bytesOf, parseRequestUri } from '../../../operator/cel/library/goUrl.ts';
import { regexOf } from '../../../operator/cel/regex.ts';
import { isDate, parseDuration } from '../../../operator/cel/time.ts';
import { type CelError, Duration } from '../../../operator/cel/value.ts';

/**
 * How a text must look that has a format, as the API server decides it. Those of its formats that are not plain are not
 * checked here: `email`, `creditcard`, `isbn` (`isbn10`, `isbn13`).
 */
export function isFormatted(format: string, value: string): boolean {
  const normal = format.replaceAll('-', '');
  return Object.hasOwn(formats, normal) ? (formats[normal]?.(value) ?? true) : true;
}

/** Whether a number is one of its format. One that has none, and is whole, has 64 bits. */
export function isInRange(type: string, format: string, value: number): boolean {
  if (type === 'integer') {
    // The greatest of 64 bits is no double: it has become the next one.
    return format === 'int32' ? value === (value | 0) : Math.abs(value) <= 2 ** 63;
  }
  return format !== 'float' || Number.isFinite(Math.fround(value));
}

/** A span of time in Go's spelling, or as `7 days`; in words, the parts that are none are passed over. */
export function spanOf(text: string): Duration | CelError {
  const span = parseDuration(text);
  if (span instanceof Duration) return span;
  const found = [...text.matchAll(/(\d+)\s*([A-Za-z\u00b5]+)/g)].flatMap(([, count = '0', unit = '']) => {
    const length = lengthOf(unit.toLowerCase());
    return length === undefined ? [] : [BigInt(count) * length];
  });
  const nanos = found.reduce((sum, part) => sum + part, 0n);
  return found.length === 0 ? span : new Duration(BigInt.asIntN(64, nanos));
}

const second = 1_000_000_000n;
/** In nanoseconds; of the last word of each, the beginning of a longer one will do. */
const units: readonly (readonly [bigint, readonly string[]])[] = [
  [1n, ['ns', 'nano']],
  [1000n, ['us', 'µs', 'micro']],
  [1_000_000n, ['ms', 'milli']],
  [second, ['s', 'sec']],
  [60n * second, ['m', 'min']],
  [3600n * second, ['h', 'hr', 'hour']],
  [86_400n * second, ['d', 'day']],
  [7n * 86_400n * second, ['w', 'wk', 'week']],
];

function lengthOf(unit: string): bigint | undefined {
  return units.find(([, words]) => words.includes(unit) || unit.startsWith(words.at(-1) ?? unit))?.[0];
}

/** By their names without dashes, by which `date-time` is `datetime`. A password is any text. */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: matching(/^[0-9a-f]{24}$/i),
  byte: (text) => text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  cidr: isNetwork,
  date: isDay,
  datetime: isMoment,
  duration: (text) => spanOf(text) instanceof Duration,
  hexcolor: matching(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  hostname: isHostname,
  ipv4: (text) => isIPv4(withoutZeros(text)) || (isIpv6(text) && text.includes('.')),
  ipv6: isIpv6,
  mac: isMac,
  rgbcolor: isColor,
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  uri: (text) => parseRequestUri(bytesOf(text)) !== undefined,
  uuid: uuid('[0-9a-f]', '[0-9a-f]'),
  uuid3: uuid('3', '[0-9a-f]'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
};

function matching(expression: RegExp): (text: string) => boolean {
  return (text) => expression.test(text);
}

function uuid(version: string, variant: string): (text: string) => boolean {
  return matching(
    new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'),
  );
}

function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  return year !== undefined && month !== undefined && day !== undefined && isDate(year, month, day);
}

function isMoment(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const [, hour, minute, second] =
    /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time)?.map(Number) ?? [];
  return isDay(date) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

/** The server takes leading zeros in IPv4, as Go once did. */
function withoutZeros(address: string): string {
  return address.replaceAll(/(^|\.)0+(?=\d)/g, '$1');
}

function isIpv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isNetwork(text: string): boolean {
  const [, address = '', prefix] = /^([^/]*)\/(\d+)$/.exec(text) ?? [];
  if (prefix === undefined) return false;
  return isIPv4(withoutZeros(address)) ? Number(prefix) <= 32 : isIpv6(address) && Number(prefix) <= 128;
}

function isMac(text: string): boolean {
  const digits = text.replaceAll(/[:.-]/g, '');
  const parted =
    /^[0-9a-f]{2}(?::[0-9a-f]{2})*$|^[0-9a-f]{2}(?:-[0-9a-f]{2})*$|^[0-9a-f]{4}(?:\.[0-9a-f]{4})*$|^[0-9a-f]*$/i;
  return [12, 16, 40].includes(digits.length) && parted.test(text);
}

function isColor(text: string): boolean {
  const parts = /^rgb\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(text)?.slice(1) ?? ['none'];
  return parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

const inName = '[a-zA-Z0-9\\p{S}\\p{L}]';
const inLabel = '[a-zA-Z0-9\\p{S}\\p{L}-]';
const hostname = `^(${inName}((-?${inName}{0,62})?)|(${inName}((${inLabel}{0,61}${inName})?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$`;

function isHostname(text: string): boolean {
  const expression = regexOf(hostname);
  if (typeof expression === 'string' || !expression.test(text)) return false;
  return Buffer.byteLength(text) <= 255 && text.split('.').every((label) => Buffer.byteLength(label) <= 63);
}
