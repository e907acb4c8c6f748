import { isRecord, record } from './json.ts';
import type { Json, Place, Problem } from './shape.ts';

/**
 * An object of a custom kind as the API server keeps it: without fields that the kind has not, and without nulls where it
 * takes none; with the kind's defaults for what is then not there.
 */
export class CustomFiller {
  /** What is dropped. */
  readonly problems: Problem[] = [];

  /** @returns a new value */
  fill(schema: Json, given: unknown, place: Place): unknown {
    if (Array.isArray(given)) {
      const items = record(schema.items);
      return given.map((item: unknown, index) => this.fill(items, orDefault(items, item), [...place, index]));
    }
    return isRecord(given) ? this.#object(schema, given, place) : given;
  }

  #object(schema: Json, given: Json, place: Place): Json {
    const properties = record(schema.properties);
    const isWhole = place.length === 0 || schema['x-kubernetes-embedded-resource'] === true;
    const result = new Map<string, unknown>();
    for (const [field, item] of Object.entries(given)) {
      const known = Object.hasOwn(properties, field) ? properties[field] : schema.additionalProperties;
      if (item === undefined) continue;
      if (isWhole && ofEveryObject.has(field)) result.set(field, item);
      else if (isRecord(known)) {
        const value = orDefault(known, item);
        if (value === null && known.nullable !== true) continue;
        result.set(field, this.fill(known, value, [...place, field]));
      } else if (known === true || schema['x-kubernetes-preserve-unknown-fields'] === true) {
        result.set(field, item);
      } else {
        const message = 'is no field that the kind has';
        this.problems.push({ place: [...place, field], message, weight: 'Dropped' });
      }
    }
    for (const [field, known] of Object.entries(properties)) {
      const initial = given[field] === undefined ? record(known).default : undefined;
      if (initial === undefined) continue;
      result.set(field, this.fill(record(known), structuredClone(initial), [...place, field]));
    }
    return Object.fromEntries(result);
  }
}

/** What an object has whatever its kind says of it. */
const ofEveryObject: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** A null that may not be there gives way to the default. */
function orDefault({ nullable, default: initial }: Json, value: unknown): unknown {
  return value === null && nullable !== true && initial !== undefined ? structuredClone(initial) : value;
}
