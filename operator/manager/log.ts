import { type DestinationStream, type Logger, pino } from 'pino';

export interface LogOptions {
  /** Default `info`. */
  readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * A logger of JSON lines, with times in RFC 3339 and levels in words.
 *
 * Where an object is logged although it should not be, what may be secret in it is replaced: a Secret's `data` and
 * `stringData`, tokens, passwords and credentials. It is a net beneath the rule that none of these is logged, no more:
 * text inside a message is not looked at.
 */
export function createLog({ level = 'info', destination }: LogOptions = {}): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorLine },
      redact: { paths: secretPaths, censor: '(redacted)' },
    },
    destination ?? pino.destination(1),
  );
}

const secretKeys = [
  'data',
  'stringData',
  'token',
  'password',
  'authorization',
  'clientKey',
  'client-key-data',
];
const secretPaths = secretKeys.flatMap((key) => {
  const quoted = /^\w+$/.test(key) ? key : `["${key}"]`;
  const join = quoted.startsWith('[') ? '' : '.';
  return [quoted, `*${join}${quoted}`, `*.*${join}${quoted}`];
});

/** An error's name, message and stack, and those of its causes: not its other properties, which may be anything. */
function errorLine(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' ? typeof error : String(error);
  const line = { type: error.name, message: error.message, stack: error.stack };
  return error.cause === undefined || depth >= 3
    ? line
    : { ...line, cause: errorLine(error.cause, depth + 1) };
}
