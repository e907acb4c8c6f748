import type { KubernetesObject, ObjectKey } from '../resources/object.ts';
import type { IndexFunction, Lister } from './lister.ts';

export type Indexes<T extends KubernetesObject, IndexName extends string> = Readonly<
  Record<IndexName, IndexFunction<T>>
>;

/** Objects by key, with their indexes. Each index holds exactly what its function says of the objects that are there. */
export class Store<T extends KubernetesObject, IndexName extends string = never>
  implements Lister<T, IndexName>
{
  readonly #objects = new Map<ObjectKey, T>();
  readonly #byNamespace = new Index<T>((object) =>
    object.metadata.namespace === undefined ? [] : [object.metadata.namespace],
  );
  readonly #indexes: ReadonlyMap<string, Index<T>>;

  constructor(indexes: Indexes<T, IndexName>) {
    const functions: [string, IndexFunction<T>][] = Object.entries(indexes);
    this.#indexes = new Map(functions.map(([name, values]) => [name, new Index(values)]));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key);
  }

  list(): Iterable<T> {
    return this.#objects.values();
  }

  keys(): Iterable<ObjectKey> {
    return this.#objects.keys();
  }

  inNamespace(namespace: string): readonly T[] {
    return this.#all(this.#byNamespace.get(namespace));
  }

  byIndex(index: IndexName, value: string): readonly T[] {
    const declared = this.#indexes.get(index);
    if (declared === undefined) throw new TypeError(`no index "${index}" is declared`);
    return this.#all(declared.get(value));
  }

  /** Puts the object in the place of what was there, which is returned. */
  set(key: ObjectKey, object: T): T | undefined {
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    this.#reindex(key, previous, object);
    return previous;
  }

  delete(key: ObjectKey): T | undefined {
    const previous = this.#objects.get(key);
    this.#objects.delete(key);
    this.#reindex(key, previous, undefined);
    return previous;
  }

  #reindex(key: ObjectKey, previous: T | undefined, object: T | undefined): void {
    this.#byNamespace.move(key, previous, object);
    for (const index of this.#indexes.values()) index.move(key, previous, object);
  }

  #all(keys: Iterable<ObjectKey>): readonly T[] {
    const found: T[] = [];
    for (const key of keys) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }
}

const none: readonly never[] = [];

/** Keys by value. Most values of most indexes have one key (the objects of an owner), so one needs no set. */
class Index<T extends KubernetesObject> {
  readonly #keys = new Map<string, ObjectKey | Set<ObjectKey>>();
  readonly #values: IndexFunction<T>;

  constructor(values: IndexFunction<T>) {
    this.#values = values;
  }

  get(value: string): Iterable<ObjectKey> {
    const keys = this.#keys.get(value);
    if (keys === undefined) return none;
    return typeof keys === 'string' ? [keys] : keys;
  }

  move(key: ObjectKey, previous: T | undefined, object: T | undefined): void {
    const before = previous === undefined ? none : this.#values(previous);
    const after = object === undefined ? none : this.#values(object);
    for (const value of before) if (!after.includes(value)) this.#remove(value, key);
    for (const value of after) if (!before.includes(value)) this.#add(value, key);
  }

  #add(value: string, key: ObjectKey): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) this.#keys.set(value, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) this.#keys.set(value, new Set([keys, key]));
  }

  #remove(value: string, key: ObjectKey): void {
    const keys = this.#keys.get(value);
    if (keys === key) this.#keys.delete(value);
    else if (typeof keys === 'object') {
      keys.delete(key);
      if (keys.size === 0) this.#keys.delete(value);
    }
  }
}
