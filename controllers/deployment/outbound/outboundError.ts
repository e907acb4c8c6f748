/** Why a request that a tenant asked for has no answer. */
export type OutboundTrouble =
  | 'forbidden'
  | 'noSuchHost'
  | 'refused'
  | 'tls'
  | 'connectTimeout'
  | 'cut'
  | 'tooLarge'
  | 'invalid'
  | 'unreachable';

const words: Readonly<Record<OutboundTrouble, string>> = {
  forbidden:
    'leads to an address that the operator may not be sent to (itself, the link, a metadata service, the API server, the cluster’s own pods, nodes and Services, or what the installation refuses): whoever runs it may allow it by deployment.analysis.allow',
  noSuchHost: 'has a host name that does not resolve',
  refused: 'refuses connections',
  tls: 'has a certificate that is not trusted, or speaks no TLS',
  connectTimeout: 'does not accept connections in time',
  cut: 'ended the connection without an answer',
  tooLarge: 'answered with more than 256 KiB',
  invalid: 'cannot be asked: a header has a value that cannot be sent',
  unreachable: 'cannot be reached',
};

/** No answer, and why. The message is safe to show: it holds nothing that was sent or received. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly trouble: OutboundTrouble;

  constructor(trouble: OutboundTrouble, code?: string) {
    super(`${words[trouble]}${code === undefined ? '' : ` (${code})`}`);
    this.trouble = trouble;
  }

  /** What a failed request came to, by the codes of Node and undici. Their messages may hold more than should be shown. */
  static of(error: unknown): OutboundError {
    for (const cause of chain(error)) {
      if (cause instanceof OutboundError) return cause;
      const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
      const trouble = code === undefined ? undefined : troubleOf(code);
      if (trouble !== undefined) return new OutboundError(trouble, code);
    }
    return new OutboundError('unreachable');
  }
}

function troubleOf(code: string): OutboundTrouble | undefined {
  if (/^(ENOTFOUND|ENODATA|ESERVFAIL|EAI_|EBADNAME|ETIMEOUT|EREFUSED)/.test(code)) return 'noSuchHost';
  if (code === 'ECONNREFUSED') return 'refused';
  if (/CERT|^ERR_TLS|^ERR_SSL|^EPROTO$|^UNABLE_TO|^DEPTH_ZERO/.test(code)) return 'tls';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'connectTimeout';
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') return 'cut';
  if (code === 'UND_ERR_INVALID_ARG') return 'invalid';
  if (/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|HPE_|UND_ERR_)/.test(code)) return 'unreachable';
  return undefined;
}

/** An error, what it was caused by, and what it gathers: a name with several addresses fails with one for each. */
function* chain(error: unknown): Generator<Error> {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    yield current;
    if (current instanceof AggregateError) for (const one of current.errors) yield* chain(one);
    current = current.cause;
  }
}
