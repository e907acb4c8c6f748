import { boundList } from '../bounds.ts';
import { CelList, CelMap, RangeList } from '../collections.ts';
import { isEqual, isOrdered, order } from '../compare.ts';
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
import { formatType, runtimeName } from '../types.ts';
import {
  CelError,
  Duration,
  ListValue,
  type MapValue,
  noSuchOverload,
  typeOfValue,
  Uint,
  type Value,
} from '../value.ts';
import { operators } from './operators.ts';

const T = anything('T');
const anyList = list(T);
const K = anything('K');
const V = anything('V');
const mapOfKV = map(K, V);
const ordered = { int, uint, double, bool, duration, timestamp, string, bytes };
const summed = { int, uint, double, duration };

const forEach = <K extends string>(
  kinds: Readonly<Record<K, Kind<Value>>>,
  declare: (name: string, kind: Kind<Value>) => Overload,
): readonly Overload[] => Object.entries<Kind<Value>>(kinds).map(([name, kind]) => declare(name, kind));

/** The functions of lists: Kubernetes' own, and CEL's extensions. */
export const lists: Readonly<Record<string, readonly Overload[]>> = {
  isSorted: forEach(ordered, (name, kind) =>
    member(`list_${name}_is_sorted_bool`, [list(kind)], bool, isSorted),
  ),
  sum: forEach(summed, (name, kind) =>
    member(`list_${name}_sum_${name}`, [list(kind)], kind, (items) => sum(items, zeros[name] ?? 0n)),
  ),
  max: forEach(ordered, (name, kind) =>
    member(`list_${name}_max_${name}`, [list(kind)], kind, (items) => most(items, 1)),
  ),
  min: forEach(ordered, (name, kind) =>
    member(`list_${name}_min_${name}`, [list(kind)], kind, (items) => most(items, -1)),
  ),
  indexOf: [
    member('list_a_index_of_int', [anyList, T], int, (items, item) => BigInt(indexOf([...items], item))),
  ],
  lastIndexOf: [
    member('list_a_last_index_of_int', [anyList, T], int, (items, item) => {
      const found = indexOf([...items].toReversed(), item);
      return found === -1 ? -1n : BigInt(items.size - 1 - found);
    }),
  ],
  slice: [member('list_slice', [anyList, int, int], anyList, slice)],
  flatten: [
    ofAnyList('list_flatten', [list(anyList)], anyList, (items) => new CelList(flatten(items, 1n))),
    ofAnyList('list_flatten_int', [list(dyn), int], list(dyn), (items, depth) => {
      if (typeof depth !== 'bigint') return noSuchOverload;
      return depth < 0n ? new CelError('level must be non-negative') : new CelList(flatten(items, depth));
    }),
  ],
  sort: forEach(ordered, (_, kind) =>
    ofAnyList(`list_${runtimeName(kind.type)}_sort`, [list(kind)], list(kind), (items) =>
      sortBy(items, items),
    ),
  ),
  '@sortByAssociatedKeys': forEach(ordered, (_, kind) =>
    ofAnyList(`list_${runtimeName(kind.type)}_sortByAssociatedKeys`, [anyList, list(kind)], anyList, sortBy),
  ),
  'lists.range': [
    overload('lists_range', [int], list(int), (size) => new RangeList(size > 0n ? Number(size) : 0)),
  ],
  reverse: [
    member('list_reverse', [anyList], anyList, (items) => {
      boundList(items.size);
      return new CelList([...items].reverse());
    }),
  ],
  distinct: [member('list_distinct', [anyList], anyList, distinct)],
  'sets.contains': [overload('list_sets_contains_list', [anyList, anyList], bool, contains)],
  'sets.equivalent': [
    overload(
      'list_sets_equivalent_list',
      [anyList, anyList],
      bool,
      (a, b) => contains(a, b) && contains(b, a),
    ),
  ],
  'sets.intersects': [
    overload('list_sets_intersects_list', [anyList, anyList], bool, (a, b) => {
      for (const item of a) if (holds(b, item)) return true;
      return false;
    }),
  ],
  'cel.@mapInsert': [
    overload('@mapInsert_map_key_value', [mapOfKV, K, V], mapOfKV, insert),
    overload('@mapInsert_map_map', [mapOfKV, mapOfKV], mapOfKV, insertAll),
  ],
};

const zeros: Readonly<Record<string, Value>> = {
  int: 0n,
  uint: new Uint(0n),
  double: 0,
  duration: new Duration(0n),
};

