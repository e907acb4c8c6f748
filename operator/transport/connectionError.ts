/** Why there was no answer. */
type ConnectionFailure =
  /** The name does not resolve, nothing listens, or the handshake took too long: nothing was sent. */
  | 'unreachable'
  /** The server's certificate is not one that we trust: nothing was sent. */
  | 'tls'
  /** A token, a certificate or a plug-in's answer could not be had: nothing was sent. */
  | 'credentials'
  /** The connection ended before the answer did. The server may have done what was asked. */
  | 'cut'
  /** No answer within the deadline. The server may have done what was asked. */
  | 'deadline'
  /** An answer that is not what the API defines. The server may have done what was asked. */
  | 'malformed'
  /** The connection was closed by us. */
  | 'closed';

/** There is no usable answer. All kinds may pass by themselves; `credentials` and `tls` may need a person. */
export class ConnectionError extends Error {
  readonly kind: ConnectionFailure;
  /** The system's or the HTTP client's code, where it has one: `ECONNRESET`, `ENOTFOUND`, … */
  readonly code: string | undefined;

  constructor(kind: ConnectionFailure, server: URL, cause?: unknown) {
    super(`${sentences[kind].replace('SERVER', server.origin)}${causeText(cause)}`, { cause });
    this.name = 'ConnectionError';
    this.kind = kind;
    this.code = codeOf(cause);
  }

  /** True if the server cannot have seen the request, so that it may be sent again whatever it was. */
  get unsent(): boolean {
    return unsent.has(this.kind);
  }

  /** The same error, saying what could not be done. */
  during(what: string): ConnectionError {
    this.message = `${what}: ${this.message}`;
    return this;
  }

  /** The error of a failed exchange, by its code. */
  static from(error: unknown, server: URL): ConnectionError {
    return error instanceof ConnectionError ? error : new ConnectionError(kindOf(error), server, error);
  }
}

/** True if the error says that there was no answer, for one of the given reasons if any are given. */
export function isConnectionError(
  error: unknown,
  ...kinds: readonly ConnectionFailure[]
): error is ConnectionError {
  return error instanceof ConnectionError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** A request's or a stream's end by whoever waited for it in vain: nothing came, which may be the connection's fault. */
export class SilenceError extends Error {
  override readonly name: string = 'SilenceError';
}

/** True if nothing came for too long. */
export function isSilence(error: unknown): boolean {
  return error instanceof SilenceError || isConnectionError(error, 'deadline');
}

const unsent: ReadonlySet<ConnectionFailure> = new Set(['unreachable', 'tls', 'credentials', 'closed']);

const sentences: Readonly<Record<ConnectionFailure, string>> = {
  unreachable: 'cannot reach the API server at SERVER',
  tls: 'the certificate of the API server at SERVER is not trusted',
  credentials: 'cannot get the credentials for the API server at SERVER',
  cut: 'the connection to the API server at SERVER ended before its answer did',
  deadline: 'the API server at SERVER did not answer in time',
  malformed: 'the API server at SERVER answered with something that is not the API',
  closed: 'the connection to SERVER is closed',
};

const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function kindOf(error: unknown): ConnectionFailure {
  const code = codeOf(error);
  if (code === undefined) return 'cut';
  if (unreachable.has(code)) return 'unreachable';
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'deadline';
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return 'closed';
  if (code.startsWith('HPE_')) return 'malformed';
  return certificateCode.test(code) ? 'tls' : 'cut';
}

/** The codes of OpenSSL's certificate checks and of Node's own TLS errors. */
const certificateCode =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|HOSTNAME_)/;

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function causeText(cause: unknown): string {
  if (cause === undefined) return '';
  // Several addresses tried: the first one's trouble says it.
  if (cause instanceof AggregateError) return causeText(cause.errors[0]);
  return `: ${cause instanceof Error ? cause.message : String(cause)}`;
}
