/** The API's reasons, each with the status code it comes with and whether trying the same again can help. */
const reasons = {
  BadRequest: { status: 400, transient: false },
  Unauthorized: { status: 401, transient: true },
  Forbidden: { status: 403, transient: false },
  NotFound: { status: 404, transient: false },
  MethodNotAllowed: { status: 405, transient: false },
  NotAcceptable: { status: 406, transient: false },
  Conflict: { status: 409, transient: true },
  AlreadyExists: { status: 409, transient: false },
  Gone: { status: 410, transient: true },
  Expired: { status: 410, transient: true },
  RequestEntityTooLarge: { status: 413, transient: false },
  UnsupportedMediaType: { status: 415, transient: false },
  Invalid: { status: 422, transient: false },
  TooManyRequests: { status: 429, transient: true },
  Unknown: { status: 500, transient: true },
  InternalError: { status: 500, transient: true },
  ServerTimeout: { status: 500, transient: true },
  StoreReadError: { status: 500, transient: true },
  BadGateway: { status: 502, transient: true },
  ServiceUnavailable: { status: 503, transient: true },
  Timeout: { status: 504, transient: true },
} as const;

/** Why the API server refused. A reason of a newer server that is not in the table counts by its status code. */
export type ApiReason = keyof typeof reasons;

/** True if the same request may succeed later without anybody changing it. */
export function isTransientReason(reason: ApiReason): boolean {
  return reasons[reason].transient;
}

/** The reason the server gave, or else that of the status code. */
export function reasonOfStatus(status: number, given: string | undefined): ApiReason {
  if (given !== undefined && given !== 'Unknown' && isReason(given)) return given;
  return byStatus.get(status) ?? (status >= 400 && status < 500 ? 'BadRequest' : 'Unknown');
}

function isReason(text: string): text is ApiReason {
  return Object.hasOwn(reasons, text);
}

/** The first reason of each status in the table; 409 alone does not mean that the object exists. */
const byStatus: ReadonlyMap<number, ApiReason> = new Map(
  Object.entries(reasons)
    .toReversed()
    .flatMap(([reason, { status }]) => (isReason(reason) ? [[status, reason] as const] : [])),
);
