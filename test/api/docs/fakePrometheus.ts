import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type HttpClient, replicaSets } from '../../../operator/index.ts';

/** What a good revision's gateway counts. */
const measured: Readonly<Record<string, number>> = { requests: 600, errors: 1, latency: 0.2 };

/**
 * Answers as Prometheus does. Of a query for pods: a share of errors that is 5 % where their image is called `bad`, and next to
 * nothing elsewhere. Of a preset's: numbers of a good revision.
 */
export class FakePrometheus implements AsyncDisposable {
  readonly #client: HttpClient;
  readonly #server = createServer((request, response) => {
    this.#answer(request).then(
      (result) => {
        const data = { resultType: 'vector', result };
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ status: 'success', data }));
      },
      () => response.destroy(),
    );
  });

  private constructor(client: HttpClient) {
    this.#client = client;
  }

  static async start(client: HttpClient): Promise<FakePrometheus> {
    const prometheus = new FakePrometheus(client);
    prometheus.#server.listen(0, '127.0.0.1');
    await once(prometheus.#server, 'listening');
    return prometheus;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage): Promise<readonly object[]> {
    const query = new URLSearchParams(await text(request)).get('query') ?? '';
    const at = Date.now() / 1000;
    const parts = [...query.matchAll(/"part", "([a-z]+)"/g)].map(([, part = '']) => part);
    if (parts.length > 0)
      return parts.map((part) => ({ metric: { part }, value: [at, String(measured[part])] }));
    const { items } = await this.#client.list(replicaSets, { namespace: 'default' });
    const bad = items.some(
      ({ metadata, spec }) =>
        query.includes(`${metadata.name}-`) && spec?.template?.spec?.containers[0]?.image?.endsWith(':bad'),
    );
    return [{ metric: {}, value: [at, bad ? '0.05' : '0.001'] }];
  }
}
