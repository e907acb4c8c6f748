import { ListValue, MapValue, Uint, type Value } from './value.ts';

/** A list that an expression made. */
export class CelList extends ListValue {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  override get size(): number {
    return this.items.length;
  }

  override at(index: number): Value {
    return this.items[index] ?? null;
  }
}

/** A map that an expression made. */
export class CelMap extends MapValue {
  readonly #entries = new Map<unknown, readonly [Value, Value]>();

  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    for (const [key, value] of entries) this.#entries.set(identity(key), [key, value]);
  }

  override get size(): number {
    return this.#entries.size;
  }

  override get(key: Value): Value | undefined {
    const found = this.#entries.get(identity(key));
    if (found !== undefined) return found[1];
    const whole = wholeNumber(key);
    if (whole === undefined) return undefined;
    return this.#entries.get(identity(whole))?.[1] ?? this.#entries.get(identity(new Uint(whole)))?.[1];
  }

  override field(name: string): Value | undefined {
    return this.#entries.get(name)?.[1];
  }

  override *keys(): Generator<Value, void, undefined> {
    for (const [key] of this.#entries.values()) yield key;
  }

  entries(): Iterable<readonly [Value, Value]> {
    return this.#entries.values();
  }
}

/** What a JavaScript map tells keys apart by. */
function identity(key: Value): unknown {
  return key instanceof Uint ? `\u0000uint:${key.value}` : key;
}

function wholeNumber(key: Value): bigint | undefined {
  if (typeof key === 'bigint') return key;
  if (key instanceof Uint) return key.value;
  if (typeof key === 'number' && Number.isInteger(key) && Math.abs(key) < 2 ** 64) return BigInt(key);
  return undefined;
}
