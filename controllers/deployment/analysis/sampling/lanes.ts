/**
 * Requests to one server at a time are few; requests to another never wait for them. Whoever waits is served in turn, or
 * leaves when its signal aborts. Turns go round among those who ask, so that nobody's many requests hold up another's few.
 */
export class Lanes {
  readonly #width: number;
  readonly #byServer = new Map<string, Lane>();

  /** @param width Requests to one server at a time. */
  constructor(width: number) {
    this.#width = width;
  }

  /** Runs the work when it is its turn. Rejects as the work does, or with the signal's reason while waiting. */
  async run<T>({ server, asker, signal }: Turn, work: () => Promise<T>): Promise<T> {
    await this.#enter(server, asker, signal);
    try {
      return await work();
    } finally {
      this.#leave(server);
    }
  }

  /** How many wait for a server. */
  waiting(server: string): number {
    return [...(this.#byServer.get(server)?.waiting.values() ?? [])].reduce((sum, { size }) => sum + size, 0);
  }

  #enter(server: string, asker: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const lane = this.#byServer.get(server) ?? { running: 0, waiting: new Map() };
    this.#byServer.set(server, lane);
    if (lane.running < this.#width) {
      lane.running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const line = lane.waiting.get(asker) ?? new Set();
      lane.waiting.set(asker, line);
      const enter = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        line.delete(enter);
        if (line.size === 0 && lane.waiting.get(asker) === line) lane.waiting.delete(asker);
        reject(signal.reason);
      };
      line.add(enter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** The place goes to whoever waits longest of the asker whose turn it is. */
  #leave(server: string): void {
    const lane = this.#byServer.get(server);
    if (lane === undefined) return;
    for (const [asker, line] of lane.waiting) {
      lane.waiting.delete(asker);
      for (const enter of line) {
        line.delete(enter);
        if (line.size > 0) lane.waiting.set(asker, line);
        enter();
        return;
      }
    }
    lane.running -= 1;
    if (lane.running === 0) this.#byServer.delete(server);
  }
}

export interface Turn {
  readonly server: string;
  /** For whom: turns go round among them. */
  readonly asker: string;
  readonly signal: AbortSignal;
}

interface Lane {
  running: number;
  /** By asker, in the order of their turns; of one asker in the order in which they came. None is empty. */
  readonly waiting: Map<string, Set<() => void>>;
}
