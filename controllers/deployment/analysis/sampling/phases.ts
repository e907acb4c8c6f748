/**
 * When within their interval analyses look, so that those that begin together do not ask together: each takes the next
 * moment that no more of them have than any other. Alone it begins at once.
 */
export class Phases {
  /** How many look in each part of an interval, by interval. */
  readonly #taken = new Map<number, number[]>();

  /**
   * A moment for an analysis that begins at `now`, from `now` on and within an interval. All in milliseconds of one clock.
   */
  take(now: number, interval: number): Phase {
    const parts = Math.max(1, Math.min(mostParts, Math.ceil(interval / shortestPart)));
    const taken = this.#taken.get(interval) ?? new Array<number>(parts).fill(0);
    this.#taken.set(interval, taken);
    const least = Math.min(...taken);
    const current = Math.floor(((now % interval) / interval) * parts);
    const ahead = taken.findIndex((_, index) => taken[(current + index) % parts] === least);
    const part = (current + ahead) % parts;
    taken[part] = least + 1;
    const first = ahead === 0 ? now : now - (now % interval) + ((current + ahead) / parts) * interval;
    return { first, release: once(() => this.#release(interval, part)) };
  }

  #release(interval: number, part: number): void {
    const taken = this.#taken.get(interval);
    if (taken === undefined) return;
    taken[part] = (taken[part] ?? 1) - 1;
    if (taken.every((count) => count === 0)) this.#taken.delete(interval);
  }
}

export interface Phase {
  /** The first look; the others follow by the interval. */
  readonly first: number;
  /** Gives the moment back. */
  readonly release: () => void;
}

/** Milliseconds; and how many of them there are at most in a long interval. */
const shortestPart = 250;
const mostParts = 1200;

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
