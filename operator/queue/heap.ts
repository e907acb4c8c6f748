/** What a heap holds: the heap keeps the element's place in it, so that it can be moved or taken out in O(log n). */
export interface HeapElement {
  /** Written by the heap alone; -1 while outside. An element is in one heap at a time. */
  place: number;
}

/** A binary heap: the least element first. Every change is O(log n). */
export class Heap<T extends HeapElement> {
  readonly #elements: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#elements.length;
  }

  peek(): T | undefined {
    return this.#elements[0];
  }

  /** The elements in no order that means anything. */
  values(): Iterable<T> {
    return this.#elements.values();
  }

  push(element: T): void {
    this.#elements.push(element);
    this.#rise(element, this.#elements.length - 1);
  }

  pop(): T | undefined {
    const first = this.#elements[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes an element of this heap out. */
  remove(element: T): void {
    const { place } = element;
    const last = this.#elements.pop();
    element.place = -1;
    if (last === undefined || last === element) return;
    this.#settle(last, place);
  }

  /** Puts an element of this heap where it belongs after its order has changed. */
  update(element: T): void {
    this.#settle(element, element.place);
  }

  #settle(element: T, place: number): void {
    if (this.#rise(element, place) === place) this.#sink(element, place);
  }

  #rise(element: T, from: number): number {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#elements[above];
      if (parent === undefined || !this.#before(element, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(element, place);
    return place;
  }

  #sink(element: T, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#elements[2 * place + 1];
      const right = this.#elements[2 * place + 2];
      if (left === undefined) break;
      const child = right !== undefined && this.#before(right, left) ? right : left;
      if (!this.#before(child, element)) break;
      const { place: childPlace } = child;
      this.#put(child, place);
      place = childPlace;
    }
    this.#put(element, place);
  }

  #put(element: T, place: number): void {
    this.#elements[place] = element;
    element.place = place;
  }
}
