import { canonicalQuantity } from './quantity.ts';
import { type Field, fieldsOf, type Scalar, type Type } from './table.ts';

/**
 * An object as the API server's types hold it: fields that are zero are left out where they always are, and there where they
 * always are; fields that it does not know are gone; amounts are in its own words.
 */

/** A place in a manifest. */
export type Place = readonly (string | number)[];

export interface Problem {
  readonly place: Place;
  readonly message: string;
  /**
   * `Refused`: the API server takes no such object. `Dropped`: it takes it without the field. `Unjudged`: only the server can
   * tell whether it takes it.
   */
  readonly weight: 'Refused' | 'Dropped' | 'Unjudged';
}

export type Json = Record<string, unknown>;
/** What is filled in once all that stands below is. */
export type Defaulter = (value: Json) => Json;

export class Shaper {
  readonly problems: Problem[] = [];
  readonly #defaulters: Readonly<Record<string, Defaulter>>;

  constructor(defaulters: Readonly<Record<string, Defaulter>>) {
    this.#defaulters = defaulters;
  }

  /** @returns a new object */
  schema(name: string, given: unknown, place: Place): Json {
    const value = this.#record(given, place);
    const fields = fieldsOf(name);
    for (const field of Object.keys(value)) {
      if (!fields.has(field) && !unread.has(field)) {
        this.#problem([...place, field], 'is no field that the API server knows', 'Dropped');
      }
    }
    const result: Json = {};
    for (const [field, known] of fields) {
      const shaped = this.#field(known, value[field], [...place, field]);
      if (shaped !== undefined) result[field] = shaped;
    }
    return this.#defaulters[name]?.(result) ?? result;
  }

  #field({ type, omitted, initial }: Field, given: unknown, place: Place): unknown {
    // `null` is as good as nothing, wherever it stands.
    const value = given ?? initial ?? zeroOf(type, omitted);
    if (value === undefined || value === null) return value;
    const shaped = this.#value(type, value, place);
    if (!omitted || type.kind === 'IntOrString' || !isZero(shaped)) return shaped;
    return isZero(initial) ? undefined : initial;
  }

  #value(type: Type, value: unknown, place: Place): unknown {
    switch (type.kind) {
      case 'schema':
        return this.schema(type.name, value, place);
      case 'list':
        return this.#list(type.of, value, place);
      case 'map':
        return Object.fromEntries(
          Object.entries(this.#record(value, place)).map(([key, item]) => [
            key,
            item === null
              ? this.#nothing(type.of, [...place, key])
              : this.#item(type.of, item, [...place, key]),
          ]),
        );
      default:
        return this.#scalar(type.kind, value, place);
    }
  }

  #list(of: Type, value: unknown, place: Place): readonly unknown[] {
    if (!Array.isArray(value)) {
      this.#problem(place, `must be a list, and is ${nameOf(value)}`);
      return [];
    }
    return value.map((item: unknown, index) =>
      item === null ? this.#nothing(of, [...place, index]) : this.#value(of, item, [...place, index]),
    );
  }

  /** Amounts of resources are kept to a thousandth. */
  #item(of: Type, value: unknown, place: Place): unknown {
    return of.kind === 'Quantity' ? this.#quantity(value, place, -3) : this.#value(of, value, place);
  }

  /** What a null in a list or map becomes. */
  #nothing(of: Type, place: Place): unknown {
    return of.kind === 'schema' ? this.schema(of.name, {}, place) : nullIn(of.kind);
  }

  #scalar(kind: Scalar, value: unknown, place: Place): unknown {
    switch (kind) {
      case 'any':
        return value;
      case 'Quantity':
        return this.#quantity(value, place, -9);
      case 'IntOrString':
        if (typeof value === 'string' || Number.isInteger(value)) return value;
        break;
      case 'string':
      case 'bytes':
      case 'Time':
        if (typeof value === 'string') return value;
        break;
      case 'boolean':
      case 'number':
        if (typeof value === kind) return value;
        break;
      case 'integer':
        if (Number.isInteger(value)) return value;
    }
    this.#problem(place, `must be ${articles[kind]}, and is ${nameOf(value)}`);
    return undefined;
  }

  #quantity(value: unknown, place: Place, finest: number): string | undefined {
    const written = typeof value === 'number' ? String(value) : value;
    const quantity = typeof written === 'string' ? canonicalQuantity(written, finest) : undefined;
    if (quantity === undefined) this.#problem(place, `is no amount: ${JSON.stringify(value)}`);
    return quantity;
  }

  #record(value: unknown, place: Place): Json {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value));
    }
    if (value !== undefined && value !== null) {
      this.#problem(place, `must be a map, and is ${nameOf(value)}`);
    }
    return {};
  }

  #problem(place: Place, message: string, weight: Problem['weight'] = 'Refused'): void {
    this.problems.push({ place, message, weight });
  }
}

/** Fields of an object that its schema here does not have, since they are the cluster's to write. */
const unread: ReadonlySet<string> = new Set(['status', 'managedFields']);

const articles: Readonly<Record<Scalar, string>> = {
  any: 'anything',
  boolean: 'true or false',
  bytes: 'a string',
  integer: 'a whole number',
  IntOrString: 'a whole number or a string',
  number: 'a number',
  Quantity: 'an amount',
  string: 'a string',
  Time: 'a time',
};

/** Of what is not given and yet always there: a list that is nothing is `null`, and some types know no other zero. */
function zeroOf(type: Type, omitted: boolean): unknown {
  if ((type.kind === 'list' || type.kind === 'map') && !omitted) return null;
  if (type.kind === 'Quantity' && omitted) return '0';
  if (type.kind === 'IntOrString' && omitted) return 0;
  return undefined;
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function nullIn(kind: Type['kind']): unknown {
  switch (kind) {
    case 'string':
    case 'bytes':
      return '';
    case 'integer':
    case 'number':
    case 'IntOrString':
      return 0;
    case 'boolean':
      return false;
    case 'Quantity':
      return '0';
    default:
      return null;
  }
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return 'a map';
  }
}
