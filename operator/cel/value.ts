import type { CelType } from './types.ts';
import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  listOf,
  mapOf,
  nullType,
  opaque,
  string,
  timestamp,
  typeOf,
  uint,
} from './types.ts';

/**
 * A value of CEL. A JavaScript number is a double and a bigint an int, so nothing is ever mistaken for the other. An error
 * is a value too: it travels through an expression until `&&`, `||` or the end meets it.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint
  | Bytes
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | ListValue
  | MapValue
  | OpaqueValue
  | CelError;

/** Why an expression has no value. */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** No function takes what was given to it. */
export const noSuchOverload = new CelError('no such overload');

/** An unsigned integer of 64 bits. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

export class Bytes {
  readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    this.data = data;
  }
}

/** A moment: seconds since 1970, nanoseconds within the second, and the offset from UTC that it was written with. */
export class Timestamp {
  readonly seconds: number;
  readonly nanos: number;
  readonly offsetSeconds: number;

  constructor(seconds: number, nanos: number, offsetSeconds = 0) {
    this.seconds = seconds;
    this.nanos = nanos;
    this.offsetSeconds = offsetSeconds;
  }
}

/** A span of nanoseconds, within 64 bits. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value: what `type(x)` gives. Two are equal when their names are. */
export class TypeValue {
  readonly type: CelType;

  constructor(type: CelType) {
    this.type = type;
  }
}

export class Optional {
  static readonly none: Optional = new Optional(undefined);
  readonly value: Value | undefined;

  private constructor(value: Value | undefined) {
    this.value = value;
  }

  static of(value: Value): Optional {
    return new Optional(value);
  }
}

/** A list, of whatever it stands on. */
export abstract class ListValue {
  abstract readonly size: number;
  /** The element at an index that is within the size. */
  abstract at(index: number): Value;

  *[Symbol.iterator](): Generator<Value, void, undefined> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }

  /** Whether it equals what stands on the right of it. Undefined: if it has the same items, in the same order. */
  equalTo(_: ListValue): boolean | undefined {
    return undefined;
  }

  /** It and what stands on the right of it. Undefined: the items of both, one after the other. */
  plus(_: ListValue): ListValue | undefined {
    return undefined;
  }
}

/** A map, of whatever it stands on. */
export abstract class MapValue {
  abstract readonly size: number;
  /** What a key stands for, or undefined. A number finds its equal of another numeric type. */
  abstract get(key: Value): Value | undefined;
  /** As `get`, for a field's name. */
  abstract field(name: string): Value | undefined;
  abstract keys(): Iterable<Value>;
}

/** A value that only its library looks into: a quantity, a URL, an address. */
export abstract class OpaqueValue {
  abstract readonly type: CelType;
  /** Whether it equals another value. Comparing with what it cannot be compared with is an error. */
  abstract equals(other: Value): boolean | CelError;
  /** The size that its cost is reckoned by. */
  get costSize(): number {
    return 1;
  }
}

const listOfDyn = listOf(dyn);
const mapOfDyn = mapOf(dyn, dyn);
const optionalOfAnything = opaque('optional_type');
const anyType = typeOf(undefined);

/** The type that a value has at run time. */
export function typeOfValue(value: Exclude<Value, CelError>): CelType {
  switch (typeof value) {
    case 'string':
      return string;
    case 'bigint':
      return int;
    case 'boolean':
      return bool;
    case 'number':
      return double;
  }
  if (value === null) return nullType;
  if (value instanceof MapValue) return mapOfDyn;
  if (value instanceof ListValue) return listOfDyn;
  if (value instanceof Uint) return uint;
  if (value instanceof Bytes) return bytes;
  if (value instanceof Timestamp) return timestamp;
  if (value instanceof Duration) return duration;
  if (value instanceof TypeValue) return anyType;
  if (value instanceof Optional) return optionalOfAnything;
  return value.type;
}
