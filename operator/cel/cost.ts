import { boundList } from './bounds.ts';
import { NamedFormat } from './library/namedFormats.ts';
import { byteLength, codePointCount } from './text.ts';
import { Bytes, ListValue, MapValue, OpaqueValue, Optional, type Value } from './value.ts';

/** What the API server allows an expression to cost. */
export const defaultCostLimit = 1_000_000;
/** What it takes to make a list or a map. */
export const listCost = 10;
export const mapCost = 30;
export const structCost = 40;
const perCharacter = 0.1;
const perPatternCharacter = 0.25;

/** An expression that costs more than it may is given up, whatever else it would have come to. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'CostExceeded';
  }
}

/** What a call costs: before it is made, by what it is given, so that what is too dear is not begun; and by what it gave. */
export interface CallCost {
  readonly before: (args: readonly Value[]) => number;
  readonly after: (result: Value) => number;
}

/** What calls cost, by the API server's own table. The overload is empty where more than one is possible. */
export function callCost(name: string, overload: string): CallCost {
  const after = byResult(name, overload);
  if (after !== undefined) return { before: () => 0, after };
  return { before: tracked(overload) ?? byName(name, overload) ?? byOverload(overload), after: () => 0 };
}

type CostBefore = CallCost['before'];

function byResult(name: string, overload: string): CallCost['after'] | undefined {
  if (name === 'join') return (result) => Math.ceil(ownSize(result) * 2 * perCharacter);
  return ['list_slice', 'lists_range', 'list_reverse'].includes(overload)
    ? (result) => listCall(1, ownSize(result))
    : undefined;
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
function tracked(overload: string): CostBefore | undefined {
  switch (overload) {
    case 'list_sets_contains_list':
    case 'list_sets_intersects_list':
      return (args) => 1 + ownSize(first(args)) * ownSize(second(args));
    case 'list_sets_equivalent_list':
      return (args) => 1 + 2 * ownSize(first(args)) * ownSize(second(args));
    case 'list_flatten':
      return (args) => listCall(1, ownSize(first(args)));
    case 'list_flatten_int':
      return (args) => listCall(Number(second(args)), ownSize(first(args)));
    case 'list_distinct':
      return (args) => selfCompare(first(args));
  }
  if (/^list_.*_sort$/.test(overload)) return (args) => selfCompare(first(args));
  return overload.endsWith('_sortByAssociatedKeys') ? (args) => selfCompare(second(args)) : undefined;
}

const listCall = (factor: number, length: number) => 1 + listCost + Math.trunc(factor * length);

function selfCompare(list: Value): number {
  const length = ownSize(list);
  const item = list instanceof ListValue && length > 0 ? list.at(0) : null;
  const isText = typeof item === 'string' || item instanceof Bytes;
  return listCall(isText ? 2 + perCharacter : 2, length * length);
}

const walk: CostBefore = (args) => treeCost(first(args));
const once: CostBefore = (args) => traversal(ownSize(first(args)));
const twice: CostBefore = (args) => Math.ceil(ownSize(first(args)) * 2 * perCharacter);
const nominal: CostBefore = () => 1;

/** Kubernetes' own functions, and some of CEL's. */
const named: Readonly<Record<string, CostBefore>> = {
  isSorted: walk,
  sum: walk,
  max: walk,
  min: walk,
  indexOf: walk,
  lastIndexOf: walk,
  url: once,
  lowerAscii: once,
  upperAscii: once,
  substring: once,
  trim: once,
  cidr: once,
  ip: once,
  isIP: once,
  isCIDR: once,
  quantity: once,
  isQuantity: once,
  semver: once,
  isSemver: once,
  replace: twice,
  split: twice,
  'ip.isCanonical': twice,
  find: (args) => regexCost(ownSize(first(args)), ownSize(second(args))),
  findAll: (args) => regexCost(ownSize(first(args)), ownSize(second(args))),
  validate: (args) => {
    const format = first(args);
    return format instanceof NamedFormat ? regexCost(ownSize(second(args)), format.regexSize) : 1;
  },
};

function byName(name: string, overload: string): CostBefore | undefined {
  if (overload === 'cidr_ip') return nominal;
  if (name === 'containsIP' || name === 'containsCIDR') return networkCost(name, overload);
  return Object.hasOwn(named, name) ? named[name] : undefined;
}

function networkCost(name: string, overload: string): CostBefore {
  return (args) => {
    const network = ownSize(first(args));
    const other = overload.endsWith('_string') ? traversal(ownSize(second(args))) : 0;
    const masked = name === 'containsCIDR' ? traversal(network) + 1 : 0;
    return Math.ceil(2 * network * perCharacter) + masked + other;
  };
}

const regexCost = (text: number, pattern: number) =>
  Math.ceil((1 + text) * perCharacter) * Math.ceil(pattern * perPatternCharacter);

function byOverload(overload: string): CostBefore {
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return (args) => traversal(size(first(args)));
    case 'in_list':
      return (args) => size(second(args));
    case 'less_string':
    case 'greater_string':
    case 'less_equals_string':
    case 'greater_equals_string':
    case 'less_bytes':
    case 'greater_bytes':
    case 'less_equals_bytes':
    case 'greater_equals_bytes':
      return (args) => traversal(Math.min(size(first(args)), size(second(args))));
    case 'add_string':
    case 'add_bytes':
      return (args) => traversal(size(first(args)) + size(second(args)));
    case 'matches_string':
      return (args) => regexCost(size(first(args)), size(second(args)));
    case 'contains_string':
      return (args) => traversal(size(first(args))) * traversal(size(second(args)));
    default:
      return nominal;
  }
}

/** What it costs to walk over a value and all that it holds. */
function treeCost(value: Value): number {
  let cost = 0;
  let walked = 0;
  const walk = (one: Value): void => {
    boundList(++walked);
    if (typeof one === 'string') cost += Math.trunc(byteLength(one) * perCharacter);
    else if (one instanceof Bytes) cost += Math.trunc(one.data.length * perCharacter);
    else if (one instanceof ListValue) for (const item of one) walk(item);
    else if (one instanceof MapValue) {
      for (const key of one.keys()) {
        walk(key);
        walk(one.get(key) ?? null);
      }
    } else cost += 1;
  };
  walk(value);
  return cost;
}
