import { boundText } from '../bounds.ts';
import { CelList, GrowingList, JoinedList } from '../collections.ts';
import { isEqual, order } from '../compare.ts';
import { intOf, uintOf } from '../convert.ts';
import {
  anything,
  bool,
  bytes,
  double,
  duration,
  int,
  type Kind,
  list,
  map,
  type Overload,
  optional,
  string,
  timestamp,
  uint,
} from '../functions.ts';
import { addToTimestamp, between, durationOf } from '../time.ts';
import {
  Bytes,
  CelError,
  Duration,
  ListValue,
  MapValue,
  noSuchOverload,
  Timestamp,
  Uint,
  type Value,
} from '../value.ts';

type Signature = readonly [
  id: string,
  args: readonly Kind<Value>[],
  result: { readonly type: Overload['result'] },
];
type Run = (a: Value, b: Value, c: Value) => Value;

/** An operator is one function, whatever is known of its operands: it looks at them itself. */
function operator(run: Run, ...signatures: readonly Signature[]): readonly Overload[] {
  const call = (args: readonly Value[]): Value => run(args[0] ?? null, args[1] ?? null, args[2] ?? null);
  return signatures.map(([id, args, result]) => ({
    id,
    member: false,
    args: args.map(({ type }) => type),
    result: result.type,
    takes: () => true,
    call,
  }));
}

const A = anything('A');
const B = anything('B');
const V = anything('V');
const listOfA = list(A);
const mapOfAB = map(A, B);
/** What the evaluator does itself. */
const ownEvaluation: Run = () => noSuchOverload;

const numbers = [
  ['bool', bool, bool],
  ['int64', int, int],
  ['int64_double', int, double],
  ['int64_uint64', int, uint],
  ['uint64', uint, uint],
  ['uint64_double', uint, double],
  ['uint64_int64', uint, int],
  ['double', double, double],
  ['double_int64', double, int],
  ['double_uint64', double, uint],
  ['string', string, string],
  ['bytes', bytes, bytes],
  ['timestamp', timestamp, timestamp],
  ['duration', duration, duration],
] as const;

function comparison(name: string, holds: (order: number) => boolean): readonly Overload[] {
  const run: Run = (a, b) => {
    const compared = order(a, b);
    return compared instanceof CelError ? compared : holds(compared);
  };
  return operator(
    run,
    ...numbers.map(([id, left, right]): Signature => [`${name}_${id}`, [left, right], bool]),
  );
}

export const operators: Readonly<Record<string, readonly Overload[]>> = {
  '_?_:_': operator(ownEvaluation, ['conditional', [bool, A, A], A]),
  '_&&_': operator(ownEvaluation, ['logical_and', [bool, bool], bool]),
  '_||_': operator(ownEvaluation, ['logical_or', [bool, bool], bool]),
  '!_': operator((a) => (typeof a === 'boolean' ? !a : noSuchOverload), ['logical_not', [bool], bool]),
  '@not_strictly_false': operator(ownEvaluation, ['not_strictly_false', [bool], bool]),
  '_==_': operator(ownEvaluation, ['equals', [A, A], bool]),
  '_!=_': operator(ownEvaluation, ['not_equals', [A, A], bool]),
  '_+_': operator(
    add,
    ['add_bytes', [bytes, bytes], bytes],
    ['add_double', [double, double], double],
    ['add_duration_duration', [duration, duration], duration],
    ['add_duration_timestamp', [duration, timestamp], timestamp],
    ['add_timestamp_duration', [timestamp, duration], timestamp],
    ['add_int64', [int, int], int],
    ['add_list', [listOfA, listOfA], listOfA],
    ['add_string', [string, string], string],
    ['add_uint64', [uint, uint], uint],
  ),
  '_-_': operator(
    subtract,
    ['subtract_double', [double, double], double],
    ['subtract_duration_duration', [duration, duration], duration],
    ['subtract_int64', [int, int], int],
    ['subtract_timestamp_duration', [timestamp, duration], timestamp],
    ['subtract_timestamp_timestamp', [timestamp, timestamp], duration],
    ['subtract_uint64', [uint, uint], uint],
  ),
  '_*_': operator(
    (a, b) =>
      arithmetic(
        a,
        b,
        (x, y) => x * y,
        (x, y) => x * y,
      ),
    ['multiply_double', [double, double], double],
    ['multiply_int64', [int, int], int],
    ['multiply_uint64', [uint, uint], uint],
  ),
  '_/_': operator(
    (a, b) =>
      arithmetic(
        a,
        b,
        (x, y) => (y === 0n ? undefined : x / y),
        (x, y) => x / y,
      ),
    ['divide_double', [double, double], double],
    ['divide_int64', [int, int], int],
    ['divide_uint64', [uint, uint], uint],
  ),
  '_%_': operator(
    // The server fails where the quotient would overflow, though the remainder would be 0.
    (a, b) => (b === -1n && a === -(2n ** 63n) ? new CelError('integer overflow') : remainder(a, b)),
    ['modulo_int64', [int, int], int],
    ['modulo_uint64', [uint, uint], uint],
  ),
  '-_': operator(negate, ['negate_double', [double], double], ['negate_int64', [int], int]),
  '_<_': comparison('less', (compared) => compared < 0),
  '_<=_': comparison('less_equals', (compared) => compared <= 0),
  '_>_': comparison('greater', (compared) => compared > 0),
  '_>=_': comparison('greater_equals', (compared) => compared >= 0),
  '@in': operator(isIn, ['in_list', [A, listOfA], bool], ['in_map', [A, mapOfAB], bool]),
  '_[_]': operator(
    ownEvaluation,
    ['index_list', [listOfA, int], A],
    ['index_map', [mapOfAB, A], B],
    ['optional_list_index_int', [optional(list(V)), int], optional(V)],
    ['optional_map_index_value', [optional(map(A, V)), A], optional(V)],
  ),
  '_[?_]': operator(
    ownEvaluation,
    ['list_optindex_optional_int', [list(V), int], optional(V)],
    ['optional_list_optindex_optional_int', [optional(list(V)), int], optional(V)],
    ['map_optindex_optional_value', [map(A, V), A], optional(V)],
    ['optional_map_optindex_optional_value', [optional(map(A, V)), A], optional(V)],
  ),
  '_?._': operator(ownEvaluation, ['select_optional_field', [V, string], optional(V)]),
};

