import { compareText } from './text.ts';
import { runtimeName } from './types.ts';
import {
  Bytes,
  CelError,
  Duration,
  ListValue,
  MapValue,
  noSuchOverload,
  OpaqueValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

/**
 * Whether two values are equal, numbers across their types. Values of different types are not, but some of Kubernetes'
 * own types give an error when they are compared with another; inside lists and maps such an error counts as equal, as it
 * does in the API server.
 */
export function equals(a: Value, b: Value): boolean | CelError {
  if (a === null || b === null) return a === b;
  return equalsOwn(a, b);
}

/** `equals` as a list looks for its elements. */
export const isEqual = (a: Value, b: Value): boolean => equalsOwn(a, b) === true;

function equalsOwn(a: Value, b: Value): boolean | CelError {
  switch (typeof a) {
    case 'string':
    case 'boolean':
      return a === b;
    case 'bigint':
    case 'number':
      return numbersEqual(a, b);
  }
  if (a === null) return b === null;
  if (a instanceof Uint) return numbersEqual(a, b);
  if (a instanceof ListValue) return b instanceof ListValue && (a.equalTo(b) ?? listsEqual(a, b));
  if (a instanceof MapValue) return b instanceof MapValue && mapsEqual(a, b);
  if (a instanceof Bytes) return b instanceof Bytes && Buffer.compare(a.data, b.data) === 0;
  if (a instanceof Timestamp) {
    return b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos;
  }
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && runtimeName(a.type) === runtimeName(b.type);
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equalsOwn(a.value, b.value);
  }
  return a instanceof OpaqueValue ? a.equals(b) : a;
}

function listsEqual(a: ListValue, b: ListValue): boolean {
  if (a.size !== b.size) return false;
  for (let index = 0; index < a.size; index++) if (equals(a.at(index), b.at(index)) === false) return false;
  return true;
}

function mapsEqual(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const left = a.get(key);
    const right = b.get(key);
    if (left === undefined || right === undefined || equals(left, right) === false) return false;
  }
  return true;
}

type Numeric = bigint | number | Uint;
const isNumeric = (value: Value): value is Numeric =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
const plain = (value: Numeric): bigint | number => (value instanceof Uint ? value.value : value);

function numbersEqual(a: Numeric, b: Value): boolean {
  if (!isNumeric(b)) return false;
  const [left, right] = [plain(a), plain(b)];
  if (typeof left === typeof right) return left === right;
  return compareNumbers(left, right) === 0;
}

/** The API server compares a double with an integer as doubles, so that large integers lose their last digits. */
function compareNumbers(a: bigint | number, b: bigint | number): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [Number(a), Number(b)];
  return left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN;
}

/** The order of two values of one type, or of two numbers: negative, 0, positive, or an error where there is none. */
export function order(a: Value, b: Value): number | CelError {
  if (isNumeric(a) && isNumeric(b)) {
    const compared = compareNumbers(plain(a), plain(b));
    return Number.isNaN(compared) ? new CelError('NaN values cannot be ordered') : compared;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.seconds - b.seconds || a.nanos - b.nanos;
  if (a instanceof Duration && b instanceof Duration)
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  if (a instanceof Bytes && b instanceof Bytes) return Buffer.compare(a.data, b.data);
  return noSuchOverload;
}

/** Whether values of this one's type have an order. */
export function isOrdered(value: Value): boolean {
  return (
    isNumeric(value) ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value instanceof Timestamp ||
    value instanceof Duration ||
    value instanceof Bytes
  );
}
