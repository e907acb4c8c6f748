import { type Clock, monotonicClock } from '../queue/clock.ts';

export interface RateLimitOptions {
  /** Requests per second in the long run. */
  readonly perSecond: number;
  /** Requests that may go at once after a rest. */
  readonly burst: number;
}

/**
 * A token bucket in the order of asking. Off unless set: the API server's Priority and Fairness knows better what it
 * can bear than any client does.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  /** The time at which the next token is due, had tokens been taken one by one. */
  #next = Number.NEGATIVE_INFINITY;

  constructor(options: RateLimitOptions, clock: Clock = monotonicClock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Resolves when a request may be sent. Rejects with the signal's reason if that comes first. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { perSecond, burst } = this.#options;
    const interval = 1000 / perSecond;
    const now = this.#clock.now();
    this.#next = Math.max(this.#next, now - burst * interval) + interval;
    const delay = this.#next - now;
    if (delay <= 0) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#clock.schedule(delay, end);
      signal?.addEventListener('abort', end, { once: true });
    });
    if (signal?.aborted) {
      // Not taken after all: those who come later need not wait for it.
      this.#next -= interval;
      throw signal.reason;
    }
  }
}
