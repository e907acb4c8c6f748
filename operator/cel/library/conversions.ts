import { toBool, toBytes, toDouble, toDuration, toInt, toText, toTimestamp, toUint } from '../convert.ts';
import {
  anything,
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  type Kind,
  list,
  map,
  member,
  type Overload,
  overload,
  string,
  timestamp,
  uint,
} from '../functions.ts';
import { codePointCount } from '../text.ts';
import { inZone } from '../time.ts';
import { typeOf } from '../types.ts';
import { CelError, type Duration, type Timestamp, TypeValue, typeOfValue, type Value } from '../value.ts';

const A = anything('A');
const B = anything('B');

type From = readonly [id: string, kind: Kind<Value>];
const conversion = (to: Kind<Value>, convert: (value: Value) => Value, ...from: readonly From[]) =>
  from.map(([id, kind]) => overload(id, [kind], to, convert));

const zoneless = (read: (date: Date, at: Timestamp) => number) => (at: Timestamp) => part(at, 'UTC', read);
const zoned = (read: (date: Date, at: Timestamp) => number) => (at: Timestamp, zone: string) =>
  part(at, zone, read);

function part(at: Timestamp, zone: string, read: (date: Date, at: Timestamp) => number): Value {
  const date = inZone(at, zone);
  return date instanceof CelError ? date : BigInt(read(date, at));
}

const dateField = (id: string, read: (date: Date, at: Timestamp) => number): readonly Overload[] => [
  member(`timestamp_to_${id}`, [timestamp], int, zoneless(read)),
  member(`timestamp_to_${id}_with_tz`, [timestamp, string], int, zoned(read)),
];

const timeField = (
  id: string,
  read: (date: Date, at: Timestamp) => number,
  unit: bigint,
): readonly Overload[] => [
  ...dateField(id, read),
  member(`duration_to_${id}`, [duration], int, (span: Duration) => span.nanos / unit),
];

function dayOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return Math.round((date.getTime() - start.getTime()) / 86_400_000);
}

/** Sizes, conversions between types, and the parts of times. */
export const conversions: Readonly<Record<string, readonly Overload[]>> = {
  size: [
    overload('size_bytes', [bytes], int, ({ data }) => BigInt(data.length)),
    member('bytes_size', [bytes], int, ({ data }) => BigInt(data.length)),
    overload('size_list', [list(A)], int, ({ size }) => BigInt(size)),
    member('list_size', [list(A)], int, ({ size }) => BigInt(size)),
    overload('size_map', [map(A, B)], int, ({ size }) => BigInt(size)),
    member('map_size', [map(A, B)], int, ({ size }) => BigInt(size)),
    overload('size_string', [string], int, (text) => BigInt(codePointCount(text))),
    member('string_size', [string], int, (text) => BigInt(codePointCount(text))),
  ],
  type: [overload('type', [A], { type: typeOf(A.type) }, typeValue)],
  bool: conversion(bool, toBool, ['bool_to_bool', bool], ['string_to_bool', string]),
  bytes: conversion(bytes, toBytes, ['bytes_to_bytes', bytes], ['string_to_bytes', string]),
  double: conversion(
    double,
    toDouble,
    ['double_to_double', double],
    ['int64_to_double', int],
    ['string_to_double', string],
    ['uint64_to_double', uint],
  ),
  duration: conversion(
    duration,
    toDuration,
    ['duration_to_duration', duration],
    ['int64_to_duration', int],
    ['string_to_duration', string],
  ),
  dyn: [overload('to_dyn', [A], dyn, (value) => value)],
  int: conversion(
    int,
    toInt,
    ['int64_to_int64', int],
    ['double_to_int64', double],
    ['duration_to_int64', duration],
    ['string_to_int64', string],
    ['timestamp_to_int64', timestamp],
    ['uint64_to_int64', uint],
  ),
  string: conversion(
    string,
    toText,
    ['string_to_string', string],
    ['bool_to_string', bool],
    ['bytes_to_string', bytes],
    ['double_to_string', double],
    ['duration_to_string', duration],
    ['int64_to_string', int],
    ['timestamp_to_string', timestamp],
    ['uint64_to_string', uint],
  ),
  timestamp: conversion(
    timestamp,
    toTimestamp,
    ['timestamp_to_timestamp', timestamp],
    ['int64_to_timestamp', int],
    ['string_to_timestamp', string],
  ),
  uint: conversion(
    uint,
    toUint,
    ['uint64_to_uint64', uint],
    ['double_to_uint64', double],
    ['int64_to_uint64', int],
    ['string_to_uint64', string],
  ),
  getFullYear: dateField('year', (date) => date.getUTCFullYear()),
  getMonth: dateField('month', (date) => date.getUTCMonth()),
  getDayOfYear: dateField('day_of_year', dayOfYear),
  getDayOfMonth: dateField('day_of_month', (date) => date.getUTCDate() - 1),
  getDate: dateField('day_of_month_1_based', (date) => date.getUTCDate()),
  getDayOfWeek: dateField('day_of_week', (date) => date.getUTCDay()),
  getHours: timeField('hours', (date) => date.getUTCHours(), 3_600_000_000_000n),
  getMinutes: timeField('minutes', (date) => date.getUTCMinutes(), 60_000_000_000n),
  getSeconds: timeField('seconds', (date) => date.getUTCSeconds(), 1_000_000_000n),
  getMilliseconds: timeField('milliseconds', (_, { nanos }) => Math.trunc(nanos / 1_000_000), 1_000_000n),
};

function typeValue(value: Value): Value {
  return value instanceof CelError ? value : new TypeValue(typeOfValue(value));
}
