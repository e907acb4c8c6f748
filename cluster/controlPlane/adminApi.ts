import { Agent, request as httpsRequest } from 'node:https';
import type { KeyPair } from '../certificates/authority.ts';

/** An answer of the API server that is not a success. */
class AdminApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'AdminApiError';
    this.status = status;
  }
}

/** The few requests that bringing up a cluster needs, as its administrator. Not a client for anything else. */
export class AdminApi {
  readonly #agent: Agent;
  readonly #url: string;

  constructor(url: string, authority: string, client: KeyPair) {
    this.#url = url;
    this.#agent = new Agent({
      ca: authority,
      cert: client.certificate,
      key: client.privateKey,
      keepAlive: true,
      maxSockets: 16,
    });
  }

  /**
   * The body of the answer.
   *
   * @throws AdminApiError with the server's message for any status from 400 on; other errors if there is no answer
   *   within 10 s.
   */
  async request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string> {
    const { status, text } = await this.#send(method, path, body);
    if (status >= 400) throw new AdminApiError(status, `${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return text;
  }

  /** Creates an object; one that is there already is left as it is. */
  async create(path: string, object: unknown): Promise<void> {
    try {
      await this.request('POST', path, object);
    } catch (error) {
      if (!(error instanceof AdminApiError && error.status === 409)) throw error;
    }
  }

  /** Whether a GET of the path is answered with success now. */
  async answers(path: string): Promise<boolean> {
    try {
      await this.request('GET', path);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        new URL(path, this.#url),
        {
          agent: this.#agent,
          method,
          headers: payload === undefined ? {} : { 'content-type': 'application/json' },
          signal: AbortSignal.timeout(10_000),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
        },
      );
      request.on('error', reject);
      request.end(payload);
    });
  }
}
