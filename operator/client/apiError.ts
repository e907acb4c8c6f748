import { type ApiReason, reasonOfStatus } from './reasons.ts';

/** What a `Status` of the API server says beyond reason and message. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly StatusCause[];
}

/** One field that was refused, and why: `FieldValueInvalid`, `FieldManagerConflict`, … */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** `Status`, which the API server answers with instead of an object. */
export interface Status {
  readonly kind: 'Status';
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: StatusDetails;
}

/** What was asked for, as the error's message names it. */
export interface RequestSubject {
  /** `get`, `apply`, `delete`, … */
  readonly verb: string;
  /** The kind, or the path where there is none. */
  readonly kind: string;
  /** `namespace/name`, `name`, or a namespace's list; empty for a list of everything. */
  readonly name: string;
}

/**
 * The API server refused a request. `reason` is the API's own word for why (`NotFound`, `Conflict`, `Forbidden`, …), or
 * the status code's where a proxy answered.
 */
export class ApiError extends Error {
  readonly reason: ApiReason;
  /** The HTTP status code. */
  readonly status: number;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;
  readonly details: StatusDetails;
  readonly subject: RequestSubject;

  constructor(subject: RequestSubject, status: number, body: Partial<Status>, retryAfter?: number) {
    const reason = reasonOfStatus(status, body.reason);
    super(`${describeSubject(subject)}: ${explain(subject, reason, body.message)}`);
    this.name = 'ApiError';
    this.subject = subject;
    this.status = status;
    this.reason = reason;
    this.details = body.details ?? {};
    const seconds = this.details.retryAfterSeconds;
    this.retryAfter = retryAfter ?? (seconds === undefined || seconds === 0 ? undefined : seconds * 1000);
  }
}

/** True if the error is an answer of the API server. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

/** There is no such object, or no such resource. */
export function isNotFound(error: unknown): error is ApiError {
  return isApiError(error) && error.status === 404;
}

/** A create found the object there already. */
export function isAlreadyExists(error: unknown): error is ApiError {
  return isApiError(error) && error.reason === 'AlreadyExists';
}

/** The object changed since it was read, a precondition does not hold, or another manager owns a field. */
export function isConflict(error: unknown): error is ApiError {
  return isApiError(error) && error.reason === 'Conflict';
}

/** RBAC, admission or quota refuses it. */
export function isForbidden(error: unknown): error is ApiError {
  return isApiError(error) && error.status === 403;
}

/** The object breaks its schema or a validation rule; `details.causes` names the fields. */
export function isInvalid(error: unknown): error is ApiError {
  return isApiError(error) && error.reason === 'Invalid';
}

/** The resourceVersion or the continue token is older than what the server remembers. */
export function isExpired(error: unknown): error is ApiError {
  return isApiError(error) && error.status === 410;
}

export function isTooManyRequests(error: unknown): error is ApiError {
  return isApiError(error) && error.status === 429;
}

/** Nothing new can be made in a namespace that is being deleted. */
export function isNamespaceTerminating(error: unknown): error is ApiError {
  return (
    isForbidden(error) &&
    (error.details.causes ?? []).some((cause) => cause.reason === 'NamespaceTerminating')
  );
}

/** `cannot get ConfigMap shop/settings`. */
export function describeSubject({ verb, kind, name }: RequestSubject): string {
  return `cannot ${verb} ${kind}${name === '' ? '' : ` ${name}`}`;
}

/** Reasons whose messages may quote what was sent. */
const quoting: ReadonlySet<string> = new Set([
  'BadRequest',
  'Invalid',
  'InternalError',
  'Unknown',
  'UnsupportedMediaType',
]);

/** What RBAC and quota say when they forbid a Secret. Whatever else forbids it, an admission policy say, may quote it. */
const harmlessRefusals = [
  /^secrets( "[\w.-]+")? is forbidden: User "[^"]+" cannot \w+ resource "secrets" in API group "" (in the namespace "[\w-]+"|at the cluster scope)$/,
  /^secrets "[\w.-]+" is forbidden: exceeded quota: [\w.-]+, requested: [a-z/]+=\d+, used: [a-z/]+=\d+, limited: [a-z/]+=\d+$/,
  /^secrets "[\w.-]+" is forbidden: unable to create new content in namespace [\w-]+ because it is being terminated$/,
];

function mayQuote(reason: ApiReason, message: string): boolean {
  if (reason === 'Forbidden') return !harmlessRefusals.some((refusal) => refusal.test(message));
  return quoting.has(reason);
}

function explain({ kind }: RequestSubject, reason: ApiReason, message: string | undefined): string {
  if (message === undefined || message === '') return reason;
  if (kind === 'Secret' && mayQuote(reason, message)) {
    return `${reason} (the server's message is withheld, since it may quote the Secret)`;
  }
  return `${reason}: ${message}`;
}
