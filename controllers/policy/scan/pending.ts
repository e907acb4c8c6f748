/**
 * What is to be looked at, and for whom. By namespace, so that one is done after the other and its report written once; a
 * namespace in which much keeps changing lets others go first now and then. No input or output.
 */
export class Pending<Item extends { readonly namespace: string }, Whom> {
  readonly #namespaces = new Map<string, Map<Item, ReadonlySet<Whom>>>();
  /** How many are for just these: few sets are shared by many items. */
  readonly #sizes = new Map<ReadonlySet<Whom>, number>();
  #taken = 0;

  get isEmpty(): boolean {
    return this.#namespaces.size === 0;
  }

  has(item: Item): boolean {
    return this.#namespaces.get(item.namespace)?.has(item) === true;
  }

  /** Whether something in that namespace is to be looked at. */
  isIn(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  /** How many items are to be looked at for one. */
  sizeFor(whom: Whom): number {
    let size = 0;
    for (const [set, count] of this.#sizes) if (set.has(whom)) size += count;
    return size;
  }

  add(item: Item, whom: ReadonlySet<Whom>): void {
    if (whom.size === 0) return;
    const items = this.#namespaces.get(item.namespace) ?? new Map<Item, ReadonlySet<Whom>>();
    this.#namespaces.set(item.namespace, items);
    const before = items.get(item);
    const after = before === undefined ? whom : union(before, whom);
    if (after === before) return;
    this.#count(before, -1);
    this.#count(after, 1);
    items.set(item, after);
  }

  /** The next one, which is then no longer here. */
  next(): { readonly item: Item; readonly whom: ReadonlySet<Whom> } | undefined {
    const [first] = this.#namespaces;
    if (first === undefined) return undefined;
    const [namespace, items] = first;
    this.#taken += 1;
    if (this.#taken % turn === 0) {
      this.#namespaces.delete(namespace);
      this.#namespaces.set(namespace, items);
    }
    const [entry] = items;
    if (entry === undefined) return undefined;
    const [item, whom] = entry;
    this.take(item);
    return { item, whom };
  }

  /** Takes this one out; undefined where it is not here. */
  take(item: Item): ReadonlySet<Whom> | undefined {
    const items = this.#namespaces.get(item.namespace);
    const whom = items?.get(item);
    if (items === undefined || whom === undefined) return undefined;
    items.delete(item);
    if (items.size === 0) this.#namespaces.delete(item.namespace);
    this.#count(whom, -1);
    return whom;
  }

  #count(whom: ReadonlySet<Whom> | undefined, by: 1 | -1): void {
    if (whom === undefined) return;
    const size = (this.#sizes.get(whom) ?? 0) + by;
    if (size === 0) this.#sizes.delete(whom);
    else this.#sizes.set(whom, size);
  }
}

/** Items of one namespace that are taken before another has its turn. */
const turn = 1000;

/** One of the two where it holds the other, so that equal sets stay one. */
function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  if (a === b || b.isSubsetOf(a)) return a;
  return a.isSubsetOf(b) ? b : a.union(b);
}
