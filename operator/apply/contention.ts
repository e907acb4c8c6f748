/** How long repairs of a fought-over object wait. All times in milliseconds. */
export interface ContentionOptions {
  /** This many repairs … Default 3. */
  readonly repairs?: number;
  /** … within this time are a fight. Default 60,000. */
  readonly within?: number;
  /** The first wait. It doubles with each repair that is undone again. Default 10,000. */
  readonly initialDelay?: number;
  /** The longest wait. Default 300,000. */
  readonly maximumDelay?: number;
  /** Objects remembered; the one repaired longest ago is forgotten first. Default 10,000. */
  readonly remembered?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** Whether an object may be repaired now. */
export type Ruling =
  | { readonly allowed: true; readonly fought: boolean }
  | {
      readonly allowed: false;
      /** Milliseconds until it may. */
      readonly wait: number;
      /** Repairs since the fight began. */
      readonly repairs: number;
    };

/**
 * Decides when an object that somebody keeps changing back may be repaired again, each object by itself.
 *
 * Invariant: while each repair is undone again, repairs `n` and `n+1` from the third on lie at least
 * `initialDelay × 2^(n-3)` apart, up to `maximumDelay`. A repair that held for longer than its wait (and `within`) ends the
 * fight: the next change is repaired at once.
 */
export class Contention {
  readonly #options: Required<ContentionOptions>;
  readonly #fights = new Map<string, Fight>();

  constructor(options: ContentionOptions = {}) {
    this.#options = {
      repairs: 3,
      within: 60_000,
      initialDelay: 10_000,
      maximumDelay: 300_000,
      remembered: 10_000,
      now: () => performance.now(),
      ...options,
    };
  }

  /** To be asked whenever an object is seen to need repair, so that it is known for how long the last repair held. */
  ask(id: string): Ruling {
    const fight = this.#fights.get(id);
    if (fight === undefined) return { allowed: true, fought: false };
    const now = this.#options.now();
    if (fight.undoneAt === undefined) {
      const calm = Math.max(this.#options.within, fight.delay);
      if (now - fight.repairedAt > calm) {
        this.#fights.delete(id);
        return { allowed: true, fought: false };
      }
      fight.undoneAt = now;
    }
    const wait = fight.repairedAt + fight.delay - now;
    return wait > 0
      ? { allowed: false, wait, repairs: fight.repairs }
      : { allowed: true, fought: fight.delay > 0 };
  }

  /** To be told of each repair made. */
  repaired(id: string): void {
    const { repairs, within, initialDelay, maximumDelay, now } = this.#options;
    const at = now();
    const fight = this.#fights.get(id);
    this.#fights.delete(id);
    const recent = [...(fight?.recent ?? []).filter((time) => at - time < within), at].slice(-repairs);
    const delay =
      fight !== undefined && fight.delay > 0
        ? Math.min(fight.delay * 2, maximumDelay)
        : recent.length >= repairs
          ? initialDelay
          : 0;
    // Re-inserted, so that the map's order is that of the last repair.
    this.#fights.set(id, {
      recent,
      repairs: (fight?.repairs ?? 0) + 1,
      repairedAt: at,
      delay,
      undoneAt: undefined,
    });
    this.#forgetOldest();
  }

  /** Objects of which a repair is remembered. */
  get size(): number {
    return this.#fights.size;
  }

  #forgetOldest(): void {
    for (const id of this.#fights.keys()) {
      if (this.#fights.size <= this.#options.remembered) return;
      this.#fights.delete(id);
    }
  }
}

interface Fight {
  /** When the last repairs were made, at most as many as make a fight. */
  readonly recent: readonly number[];
  readonly repairs: number;
  readonly repairedAt: number;
  /** From `repairedAt` until the next repair may be made. Zero until it is a fight. */
  readonly delay: number;
  /** When the last repair was first seen undone. */
  undoneAt: number | undefined;
}
