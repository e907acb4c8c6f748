/** A request, and what is answered, as the rest of the runtime sees them. */

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query; begins with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** `watches` for an answer that is not expected to end. Default `requests`. */
  readonly pool?: 'requests' | 'watches';
  /** Runs when the first byte is about to be written; if it throws, nothing is sent and `send` rejects with that. */
  readonly beforeSend?: () => void;
}

export interface HttpResponse {
  readonly status: number;
  /** The first value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /** The whole body. Rejects with a `ConnectionError` if it is cut. */
  text(): Promise<string>;
  /** The body as it arrives. Leaving the loop ends the connection. Throws a `ConnectionError` if it is cut. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Lets the connection go without the body. */
  discard(): Promise<void>;
}
