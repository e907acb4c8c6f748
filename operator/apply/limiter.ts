/** Bounds how much runs at once, and never runs two things of one id at the same time. First come, first served. */
export class Limiter {
  readonly #limit: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #tails = new Map<string, Promise<unknown>>();

  /** @param limit at least 1. */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a limit of ${limit} lets nothing run`);
    this.#limit = limit;
  }

  async run<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(id);
    const mine = (before ?? Promise.resolve()).then(() => this.#withSlot(work));
    const tail = mine.catch(() => undefined);
    this.#tails.set(id, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(id) === tail) this.#tails.delete(id);
    }
  }

  async #withSlot<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // A slot goes straight to whoever waits, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
