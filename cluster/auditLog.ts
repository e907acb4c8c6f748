import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One request, as the API server's audit log tells it: who did what, and how it was answered. */
export interface AuditedRequest {
  /** When it arrived, ISO 8601. */
  readonly time: string;
  readonly user: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  /** The API group, empty for the core one. */
  readonly group: string;
  /** The plural, with the subresource if there is one: `deployments/status`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** The HTTP status of the answer. */
  readonly code: number;
  /** What the answer said where it refused; else empty. */
  readonly message: string;
  readonly userAgent: string;
  readonly dryRun: boolean;
}

/**
 * Reads the audit log of a cluster that was started with `auditLog: true`. A request is in it once it has been
 * answered: what somebody else's request did may be seen a moment before its line. A watch is in it once it has ended.
 *
 * ```ts
 * const requests = await readAuditLog(cluster.auditLog);
 * const writes = requests.filter((request) => isMutating(request) && request.user === user);
 * ```
 */
export async function readAuditLog(path: string | undefined): Promise<readonly AuditedRequest[]> {
  if (path === undefined) throw new Error('the cluster writes no audit log: start it with `auditLog: true`');
  const requests: AuditedRequest[] = [];
  const stream = createReadStream(path);
  for await (const line of createInterface({ input: stream })) {
    const request = auditedRequest(line);
    if (request !== undefined) requests.push(request);
  }
  return requests;
}

/** One line of the log; undefined where it tells of no object, or is still being written. */
export function auditedRequest(line: string): AuditedRequest | undefined {
  const event = parsed(line);
  return event?.objectRef === undefined ? undefined : requestOf(event, event.objectRef);
}

/** Whether the request changed, or tried to change, what the API server stores. A dry run does not. */
export function isMutating({ verb, dryRun, resource }: AuditedRequest): boolean {
  if (dryRun || reviews.has(resource)) return false;
  return ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb);
}

/** Questions that are asked by POST. */
const reviews: ReadonlySet<string> = new Set([
  'tokenreviews',
  'subjectaccessreviews',
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
  'localsubjectaccessreviews',
]);

/** As much of audit.k8s.io/v1 Event as is read here. */
interface AuditEvent {
  readonly requestReceivedTimestamp: string;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly objectRef?: ObjectReference;
}

interface ObjectReference {
  readonly apiGroup?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Undefined for a last line that is still being written. */
function parsed(line: string): AuditEvent | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function requestOf(event: AuditEvent, object: ObjectReference): AuditedRequest {
  return {
    time: event.requestReceivedTimestamp,
    user: event.user.username,
    verb: event.verb,
    group: object.apiGroup ?? '',
    resource: object.subresource === undefined ? object.resource : `${object.resource}/${object.subresource}`,
    namespace: object.namespace,
    name: object.name,
    code: event.responseStatus?.code ?? 0,
    message: event.responseStatus?.message ?? '',
    userAgent: event.userAgent ?? '',
    dryRun: new URL(event.requestURI, 'https://localhost').searchParams.has('dryRun'),
  };
}
