import { CelList } from '../collections.ts';
import { anything, bool, list, member, type Overload, optional, overload } from '../functions.ts';
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
} from '../value.ts';

const V = anything('V');
const optionalOfV = optional(V);
const listOfV = list(V);

/** What may or may not have a value. `or` and `orValue` are evaluated by the evaluator, which skips what is not needed. */
export const optionals: Readonly<Record<string, readonly Overload[]>> = {
  'optional.of': [overload('optional_of', [V], optionalOfV, (value) => Optional.of(value))],
  'optional.ofNonZeroValue': [
    overload('optional_ofNonZeroValue', [V], optionalOfV, (value) =>
      isZero(value) ? Optional.none : Optional.of(value),
    ),
  ],
  'optional.none': [overload('optional_none', [], optionalOfV, () => Optional.none)],
  value: [
    member(
      'optional_value',
      [optionalOfV],
      V,
      ({ value }) => value ?? new CelError('optional.none() dereference'),
    ),
  ].map(evenNull),
  hasValue: [member('optional_hasValue', [optionalOfV], bool, ({ value }) => value !== undefined)],
  or: [member('optional_or_optional', [optionalOfV, optionalOfV], optionalOfV, () => noSuchOverload)],
  orValue: [member('optional_orValue_value', [optionalOfV, V], V, () => noSuchOverload)],
  first: [member('list_first', [listOfV], optionalOfV, (items) => at(items, 0))],
  last: [member('list_last', [listOfV], optionalOfV, (items) => at(items, items.size - 1))],
  'optional.unwrap': [overload('optional_unwrap', [list(optionalOfV)], listOfV, unwrap)],
  unwrapOpt: [member('optional_unwrapOpt', [list(optionalOfV)], listOfV, unwrap)],
};

/** A value that is null is one. */
function evenNull(declared: Overload): Overload {
  return {
    ...declared,
    call: (args) => (args[0] instanceof Optional && args[0].value === null ? null : declared.call(args)),
  };
}

const at = (items: ListValue, index: number) =>
  items.size === 0 ? Optional.none : Optional.of(items.at(index));

function unwrap(items: ListValue): Value {
  const values: Value[] = [];
  for (const item of items) {
    if (!(item instanceof Optional)) return new CelError('the value is not optional');
    if (item.value !== undefined) values.push(item.value);
  }
  return new CelList(values);
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Bytes) return value.data.length === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  // Go's zero time is the first moment of year 1.
  if (value instanceof Timestamp) return value.seconds === -62_135_596_800 && value.nanos === 0;
  return (value instanceof ListValue || value instanceof MapValue) && value.size === 0;
}