/** When it runs, the API server looks at no more than whether it is a list. */
function ofAnyList(
  id: string,
  args: readonly Kind<Value>[],
  result: Kind<Value>,
  call: (items: ListValue, second: Value) => Value,
): Overload {
  return {
    id,
    member: true,
    args: args.map(({ type }) => type),
    result: result.type,
    takes: ([items]) => items instanceof ListValue,
    call: ([items, second = null]) => (items instanceof ListValue ? call(items, second) : noSuchOverload),
  };
}

function isSorted(items: ListValue): Value {
  let previous: Value | undefined;
  for (const item of items) {
    if (!isOrdered(item)) return noSuchOverload;
    const compared = previous === undefined ? 0 : order(previous, item);
    if (typeof compared === 'number' && compared > 0) return false;
    previous = item;
  }
  return true;
}

function sum(items: ListValue, zero: Value): Value {
  const add = operators['_+_']?.[0];
  let total = zero;
  for (const item of items) {
    total = add?.call([total, item]) ?? noSuchOverload;
    if (total instanceof CelError) return total;
  }
  return total;
}

function most(items: ListValue, wanted: 1 | -1): Value {
  let result: Value | undefined;
  for (const item of items) {
    if (!isOrdered(item)) return noSuchOverload;
    const compared = result === undefined ? wanted : order(item, result);
    if (typeof compared === 'number' && Math.sign(compared) === wanted) result = item;
  }
  return result ?? new CelError(`${wanted === 1 ? 'max' : 'min'} called on empty list`);
}

const indexOf = (items: readonly Value[], wanted: Value) => items.findIndex((item) => isEqual(item, wanted));

function slice(items: ListValue, start: bigint, end: bigint): Value {
  const asked = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) return new CelError(`${asked}, negative indexes not supported`);
  if (start > end) return new CelError(`${asked}, start index must be less than or equal to end index`);
  if (BigInt(items.size) < end) return new CelError(`${asked}, list is length ${items.size}`);
  boundList(Number(end - start));
  const sliced: Value[] = [];
  for (let index = Number(start); index < Number(end); index++) sliced.push(items.at(index));
  return new CelList(sliced);
}

function flatten(items: ListValue, depth: bigint): readonly Value[] {
  const flat: Value[] = [];
  for (const item of items) {
    if (item instanceof ListValue && depth > 0n)
      for (const inner of flatten(item, depth - 1n)) flat.push(inner);
    else flat.push(item);
    boundList(flat.length);
  }
  return flat;
}

function sortBy(items: ListValue, keys: Value): Value {
  if (!(keys instanceof ListValue)) return noSuchOverload;
  if (items.size === 0) return items;
  boundList(items.size);
  const [first] = keys;
  if (first === undefined || !isOrdered(first)) return new CelError('list elements must be comparable');
  const sorted = [...items].map((item, index) => ({ item, key: keys.at(index) }));
  if (sorted.length > 1 && sorted.some(({ key }) => kindOf(key) !== kindOf(first))) {
    return new CelError('list elements must have the same type');
  }
  sorted.sort((a, b) => {
    const compared = order(a.key, b.key);
    return typeof compared === 'number' ? compared : 0;
  });
  return new CelList(sorted.map(({ item }) => item));
}

const kindOf = (value: Value) => (value instanceof CelError ? 'error' : formatType(typeOfValue(value)));

function distinct(items: ListValue): ListValue {
  const unique: Value[] = [];
  for (const item of items) if (!unique.some((known) => isEqual(item, known))) unique.push(item);
  return new CelList(unique);
}

function holds(items: ListValue, wanted: Value): boolean {
  for (const item of items) if (isEqual(wanted, item)) return true;
  return false;
}

function contains(items: ListValue, wanted: ListValue): boolean {
  for (const item of wanted) if (!holds(items, item)) return false;
  return true;
}

/** A loop's own map, which nobody else sees yet, is added to in place. */
function insert(target: MapValue, key: Value, value: Value): Value {
  if (target.get(key) !== undefined) return new CelError('insert failed: key already exists');
  if (!(target instanceof CelMap)) return noSuchOverload;
  target.set(key, value);
  return target;
}

function insertAll(target: MapValue, more: MapValue): Value {
  for (const key of more.keys()) {
    const inserted = insert(target, key, more.get(key) ?? null);
    if (inserted instanceof CelError) return inserted;
  }
  return target;
}
