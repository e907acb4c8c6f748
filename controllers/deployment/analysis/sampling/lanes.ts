/**
 * Requests to one server at a time are few; requests to another never wait for them. Whoever waits is served in turn, or
 * leaves when its signal aborts.
 */
export class Lanes {
  readonly #width: number;
  readonly #byServer = new Map<string, Lane>();

  /** @param width Requests to one server at a time. */
  constructor(width: number) {
    this.#width = width;
  }

  /** Runs the work when it is its turn. Rejects as the work does, or with the signal's reason while waiting. */
  async run<T>(server: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(server, signal);
    try {
      return await work();
    } finally {
      this.#leave(server);
    }
  }

  /** How many wait for a server. */
  waiting(server: string): number {
    return this.#byServer.get(server)?.waiting.size ?? 0;
  }

  #enter(server: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const lane = this.#byServer.get(server) ?? { running: 0, waiting: new Set() };
    this.#byServer.set(server, lane);
    if (lane.running < this.#width) {
      lane.running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        lane.waiting.delete(enter);
        reject(signal.reason);
      };
      lane.waiting.add(enter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** The place goes to whoever waits longest. */
  #leave(server: string): void {
    const lane = this.#byServer.get(server);
    if (lane === undefined) return;
    for (const enter of lane.waiting) {
      lane.waiting.delete(enter);
      enter();
      return;
    }
    lane.running -= 1;
    if (lane.running === 0) this.#byServer.delete(server);
  }
}

interface Lane {
  running: number;
  /** In the order in which they came. */
  readonly waiting: Set<() => void>;
}
