import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { HttpResponse } from './http.ts';

/** Bytes that wait to be read before the server is asked to wait. */
const mostWaiting = 64 * 1024;

interface AnswerOptions {
  readonly signal: AbortSignal | undefined;
  /** Runs when the first byte is about to be written. */
  readonly beforeSend: (() => void) | undefined;
  /** Makes of an error what the caller is to know; `heard` is when something came last (of `performance.now`). */
  readonly explain: (error: unknown, heard: number) => unknown;
}

/**
 * What the pool tells about one request, as an answer that can be read. The pool's own way makes a stream of every
 * answer, which for the small ones that nearly all are costs more than their content.
 */
export class Answer implements HttpResponse, Dispatcher.DispatchHandler {
  /** Resolves with this when the head has come. Rejects with what `beforeSend` threw, the signal's reason, or what was explained. */
  readonly head: Promise<HttpResponse>;
  readonly #options: AnswerOptions;
  #resolveHead: (answer: HttpResponse) => void = () => {};
  #rejectHead: (error: unknown) => void = () => {};
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #controller: Dispatcher.DispatchController | undefined;
  #pieces: Buffer[] = [];
  /** Bytes in `pieces`. */
  #waiting = 0;
  /** All of it is wanted at once, so that nobody has to wait. */
  #whole = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #heard = performance.now();
  /** Tells who waits for more of the body. */
  #wake: (() => void) | undefined;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  get status(): number {
    return this.#status;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }

  async text(): Promise<string> {
    this.#whole = true;
    if (this.#controller?.paused) this.#controller.resume();
    while (!this.#ended && this.#failure === undefined) await this.#more();
    if (this.#failure !== undefined) throw this.#failure.error;
    const [first] = this.#pieces;
    const text = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    return text.toString('utf8');
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#waiting -= piece.length;
          if (this.#controller?.paused && this.#waiting < mostWaiting) this.#controller.resume();
          yield piece;
        } else if (this.#failure !== undefined) {
          throw this.#failure.error;
        } else if (this.#ended) {
          return;
        } else {
          await this.#more();
        }
      }
    } finally {
      if (!this.#ended) this.#end(new Error('the answer was left before its end'));
    }
  }

  async discard(): Promise<void> {
    let length = 0;
    try {
      for await (const piece of this.chunks()) {
        length += piece.length;
        if (length > mostWaiting) return;
      }
    } catch {
      // The connection is gone, which is what letting it go means.
    }
  }

  /** The first byte is about to be written. What is thrown here ends the request, and the connection stays good. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      this.#options.beforeSend?.();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#heard = performance.now();
    this.#resolveHead(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#failure !== undefined) return;
    this.#heard = performance.now();
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    if (!this.#whole && this.#waiting >= mostWaiting) controller.pause();
    this.#tell();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#tell();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#failure === undefined) this.#fail(this.#options.explain(error, this.#heard));
  }

  /** The pool heeds nothing while a request waits for a connection, and that may take long: so this does. */
  readonly #abort = (): void => {
    const { signal, explain } = this.#options;
    this.#end(explain(signal?.reason, this.#heard));
    this.#pieces = [];
  };

  /** Ends it from our side, and the connection with it. */
  #end(error: unknown): void {
    this.#fail(error);
    this.#controller?.abort(error instanceof Error ? error : new Error('aborted', { cause: error }));
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#rejectHead(error);
    this.#tell();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #tell(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
