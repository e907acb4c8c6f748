import type { Clock } from '../../../operator/queue/clock.ts';

/** One after another, evenly: so many in a minute, and none saved up. */
export class Pace {
  readonly #clock: Clock;
  readonly #interval: number;
  #next = Number.NEGATIVE_INFINITY;

  constructor(perMinute: number, clock: Clock) {
    this.#clock = clock;
    this.#interval = 60_000 / perMinute;
  }

  /** Milliseconds until the next may come; 0: now. */
  wait(): number {
    return Math.max(0, this.#next - this.#clock.now());
  }

  taken(): void {
    this.#next = this.#clock.now() + this.#interval;
  }
}
