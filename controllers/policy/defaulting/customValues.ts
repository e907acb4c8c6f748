import { equals } from '../../../operator/cel/compare.ts';
import { fromJson, ListValue, MapValue, toJson, type Value } from '../../../operator/cel/index.ts';
import { parseTimestamp } from '../../../operator/cel/time.ts';
import { Bytes } from '../../../operator/cel/value.ts';
import { spanOf } from './customFormats.ts';
import { isRecord, record, text } from './json.ts';
import type { Json } from './shape.ts';

/**
 * What the rules of a custom kind see of a value, as its schema has it: fields under names that CEL can say, a field that is
 * null as one that is not there, numbers as doubles, and times, spans and bytes as such.
 */
export function schemaValue(schema: Json, json: unknown): Value {
  if (schema['x-kubernetes-int-or-string'] === true) return fromJson(json);
  if (isRecord(json)) return objectOf(schema, json);
  if (Array.isArray(json)) return listOf(schema, json);
  if (typeof json === 'number' && schema.type === 'number') return json;
  return typeof json === 'string' ? textOf(text(schema.format), json) : fromJson(json);
}

/** What rules may read of a whole object, whatever its schema says. */
const ofEveryObject: Json = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object' },
};

function objectOf(schema: Json, json: Json): Value {
  const { properties } = schema;
  if (schema['x-kubernetes-embedded-resource'] === true) {
    return new SchemaObject({ ...record(properties), ...ofEveryObject }, json);
  }
  if (isRecord(properties)) return new SchemaObject(properties, json);
  return isRecord(schema.additionalProperties)
    ? new SchemaMap(schema.additionalProperties, json)
    : fromJson(json);
}

function listOf(schema: Json, json: readonly unknown[]): Value {
  const items = record(schema.items);
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return new SchemaSet(items, json);
    case 'map':
      return new SchemaKeyed(items, json, namesIn(schema['x-kubernetes-list-map-keys']));
    default:
      return new SchemaList(items, json);
  }
}

function namesIn(keys: unknown): readonly string[] {
  return Array.isArray(keys) ? keys.map(String) : [];
}

function textOf(format: string, json: string): Value {
  switch (format) {
    case 'date-time':
      return parseTimestamp(json.toUpperCase());
    case 'date':
      return parseTimestamp(`${json}T00:00:00Z`);
    case 'duration':
      return spanOf(json);
    case 'byte':
      return new Bytes(Buffer.from(json, 'base64'));
    default:
      return json;
  }
}

const marks: Readonly<Record<string, string>> = {
  _: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** What CEL keeps for itself, so that no field can be called so. */
const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** How rules of a definition call a property; undefined for one that they cannot name. */
function celName(property: string): string | undefined {
  if (!/^[A-Za-z_./-][\w./-]*$/.test(property)) return undefined;
  if (reserved.has(property)) return `__${property}__`;
  return property.replaceAll(/__|[-./]/g, (found) => marks[found[0] ?? ''] ?? '');
}

/** By the properties of a schema. */
const namesKnown = new WeakMap<Json, ReadonlyMap<string, string>>();

function namesOf(properties: Json): ReadonlyMap<string, string> {
  const names =
    namesKnown.get(properties) ??
    new Map(Object.keys(properties).map((property) => [celName(property) ?? property, property]));
  namesKnown.set(properties, names);
  return names;
}

/** An object whose fields the kind knows; the others nobody sees. */
class SchemaObject extends MapValue {
  readonly json: Json;
  readonly #properties: Json;
  readonly #names: ReadonlyMap<string, string>;

  constructor(properties: Json, json: Json) {
    super();
    this.json = json;
    this.#properties = properties;
    this.#names = namesOf(properties);
  }

  override get size(): number {
    return [...this.keys()].length;
  }

  override get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.field(key) : undefined;
  }

  override field(name: string): Value | undefined {
    const property = this.#names.get(name);
    const json = property === undefined || !Object.hasOwn(this.json, property) ? null : this.json[property];
    if (property === undefined || json === null || json === undefined) return undefined;
    return schemaValue(record(this.#properties[property]), json);
  }

  override *keys(): Generator<Value, void, undefined> {
    for (const name of this.#names.keys()) if (this.field(name) !== undefined) yield name;
  }
}

/** A map, whose keys are nobody's names. */
class SchemaMap extends MapValue {
  readonly #values: Json;
  readonly #json: Json;

  constructor(values: Json, json: Json) {
    super();
    this.#values = values;
    this.#json = json;
  }

  override get size(): number {
    return Object.keys(this.#json).length;
  }

  override get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.field(key) : undefined;
  }

  override field(name: string): Value | undefined {
    return Object.hasOwn(this.#json, name) ? schemaValue(this.#values, this.#json[name]) : undefined;
  }

  override keys(): Iterable<Value> {
    return Object.keys(this.#json);
  }
}

class SchemaList extends ListValue {
  readonly items: Json;
  readonly json: readonly unknown[];

  constructor(items: Json, json: readonly unknown[]) {
    super();
    this.items = items;
    this.json = json;
  }

  override get size(): number {
    return this.json.length;
  }

  override at(index: number): Value {
    return schemaValue(this.items, this.json[index]);
  }
}

/** A list whose items are there once, in whatever order. They are told apart as they are written, so a time equals none. */
class SchemaSet extends SchemaList {
  override equalTo(other: ListValue): boolean {
    return this.size === other.size && [...other].every((item) => this.#written.has(item));
  }

  override plus(other: ListValue): SchemaSet {
    const added = [...other].filter((item) => !this.#written.has(item)).map(toJson);
    return new SchemaSet(this.items, [...this.json, ...new Set(added)]);
  }

  get #written(): ReadonlySet<Value> {
    return new Set(this.json.map((item) => fromJson(item)));
  }
}

/** A list of objects that are told apart by some of their fields, in whatever order. */
class SchemaKeyed extends SchemaList {
  readonly #names: readonly string[];

  constructor(items: Json, json: readonly unknown[], names: readonly string[]) {
    super(items, json);
    this.#names = names;
  }

  override equalTo(other: ListValue): boolean {
    if (this.size !== other.size) return false;
    const own = new Map(this.json.map((item, index) => [this.#keyOf(item), index]));
    return [...other].every((item) => {
      const index = item instanceof SchemaObject ? own.get(this.#keyOf(item.json)) : undefined;
      return index !== undefined && equals(this.at(index), item) === true;
    });
  }

  /** What both have is as on the right, and stands where it stands on the left. */
  override plus(other: ListValue): SchemaKeyed {
    const added = [...other].map((item) => (item instanceof SchemaObject ? item.json : toJson(item)));
    const merged = new Map([...this.json, ...added].map((item) => [this.#keyOf(item), item]));
    return new SchemaKeyed(this.items, [...merged.values()], this.#names);
  }

  #keyOf(item: unknown): string {
    return JSON.stringify(this.#names.map((name) => record(item)[name] ?? null));
  }
}
