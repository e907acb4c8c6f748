/** The waits of a reflector in trouble; every time in milliseconds. */
export interface ReflectorBackoffOptions {
  /** Default 800. */
  readonly base?: number;
  /** Default 30,000. */
  readonly limit?: number;
  /** So long without trouble, and it begins anew. Default 120,000. */
  readonly resetAfter?: number;
  /** Monotonic. */
  readonly now: () => number;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** Doubling, with up to as much again by chance, so that a thousand reflectors do not come back at once. */
export class ReflectorBackoff {
  readonly #options: Required<ReflectorBackoffOptions>;
  #failures = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(options: ReflectorBackoffOptions) {
    this.#options = { base: 800, limit: 30_000, resetAfter: 120_000, random: Math.random, ...options };
  }

  /** The wait after one more failure. */
  next(): number {
    const { base, limit, resetAfter, now, random } = this.#options;
    if (now() - this.#until >= resetAfter) this.#failures = 0;
    const delay = Math.min(base * 2 ** this.#failures * (1 + random()), limit);
    this.#failures++;
    // Health is counted from when the wait is over.
    this.#until = now() + delay;
    return delay;
  }
}
