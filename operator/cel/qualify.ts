import { CelError, ListValue, MapValue, Optional, Uint, type Value } from './value.ts';

/** A field or an element, or an error where there is none. Of an optional, an optional. */
export function qualify(value: Value, key: Value): Value {
  if (value instanceof CelError) return value;
  if (value instanceof Optional) return qualifyOptional(value, key);
  if (value instanceof MapValue) {
    const found = find(value, key);
    return found === undefined ? missing(key) : found;
  }
  if (!(value instanceof ListValue)) return missing(key);
  const index = indexOf(key);
  if (index instanceof CelError) return index;
  return isWithin(value, index) ? value.at(index) : new CelError(`index out of bounds: ${index}`);
}

/** As `qualify`, but without an error where there is nothing: `a.?b`, and all that stands behind it. */
export function qualifyOptional(value: Value, key: Value): Value {
  if (value instanceof CelError) return value;
  if (value instanceof Optional && value.value === undefined) return value;
  const found = qualifyIfPresent(value instanceof Optional ? (value.value ?? null) : value, key);
  if (found instanceof CelError) return found;
  return found === undefined ? Optional.none : Optional.of(found);
}

/** Whether there is such a field: `has(a.b)`. What has no fields has not this one. */
export function isPresent(value: Value, field: string): Value {
  if (value instanceof CelError) return value;
  const holder = value instanceof Optional ? value.value : value;
  if (holder === undefined) return false;
  const found = qualifyIfPresent(holder, field);
  return found instanceof CelError ? found : found !== undefined;
}

function qualifyIfPresent(value: Value, key: Value): Value | undefined {
  if (value instanceof MapValue) return find(value, key);
  if (!(value instanceof ListValue)) return isKey(key) ? undefined : badKey;
  const index = indexOf(key);
  if (index instanceof CelError) return index;
  return isWithin(value, index) ? value.at(index) : undefined;
}

function find(map: MapValue, key: Value): Value | undefined {
  if (typeof key === 'string') return map.field(key);
  return isKey(key) ? map.get(key) : badKey;
}

const badKey = new CelError('invalid qualifier type');

/** What may stand in brackets. */
export function isKey(key: Value): boolean {
  return ['string', 'bigint', 'boolean', 'number'].includes(typeof key) || key instanceof Uint;
}

function missing(key: Value): CelError {
  if (!isKey(key)) return badKey;
  return new CelError(`no such key: ${key instanceof Uint ? key.value : String(key)}`);
}

function indexOf(key: Value): number | CelError {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof Uint) return Number(key.value);
  if (typeof key === 'number' && Number.isInteger(key)) return key;
  return new CelError('unsupported index type in list');
}

const isWithin = (list: ListValue, index: number) => index >= 0 && index < list.size;
