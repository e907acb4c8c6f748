import { CelError, Duration, Timestamp } from './value.ts';

const second = 1_000_000_000n;
const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;
const minNanos = -(2n ** 63n);
const maxNanos = 2n ** 63n - 1n;

const outOfRange = new CelError('timestamp overflow');
const durationOverflow = new CelError('integer overflow');

export function timestampOf(seconds: number, nanos: number, offsetSeconds = 0): Timestamp | CelError {
  if (seconds < minSeconds || seconds > maxSeconds) return outOfRange;
  return new Timestamp(seconds, nanos, offsetSeconds);
}

export function durationOf(nanos: bigint): Duration | CelError {
  return nanos < minNanos || nanos > maxNanos ? durationOverflow : new Duration(nanos);
}

const timestampPattern =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** RFC 3339, with what Go's parser takes beyond it. */
export function parseTimestamp(text: string): Timestamp | CelError {
  const invalid = new CelError(`type conversion error from 'string' to 'google.protobuf.Timestamp'`);
  const match = timestampPattern.exec(text);
  if (match === null) return invalid;
  const [year, month, day, hour, minute, sec] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return invalid;
  if (hour === undefined || minute === undefined || sec === undefined) return invalid;
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || sec > 59) return invalid;
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (offsetHours > 24 || offsetMinutes > 59) return invalid;
  const offset = (match[8] === '-' ? -60 : 60) * (offsetHours * 60 + offsetMinutes);
  const nanos = Number((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return timestampOf(
    daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + sec - offset,
    nanos,
    offset,
  );
}

/** Whether there is such a day. Months and days begin with 1. */
export function isDate(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

function daysSinceEpoch(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.floor(date.getTime() / 86_400_000);
}

export function formatTimestamp({ seconds, nanos, offsetSeconds }: Timestamp): string {
  const local = new Date((seconds + offsetSeconds) * 1000).toISOString().slice(0, 19);
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${local}${fraction}${formatOffset(offsetSeconds)}`;
}

function formatOffset(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'Z';
  const minutes = Math.trunc(Math.abs(offsetSeconds) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetSeconds < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
};
const unitNames = Object.keys(units).join('|');
const spanOfParts = new RegExp(String.raw`^(?:(?:\d+\.?\d*|\.\d+)(?:${unitNames}))+$`);
const partsOfSpan = new RegExp(String.raw`(\d*)\.?(\d*)(${unitNames})`, 'g');

/** Go's spelling of a span: `1h30m`, `-1.5s`. */
export function parseDuration(text: string): Duration | CelError {
  const invalid = new CelError(`type conversion error from 'string' to 'google.protobuf.Duration'`);
  const sign = text.startsWith('-') ? -1n : 1n;
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') return new Duration(0n);
  if (!spanOfParts.test(rest)) return invalid;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(partsOfSpan)) {
    const scale = units[unit] ?? 0n;
    nanos += BigInt(whole === '' ? '0' : whole) * scale;
    // Go keeps at most 18 digits of a fraction.
    const digits = fraction.slice(0, 18);
    if (digits !== '') nanos += (BigInt(digits) * scale) / 10n ** BigInt(digits.length);
    if (nanos > maxNanos + 1n) return invalid;
  }
  return nanos > maxNanos && sign > 0n ? invalid : new Duration(sign * nanos);
}

/** A span in seconds, as the API server writes it. */
export function formatDuration({ nanos }: Duration): string {
  // Go divides as doubles do.
  const seconds = Number(nanos / second) + Number(nanos % second) / 1e9;
  return `${plainNumber(seconds)}s`;
}

/** A double without an exponent, in as few digits as tell it apart. */
function plainNumber(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return Object.is(value, -0) ? '-0' : text;
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match;
  const digits = whole + fraction;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

export function addToTimestamp(at: Timestamp, span: bigint): Timestamp | CelError {
  const nanos = BigInt(at.nanos) + span;
  const carry = nanos >= 0n ? nanos / second : -((-nanos + second - 1n) / second);
  return timestampOf(at.seconds + Number(carry), Number(nanos - carry * second), at.offsetSeconds);
}

export function between(later: Timestamp, earlier: Timestamp): Duration | CelError {
  const seconds = BigInt(later.seconds) - BigInt(earlier.seconds);
  if (seconds * second > maxNanos || seconds * second < minNanos) return durationOverflow;
  return durationOf(seconds * second + BigInt(later.nanos - earlier.nanos));
}

/** A moment's calendar fields where a zone is: of UTC, of an IANA name, or of an offset such as `-08:00`. */
export function inZone(at: Timestamp, zone: string): Date | CelError {
  const offset = zone.includes(':') ? fixedOffset(zone) : namedOffset(at, zone);
  return offset === undefined
    ? new CelError(`unknown time zone ${zone}`)
    : new Date((at.seconds + offset) * 1000);
}

function fixedOffset(zone: string): number | undefined {
  const match = /^([+-]?\d+):([+-]?\d+)$/.exec(zone);
  if (match === null) return undefined;
  const [hours, minutes] = [Number(match[1]), Number(match[2])];
  return 60 * (zone.startsWith('-') ? hours * 60 - minutes : hours * 60 + minutes);
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function namedOffset(at: Timestamp, zone: string): number | undefined {
  if (zone === '' || zone === 'UTC') return 0;
  if (!formats.has(zone)) formats.set(zone, zoneFormat(zone));
  const format = formats.get(zone);
  if (format === undefined) return undefined;
  const part = new Map(
    format.formatToParts(at.seconds * 1000).map(({ type, value }) => [type, Number(value)]),
  );
  const days = daysSinceEpoch(part.get('year') ?? 0, part.get('month') ?? 1, part.get('day') ?? 1);
  const local =
    days * 86_400 +
    (part.get('hour') ?? 0) * 3600 +
    (part.get('minute') ?? 0) * 60 +
    (part.get('second') ?? 0);
  return local - at.seconds;
}

function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    // The API server finds zones by the names of files, in which capitals count.
    const { timeZone } = format.resolvedOptions();
    return timeZone !== zone && timeZone.toLowerCase() === zone.toLowerCase() ? undefined : format;
  } catch {
    return undefined;
  }
}
