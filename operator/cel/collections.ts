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

/** Two lists one after the other. Nothing is copied, so that doubling a list often costs no memory. */
export class JoinedList extends ListValue {
  readonly #first: ListValue;
  readonly #second: ListValue;
  override readonly size: number;

  constructor(first: ListValue, second: ListValue) {
    super();
    this.#first = first;
    this.#second = second;
    this.size = first.size + second.size;
  }

  override at(index: number): Value {
    const { size } = this.#first;
    return index < size ? this.#first.at(index) : this.#second.at(index - size);
  }
}

/** The numbers from 0 on. */
export class RangeList extends ListValue {
  override readonly size: number;

  constructor(size: number) {
    super();
    this.size = size;
  }

  override at(index: number): Value {
    return BigInt(index);
  }
}

/** A list that a loop gathers, and nobody else sees before the loop has ended. */
export class GrowingList extends ListValue {
  readonly #items: Value[] = [];

  override get size(): number {
    return this.#items.length;
  }

  override at(index: number): Value {
    return this.#items[index] ?? null;
  }

  append(list: ListValue): this {
    for (const item of list) this.#items.push(item);
    return this;
  }

  /** The list as it is now. Nothing may be appended after that. */
  finished(): ListValue {
    return new CelList(this.#items);
  }
}

/** A map that an expression made. While a loop gathers one, nobody else sees it. */
export class CelMap extends MapValue {
  readonly #entries = new Map<unknown, readonly [Value, Value]>();

  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    for (const [key, value] of entries) this.set(key, value);
  }

  set(key: Value, value: Value): void {
    this.#entries.set(identity(key), [key, value]);
  }

  override get size(): number {
    return this.#entries.size;
  }

  override get(key: Value): Value | undefined {
    const found = this.#entries.get(identity(key));
    if (found !== undefined) return found[1];
    const whole = wholeNumber(key);
    if (whole === undefined) return undefined;
    return (this.#entries.get(whole) ?? this.#entries.get(identity(new Uint(whole))))?.[1];
  }

  override field(name: string): Value | undefined {
    return this.#entries.get(name)?.[1];
  }

  override *keys(): Generator<Value, void, undefined> {
    for (const [key] of this.#entries.values()) yield key;
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
