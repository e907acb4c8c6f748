import {
  bool as boolType,
  bytes as bytesType,
  type CelType,
  double as doubleType,
  duration as durationType,
  dyn as dynType,
  int as intType,
  listOf,
  mapOf,
  optionalOf,
  parameter as parameterType,
  string as stringType,
  timestamp as timestampType,
  uint as uintType,
} from './types.ts';
import {
  Bytes,
  CelError,
  Duration,
  ListValue,
  MapValue,
  noSuchOverload,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from './value.ts';

/** A function that expressions may call: the ways in which it may be called, and what each does. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/** One way to call a function. The API server's name for it decides what a call costs. */
export interface Overload {
  readonly id: string;
  /** Called on its first argument: `a.f(b)`. */
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** Whether it takes these values, of which the checker may know nothing. */
  readonly takes: (args: readonly Value[]) => boolean;
  readonly call: (args: readonly Value[]) => Value;
}

/** A type with the test for its values at run time. Of a list or a map only the first entry is looked at. */
export interface Kind<T extends Value> {
  readonly type: CelType;
  readonly is: (value: Value) => value is T;
}

export const anything = (name: string): Kind<Value> => ({ type: parameterType(name), is: isAnything });
export const dyn: Kind<Value> = { type: dynType, is: isAnything };
export const bool: Kind<boolean> = { type: boolType, is: (value) => typeof value === 'boolean' };
export const int: Kind<bigint> = { type: intType, is: (value) => typeof value === 'bigint' };
export const uint: Kind<Uint> = { type: uintType, is: (value) => value instanceof Uint };
export const double: Kind<number> = { type: doubleType, is: (value) => typeof value === 'number' };
export const string: Kind<string> = { type: stringType, is: (value) => typeof value === 'string' };
export const bytes: Kind<Bytes> = { type: bytesType, is: (value) => value instanceof Bytes };
export const timestamp: Kind<Timestamp> = {
  type: timestampType,
  is: (value) => value instanceof Timestamp,
};
export const duration: Kind<Duration> = { type: durationType, is: (value) => value instanceof Duration };

function isAnything(value: Value): value is Value {
  return !(value instanceof CelError);
}

export function list(element: Kind<Value>): Kind<ListValue> {
  const is = (value: Value): value is ListValue =>
    value instanceof ListValue && (value.size === 0 || element.is(value.at(0)));
  return { type: listOf(element.type), is };
}

export function map(key: Kind<Value>, of: Kind<Value>): Kind<MapValue> {
  const is = (value: Value): value is MapValue => {
    if (!(value instanceof MapValue)) return false;
    for (const first of value.keys()) return key.is(first) && of.is(value.get(first) ?? null);
    return true;
  };
  return { type: mapOf(key.type, of.type), is };
}

export function optional(of: Kind<Value>): Kind<Optional> {
  return { type: optionalOf(of.type), is: (value) => value instanceof Optional };
}

type Values<A extends readonly Kind<Value>[]> = {
  readonly [I in keyof A]: A[I] extends Kind<infer T> ? T : never;
};

/** `f(a, b)`. */
export function overload<const A extends readonly Kind<Value>[]>(
  id: string,
  args: A,
  result: { readonly type: CelType },
  call: (...args: Values<A>) => Value,
): Overload {
  return declare(id, false, args, result, call);
}

/** `a.f(b)`. */
export function member<const A extends readonly Kind<Value>[]>(
  id: string,
  args: A,
  result: { readonly type: CelType },
  call: (...args: Values<A>) => Value,
): Overload {
  return declare(id, true, args, result, call);
}

function declare<A extends readonly Kind<Value>[]>(
  id: string,
  isMember: boolean,
  args: A,
  result: { readonly type: CelType },
  call: (...args: Values<A>) => Value,
): Overload {
  const takes = (values: readonly Value[]): values is Values<A> =>
    values.length === args.length && args.every(({ is }, index) => is(values[index] ?? null));
  return {
    id,
    member: isMember,
    args: args.map(({ type }) => type),
    result: result.type,
    takes,
    call: (values) => (takes(values) ? call(...values) : noSuchOverload),
  };
}

/** Declarations by name. Of one name there may be several, from several libraries. */
export function merge(
  libraries: readonly Readonly<Record<string, readonly Overload[]>>[],
): ReadonlyMap<string, FunctionDeclaration> {
  const merged = new Map<string, FunctionDeclaration>();
  for (const library of libraries) {
    for (const [name, overloads] of Object.entries(library)) {
      merged.set(name, { name, overloads: [...(merged.get(name)?.overloads ?? []), ...overloads] });
    }
  }
  return merged;
}
