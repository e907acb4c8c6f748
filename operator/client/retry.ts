import { isConnectionError } from '../transport/connectionError.ts';
import { isApiError } from './apiError.ts';
import { isTransientReason } from './reasons.ts';

/** What matters about a request when it comes to sending it again. */
interface Attempt {
  /** Doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
  /** Times it was sent already. */
  readonly sent: number;
  /** Milliseconds left until its deadline. */
  readonly remaining: number;
}

/** Retries of one request, at most. More is the work queue's affair. */
const mostRetries = 4;

/**
 * Milliseconds to wait before a request is sent again, or `undefined` to give its error to the caller.
 *
 * 429 with Retry-After: the server did not look at the request, so anything may be sent again. (Without the header it
 * is an answer, as an eviction gets from a disruption budget.) 503 with Retry-After: only what is idempotent. A reused
 * connection that the server was just closing: once, if idempotent. Never past the deadline.
 */
export function retryDelay(error: unknown, { idempotent, sent, remaining }: Attempt): number | undefined {
  if (sent > mostRetries) return undefined;
  if (isApiError(error) && error.retryAfter !== undefined) {
    const again = error.status === 429 || (error.status === 503 && idempotent);
    return again && error.retryAfter < remaining ? error.retryAfter : undefined;
  }
  return idempotent && sent === 1 && isConnectionError(error, 'cut') ? 0 : undefined;
}

/** True for an error that time may heal: no answer, too many requests, a server in trouble, a conflict. */
export function isTransient(error: unknown): boolean {
  return isConnectionError(error) || (isApiError(error) && isTransientReason(error.reason));
}

/** The milliseconds of a Retry-After header: seconds, or a date by the clock of the wall. */
export function parseRetryAfter(header: string | undefined, wallClock = Date.now()): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallClock);
}
