import { Agent, type IncomingMessage, request } from 'node:http';
import type { RequestRecord } from './records.ts';

export interface LoadOptions {
  readonly url: string | URL;
  /** Requests a second, whatever becomes of those before. */
  readonly rate: number;
  /** It sends nothing more after so long, even if nobody stops it. */
  readonly seconds: number;
  /** `both`, the default: every other request has a connection of its own. */
  readonly connections?: 'kept' | 'fresh' | 'both';
  readonly headers?: Readonly<Record<string, string>>;
  /** A request without its whole answer after so long has failed. Default 10,000. */
  readonly timeoutMilliseconds?: number;
}

/**
 * Requests at a fixed rate, as from many people who do not wait for each other: a server that gets slow gets no fewer
 * of them. Nothing is tried twice.
 */
export class Load implements AsyncDisposable {
  readonly #options: Required<LoadOptions>;
  readonly #kept = new Agent({ keepAlive: true, scheduling: 'fifo' });
  readonly #began = performance.now();
  readonly #records: RequestRecord[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  readonly #ended = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  private constructor(options: LoadOptions) {
    this.#options = { connections: 'both', headers: {}, timeoutMilliseconds: 10_000, ...options };
  }

  static start(options: LoadOptions): Load {
    const load = new Load(options);
    load.#sendDue();
    return load;
  }

  /** Of the requests that are finished, in the order in which they were. */
  get records(): readonly RequestRecord[] {
    return this.#records;
  }

  /** Everything, once the time is over and the last request has its answer or none. */
  async finished(): Promise<readonly RequestRecord[]> {
    await this.#ended.promise;
    await Promise.all(this.#inFlight);
    this.#kept.destroy();
    return this.#records;
  }

  /** Sends nothing more, and gives everything once the last request has its answer or none. */
  async stop(): Promise<readonly RequestRecord[]> {
    this.#end();
    return this.finished();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#ended.resolve();
  }

  /** All whose time has come: also those that a busy event loop let wait. */
  #sendDue(): void {
    const { rate, seconds } = this.#options;
    const elapsed = (performance.now() - this.#began) / 1000;
    const due = Math.min(Math.floor(elapsed * rate) + 1, Math.round(rate * seconds));
    for (; this.#sent < due; this.#sent += 1) this.#send(this.#sent);
    if (elapsed >= seconds) this.#end();
    else this.#timer = setTimeout(() => this.#sendDue(), Math.max(1, (this.#sent / rate - elapsed) * 1000));
  }

  #send(number: number): void {
    const { connections } = this.#options;
    const connection = connections === 'both' ? (number % 2 === 0 ? 'kept' : 'fresh') : connections;
    const began = performance.now();
    const sent = { sentAt: performance.timeOrigin + began, connection };
    const done = this.#ask(connection).then(
      ({ status, revision }) => this.#record({ ...sent, kind: 'answered', status, revision }, began),
      (error: Error) => this.#record({ ...sent, kind: 'unanswered', error: nameOf(error) }, began),
    );
    this.#inFlight.add(done);
    void done.finally(() => this.#inFlight.delete(done));
  }

  #record(record: Unmeasured<RequestRecord>, began: number): void {
    this.#records.push({ ...record, latency: performance.now() - began });
  }

  #ask(
    connection: 'kept' | 'fresh',
  ): Promise<{ readonly status: number; readonly revision: string | undefined }> {
    const { url, headers, timeoutMilliseconds } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = {
      agent: connection === 'kept' ? this.#kept : false,
      headers: { ...headers, connection: connection === 'kept' ? 'keep-alive' : 'close' },
      signal: AbortSignal.timeout(timeoutMilliseconds),
    };
    request(url, options, resolve).on('error', reject).end();
    return promise.then(async (response) => {
      for await (const _ of response); // To the last byte: an answer that breaks off is none.
      const revision = response.headers['x-revision'];
      return {
        status: response.statusCode ?? 0,
        revision: revision === undefined ? undefined : String(revision),
      };
    });
  }
}

type Unmeasured<Record> = Record extends unknown ? Omit<Record, 'latency'> : never;

/** `ECONNRESET`, `TimeoutError`, …: few, so that they can be counted. */
function nameOf(error: Error): string {
  const cause = error.name === 'AbortError' && error.cause instanceof Error ? error.cause : error;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