function add(a: Value, b: Value): Value {
  if (a instanceof GrowingList) return b instanceof ListValue ? a.append(b) : noSuchOverload;
  if (typeof a === 'string') return typeof b === 'string' ? addTexts(a, b) : noSuchOverload;
  if (a instanceof ListValue) return b instanceof ListValue ? (a.plus(b) ?? joined(a, b)) : noSuchOverload;
  if (a instanceof Bytes && b instanceof Bytes) return addBytes(a, b);
  if (a instanceof Duration && b instanceof Duration) return durationOf(a.nanos + b.nanos);
  if (a instanceof Duration && b instanceof Timestamp) return addToTimestamp(b, a.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return addToTimestamp(a, b.nanos);
  return arithmetic(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

/** Where their types are not known before, it costs one unit, however long they are. */
function addTexts(a: string, b: string): string {
  boundText(a.length + b.length);
  return a + b;
}

function addBytes(a: Bytes, b: Bytes): Bytes {
  boundText(a.data.length + b.data.length);
  return new Bytes(Buffer.concat([a.data, b.data]));
}

function joined(a: ListValue, b: ListValue): ListValue {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  return a.size + b.size <= 64 ? new CelList([...a, ...b]) : new JoinedList(a, b);
}

function subtract(a: Value, b: Value): Value {
  if (a instanceof Duration && b instanceof Duration) return durationOf(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) {
    return b.nanos === -(2n ** 63n) ? new CelError('integer overflow') : addToTimestamp(a, -b.nanos);
  }
  if (a instanceof Timestamp && b instanceof Timestamp) return between(a, b);
  return arithmetic(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
}

function arithmetic(
  a: Value,
  b: Value,
  whole: (a: bigint, b: bigint) => bigint | undefined,
  floating: (a: number, b: number) => number,
): Value {
  if (typeof a === 'number' && typeof b === 'number') return floating(a, b);
  const unsigned = a instanceof Uint && b instanceof Uint;
  const [left, right] = unsigned ? [a.value, b.value] : [a, b];
  if (typeof left !== 'bigint' || typeof right !== 'bigint') return noSuchOverload;
  const result = whole(left, right);
  if (result === undefined) return new CelError('division by zero');
  return unsigned ? uintOf(result) : intOf(result);
}

function remainder(a: Value, b: Value): Value {
  if (typeof a === 'number') return noSuchOverload;
  return arithmetic(
    a,
    b,
    (x, y) => (y === 0n ? undefined : x % y),
    () => Number.NaN,
  );
}

function negate(a: Value): Value {
  if (typeof a === 'number') return -a;
  if (typeof a === 'bigint') return intOf(-a);
  return a instanceof Duration ? durationOf(-a.nanos) : noSuchOverload;
}

function isIn(element: Value, collection: Value): Value {
  if (collection instanceof MapValue) {
    const found = collection.get(element);
    return found instanceof CelError ? found : found !== undefined;
  }
  if (!(collection instanceof ListValue)) return noSuchOverload;
  for (const candidate of collection) if (isEqual(element, candidate)) return true;
  return false;
}
