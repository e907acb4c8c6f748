import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Answers queries as Prometheus does, each time with another number below 0.01, and remembers when each was asked. */
export class QueryCounter implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then((body) => {
      response.setHeader('content-type', 'application/json').end(body);
    });
  });
  readonly #asked = new Map<string, number[]>();

  /** Listens on loopback. */
  static async open(): Promise<QueryCounter> {
    const counter = new QueryCounter();
    counter.#server.listen(0, '127.0.0.1');
    await once(counter.#server, 'listening');
    return counter;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** When each query was asked, in milliseconds of `performance.now()`. */
  get asked(): ReadonlyMap<string, readonly number[]> {
    return this.#asked;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage): Promise<string> {
    const at = performance.now();
    const query = new URLSearchParams(await text(request)).get('query') ?? '';
    const times = this.#asked.get(query) ?? [];
    this.#asked.set(query, [...times, at]);
    // No measured rate is twice the same.
    const value = String(((at * 7919) % 1000) / 100_000);
    const result = [{ metric: {}, value: [Date.now() / 1000, value] }];
    return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
  }
}
