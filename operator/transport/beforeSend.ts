import type { Dispatcher } from 'undici';

/**
 * A check that runs when a request's first byte is about to be written.
 *
 * Between deciding to send and sending there may be a wait for a free connection, a TLS handshake or a read of a token:
 * long enough for a lease to be lost. What the check throws is what the request rejects with, and nothing is sent.
 */
export class BeforeSend {
  /** What the check threw. */
  refusal: unknown;
  readonly #check: () => void;

  constructor(check: () => void) {
    this.#check = check;
  }

  run(): void {
    try {
      this.#check();
    } catch (error) {
      this.refusal = error;
      throw error;
    }
  }
}

/** Runs the `BeforeSend` that a request carries as `opaque`. */
export const checkBeforeSend: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const check = 'opaque' in options && options.opaque instanceof BeforeSend ? options.opaque : undefined;
  return dispatch(options, check === undefined ? handler : new CheckingHandler(handler, check));
};

class CheckingHandler implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #check: BeforeSend;

  constructor(handler: Dispatcher.DispatchHandler, check: BeforeSend) {
    this.#handler = handler;
    this.#check = check;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#check.run();
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(...given: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#handler.onResponseStart?.(...given);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...given: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#handler.onResponseEnd?.(...given);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }
}
