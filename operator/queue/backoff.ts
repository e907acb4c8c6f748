/** How long a key waits after its n-th failure in a row. */
export interface BackoffOptions {
  /** Milliseconds after the first failure. Default 5. */
  readonly base?: number;
  /** Milliseconds at most. Default 60,000: what was down for long is not to be missed for long once it is up again. */
  readonly limit?: number;
}

/** Exponential backoff by key. Remembers only keys that are failing. */
export class Backoff<Key> {
  readonly #base: number;
  readonly #limit: number;
  readonly #failures = new Map<Key, number>();

  constructor({ base = 5, limit = 60_000 }: BackoffOptions = {}) {
    this.#base = base;
    this.#limit = limit;
  }

  /** Counts one more failure of the key, and says how many milliseconds it waits for it. */
  next(key: Key): number {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    return Math.min(this.#base * 2 ** failures, this.#limit);
  }

  /** Failures in a row so far. */
  failures(key: Key): number {
    return this.#failures.get(key) ?? 0;
  }

  reset(key: Key): void {
    this.#failures.delete(key);
  }
}
