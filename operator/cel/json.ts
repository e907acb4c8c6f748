import { ListValue, MapValue, type Value } from './value.ts';

/**
 * Where a kind has doubles. The API server reads a whole number as an int wherever it stands, but for the few fields of
 * its own kinds that are declared as floating point: there `1` is `1.0`. Undefined: no double from here on.
 */
export interface Shape {
  /** Whether this is one. */
  readonly double: boolean;
  readonly field: (name: string) => Shape | undefined;
  /** Of every element of a list, or every value of a map. */
  readonly items: () => Shape | undefined;
}

/** A Kubernetes object, or any part of one, as a value. Nothing is copied: what an expression reads is converted then. */
export function fromJson(json: unknown, shape?: Shape): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json;
    case 'number':
      return shape?.double !== true && Number.isInteger(json) ? BigInt(json) : json;
    case 'bigint':
      return json;
  }
  if (Array.isArray(json)) return new JsonList(json, shape?.items());
  return isObject(json) ? new JsonMap(json, shape) : null;
}

/** A value as JSON; undefined for what JSON does not know, as a duration or an address, and for a map by other keys than text. */
export function toJson(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof ListValue) {
    const items = [...value].map(toJson);
    return items.includes(undefined) ? undefined : items;
  }
  if (!(value instanceof MapValue)) return undefined;
  const fields = [...value.keys()].map((key) => [key, toJson(value.get(key) ?? null)] as const);
  const isKnown = fields.every(([key, field]) => typeof key === 'string' && field !== undefined);
  return isKnown ? Object.fromEntries(fields) : undefined;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null;
}

/** A list of a Kubernetes object. */
class JsonList extends ListValue {
  readonly #json: readonly unknown[];
  readonly #items: Shape | undefined;

  constructor(json: readonly unknown[], items?: Shape) {
    super();
    this.#json = json;
    this.#items = items;
  }

  override get size(): number {
    return this.#json.length;
  }

  override at(index: number): Value {
    return fromJson(this.#json[index], this.#items);
  }
}

/** An object, or a map, of a Kubernetes object. A field that is undefined is absent; one that is null is there. */
class JsonMap extends MapValue {
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #shape: Shape | undefined;
  #keys: readonly string[] | undefined;

  constructor(json: Readonly<Record<string, unknown>>, shape?: Shape) {
    super();
    this.#json = json;
    this.#shape = shape;
  }

  override get size(): number {
    return this.#names().length;
  }

  override get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.field(key) : undefined;
  }

  override field(name: string): Value | undefined {
    const json = Object.hasOwn(this.#json, name) ? this.#json[name] : undefined;
    if (json === undefined) return undefined;
    return fromJson(json, this.#shape?.field(name) ?? this.#shape?.items());
  }

  override keys(): Iterable<Value> {
    return this.#names();
  }

  #names(): readonly string[] {
    this.#keys ??= Object.keys(this.#json).filter((name) => this.#json[name] !== undefined);
    return this.#keys;
  }
}
