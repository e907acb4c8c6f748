import type { Clock } from '../queue/clock.ts';
import type { Connection } from '../transport/connection.ts';
import { ConnectionError, isConnectionError } from '../transport/connectionError.ts';
import type { HttpRequest, HttpResponse } from '../transport/http.ts';
import { AnswerTooLargeError } from './answerTooLarge.ts';
import { ApiError, describeSubject, type RequestSubject, type Status } from './apiError.ts';
import type { RateLimit } from './rateLimit.ts';
import { parseRetryAfter, retryDelay } from './retry.ts';

/** One attempt of a request, for metrics. */
export interface RequestSample {
  readonly method: HttpRequest['method'];
  readonly host: string;
  /** The status code, or `<error>` where there was no answer. */
  readonly code: string;
  readonly verb: string;
  readonly kind: string;
  /** Until the head of the answer, in seconds. */
  readonly seconds: number;
}

/** Stands before each write; see `operator/manager/writeFence.ts`. */
export interface Fence {
  /** Throws if no write may begin now. */
  check(): void;
  /** Milliseconds that a write may take at most. */
  readonly writeTimeout: number | undefined;
}

/** A request with what its deadline, its retries and its errors need to know. */
export interface Exchange extends Omit<HttpRequest, 'beforeSend' | 'pool'> {
  readonly subject: RequestSubject;
  /** Milliseconds, retries included. */
  readonly timeout: number;
  readonly idempotent: boolean;
  /** True for what changes something: it passes the fence. */
  readonly writes: boolean;
  /** Of the answer's body. Default: no bound. */
  readonly mostBytes?: number;
  /** Told how many bytes the body had, where it is bounded. Must not throw. */
  readonly onBytes?: (bytes: number) => void;
}

interface ExchangerOptions {
  readonly userAgent: string;
  readonly fence?: Fence | undefined;
  readonly rateLimit?: RateLimit | undefined;
  readonly onRequest?: ((sample: RequestSample) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** Unlike the queue's timers these keep the process alive: a program that does nothing but one request must get its answer. */
const requestClock: Clock = {
  now: () => performance.now(),
  schedule(delay, callback) {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};

/** Sends requests: deadline, fence, rate limit, retries, metrics and typed errors, each for every request. */
export class Exchanger {
  readonly #connection: Connection;
  readonly #options: ExchangerOptions;
  readonly #clock: Clock;

  constructor(connection: Connection, options: ExchangerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#clock = options.clock ?? requestClock;
  }

  /** The JSON of a successful answer. Rejects with an `ApiError`, a `ConnectionError`, an `AnswerTooLargeError`, or the signal's reason. */
  async json(exchange: Exchange): Promise<unknown> {
    const end = this.#clock.now() + exchange.timeout;
    for (let sent = 1; ; sent++) {
      try {
        return await this.#attempt(exchange, end);
      } catch (error) {
        const remaining = end - this.#clock.now();
        const delay = retryDelay(error, { idempotent: exchange.idempotent, sent, remaining });
        if (delay === undefined) throw about(exchange.subject, error);
        await this.#wait(delay, exchange.signal);
      }
    }
  }

  /** The open answer of a watch. Only its head has a deadline. The signal must be this watch's own: it stays listened to. */
  async stream(exchange: Exchange): Promise<HttpResponse> {
    const deadline = this.#deadline(exchange.timeout, exchange.signal);
    try {
      const response = await this.#send(exchange, deadline.signal, 'watches');
      if (response.status === 200) return response;
      throw await this.#failure(exchange, response);
    } catch (error) {
      deadline.release();
      throw about(exchange.subject, error);
    } finally {
      deadline.relax();
    }
  }

  async #attempt(exchange: Exchange, end: number): Promise<unknown> {
    const { fence, rateLimit } = this.#options;
    const fenced = exchange.writes
      ? (fence?.writeTimeout ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY;
    const deadline = this.#deadline(Math.min(end - this.#clock.now(), fenced), exchange.signal);
    try {
      await rateLimit?.take(deadline.signal);
      const response = await this.#send(exchange, deadline.signal, 'requests');
      if (response.status < 200 || response.status > 299) throw await this.#failure(exchange, response);
      return this.#parse(await bodyOf(response, exchange));
    } finally {
      deadline.release();
    }
  }

  async #send(exchange: Exchange, signal: AbortSignal, pool: 'requests' | 'watches'): Promise<HttpResponse> {
    const { fence, userAgent } = this.#options;
    const started = this.#clock.now();
    try {
      const response = await this.#connection.send({
        method: exchange.method,
        path: exchange.path,
        headers: { accept: 'application/json', 'user-agent': userAgent, ...exchange.headers },
        ...(exchange.body === undefined ? undefined : { body: exchange.body }),
        signal,
        pool,
        ...(exchange.writes && fence !== undefined ? { beforeSend: () => fence.check() } : undefined),
      });
      this.#sample(exchange, String(response.status), started);
      return response;
    } catch (error) {
      this.#sample(exchange, '<error>', started);
      throw error;
    }
  }

  #sample({ method, subject }: Exchange, code: string, started: number): void {
    this.#options.onRequest?.({
      method,
      host: this.#connection.server.host,
      code,
      verb: subject.verb,
      kind: subject.kind,
      seconds: (this.#clock.now() - started) / 1000,
    });
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      // Not the parser's own message: it quotes the text, which may be a Secret.
      throw new ConnectionError(
        'malformed',
        this.#connection.server,
        `${text.length} characters that are not JSON`,
      );
    }
  }

  async #failure({ subject }: Exchange, response: HttpResponse): Promise<ApiError> {
    const text = await response.text();
    return new ApiError(
      subject,
      response.status,
      statusOf(text),
      parseRetryAfter(response.header('retry-after')),
    );
  }

  /** A signal that aborts at the deadline or with the caller's. An own one: `AbortSignal.any` costs 20 µs a request. */
  #deadline(milliseconds: number, outer: AbortSignal | undefined) {
    const controller = new AbortController();
    const abort = () => controller.abort(outer?.reason);
    outer?.addEventListener('abort', abort, { once: true });
    if (outer?.aborted) abort();
    const relax = this.#clock.schedule(Math.max(0, milliseconds), () => {
      controller.abort(new ConnectionError('deadline', this.#connection.server));
    });
    const release = () => {
      relax();
      outer?.removeEventListener('abort', abort);
    };
    return { signal: controller.signal, relax, release };
  }

  #wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.#clock.schedule(milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

/** The text of an answer; of one that is too large no more than the bound is held at any time. */
async function bodyOf(response: HttpResponse, { mostBytes, onBytes }: Exchange): Promise<string> {
  if (mostBytes === undefined) return response.text();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.chunks()) {
    length += piece.length;
    if (length > mostBytes) throw new AnswerTooLargeError(mostBytes);
    pieces.push(piece);
  }
  onBytes?.(length);
  return Buffer.concat(pieces, length).toString('utf8');
}

function about(subject: RequestSubject, error: unknown): unknown {
  return isConnectionError(error) ? error.during(describeSubject(subject)) : error;
}

function statusOf(text: string): Partial<Status> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status') {
      return body as Status;
    }
  } catch {
    // A proxy's page, or one of the API server's answers in plain text.
  }
  return text.length > 0 && text.length <= 200 && !text.includes('<') ? { message: text.trim() } : {};
}
