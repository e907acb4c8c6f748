import { NamedFormat } from './library/namedFormats.ts';
import { byteLength, codePointCount } from './text.ts';
import { Bytes, CelError, ListValue, MapValue, OpaqueValue, Optional, type Value } from './value.ts';

/** What the API server allows an expression to cost. */
export const defaultCostLimit = 1_000_000;
/** What it takes to make a list or a map. */
export const listCost = 10;
export const mapCost = 30;
const perCharacter = 0.1;
const perPatternCharacter = 0.25;

/** An expression that costs more than it may is given up, whatever else it would have come to. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'CostExceeded';
  }
}

/** What a call has cost, by the API server's own table. The overload is empty where more than one was possible. */
export function callCost(name: string, overload: string, args: readonly Value[], result: Value): number {
  return (
    tracked(overload, args, result) ?? byName(name, overload, args, result) ?? byOverload(overload, args)
  );
}

/** What it costs to compare two values. */
export function equalityCost(left: Value, right: Value): number {
  if (left instanceof OpaqueValue) return 1;
  return traversal(Math.min(size(left), size(right)));
}

const traversal = (length: number) => Math.ceil(length * perCharacter);
const first = (args: readonly Value[]): Value => args[0] ?? null;
const second = (args: readonly Value[]): Value => args[1] ?? null;

function size(value: Value): number {
  return value instanceof Optional && value.value !== undefined ? size(value.value) : ownSize(value);
}

function ownSize(value: Value): number {
  if (typeof value === 'string') return codePointCount(value);
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof Bytes) return value.data.length;
  return value instanceof OpaqueValue ? value.costSize : 1;
}

/** CEL's own extensions reckon for themselves. */
function tracked(overload: string, args: readonly Value[], result: Value): number | undefined {
  switch (overload) {
    case 'list_sets_contains_list':
    case 'list_sets_intersects_list':
      return 1 + ownSize(first(args)) * ownSize(second(args));
    case 'list_sets_equivalent_list':
      return 1 + 2 * ownSize(first(args)) * ownSize(second(args));
    case 'list_slice':
    case 'lists_range':
    case 'list_reverse':
      return listCall(1, ownSize(result));
    case 'list_flatten':
      return listCall(1, ownSize(first(args)));
    case 'list_flatten_int':
      return listCall(Number(second(args)), ownSize(first(args)));
    case 'list_distinct':
      return selfCompare(first(args));
  }
  if (/^list_.*_sort$/.test(overload)) return selfCompare(first(args));
  return overload.endsWith('_sortByAssociatedKeys') ? selfCompare(second(args)) : undefined;
}

const listCall = (factor: number, length: number) => 1 + listCost + Math.trunc(factor * length);

function selfCompare(list: Value): number {
  const length = ownSize(list);
  const item = list instanceof ListValue && length > 0 ? list.at(0) : null;
  const isText = typeof item === 'string' || item instanceof Bytes;
  return listCall(isText ? 2 + perCharacter : 2, length * length);
}

function byName(name: string, overload: string, args: readonly Value[], result: Value): number | undefined {
  switch (name) {
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return treeCost(first(args));
    case 'url':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return traversal(ownSize(first(args)));
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return Math.ceil(ownSize(first(args)) * 2 * perCharacter);
    case 'join':
      return Math.ceil(ownSize(result) * 2 * perCharacter);
    case 'find':
    case 'findAll':
      return regexCost(ownSize(first(args)), ownSize(second(args)));
    case 'ip':
      return overload === 'cidr_ip' ? 1 : traversal(ownSize(first(args)));
    case 'containsIP':
    case 'containsCIDR':
      return networkCost(name, overload, args);
    case 'validate': {
      const format = first(args);
      return format instanceof NamedFormat ? regexCost(ownSize(second(args)), format.regexSize) : undefined;
    }
    default:
      return undefined;
  }
}

function networkCost(name: string, overload: string, args: readonly Value[]): number {
  const network = ownSize(first(args));
  const other = overload.endsWith('_string') ? traversal(ownSize(second(args))) : 0;
  const masked = name === 'containsCIDR' ? traversal(network) + 1 : 0;
  return Math.ceil(2 * network * perCharacter) + masked + other;
}

const regexCost = (text: number, pattern: number) =>
  Math.ceil((1 + text) * perCharacter) * Math.ceil(pattern * perPatternCharacter);

function byOverload(overload: string, args: readonly Value[]): number {
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return traversal(size(first(args)));
    case 'in_list':
      return size(second(args));
    case 'less_string':
    case 'greater_string':
    case 'less_equals_string':
    case 'greater_equals_string':
    case 'less_bytes':
    case 'greater_bytes':
    case 'less_equals_bytes':
    case 'greater_equals_bytes':
      return traversal(Math.min(size(first(args)), size(second(args))));
    case 'add_string':
    case 'add_bytes':
      return traversal(size(first(args)) + size(second(args)));
    case 'matches_string':
      return regexCost(size(first(args)), size(second(args)));
    case 'contains_string':
      return traversal(size(first(args))) * traversal(size(second(args)));
    default:
      return 1;
  }
}

/** What it costs to walk over a value and all that it holds. */
function treeCost(value: Value): number {
  if (value instanceof CelError) return 1;
  if (typeof value === 'string') return Math.trunc(byteLength(value) * perCharacter);
  if (value instanceof Bytes) return Math.trunc(value.data.length * perCharacter);
  if (value instanceof ListValue) {
    let cost = 0;
    for (const item of value) cost += treeCost(item);
    return cost;
  }
  if (!(value instanceof MapValue)) return 1;
  let cost = 0;
  for (const key of value.keys()) cost += treeCost(key) + treeCost(value.get(key) ?? null);
  return cost;
}
