import { setTimeout as pause } from 'node:timers/promises';
import { isMutating, readAuditLog } from '../../cluster/index.ts';
import { operatorUser } from '../../crds/project/admission.ts';
import { benchAgent, type Scene } from './scene.ts';

/** What the contestant asked of the API server since a time, as the audit log has it. */
export interface Requests {
  /** Writes, without those to the Lease and events. */
  readonly mutating: number;
  /** By verb and resource, such as `patch networkpolicies`. */
  readonly byKind: ReadonlyMap<string, number>;
  /** When the last of all was made but renewals of the Lease and watches; milliseconds since the epoch. */
  readonly lastAt: number | undefined;
  /** When the Lease was first written; milliseconds since the epoch. */
  readonly leaseAt: number | undefined;
}

/** @param since milliseconds since the epoch. */
async function requestsSince(scene: Scene, since: number): Promise<Requests> {
  const all = (await readAuditLog(scene.cluster.auditLog))
    .map((request) => ({ ...request, at: Date.parse(request.time) }))
    .filter(({ user, userAgent, at }) => user === operatorUser && userAgent !== benchAgent && at >= since);
  const work = all.filter(({ resource, verb }) => resource !== 'leases' && verb !== 'watch');
  const writes = work.filter((request) => isMutating(request) && request.resource !== 'events');
  const byKind = new Map<string, number>();
  for (const { verb, resource } of writes) {
    const kind = `${verb} ${resource}`;
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  }
  const lease = all.find(
    ({ resource, verb }) =>
      resource === 'leases' && (verb === 'update' || verb === 'create' || verb === 'patch'),
  );
  return { mutating: writes.length, byKind, lastAt: work.at(-1)?.at, leaseAt: lease?.at };
}

/** Resolves when `calm` milliseconds have passed without a request, and `begun` is true of those before. */
export async function untilQuiet(
  scene: Scene,
  since: number,
  calm: number,
  begun: (requests: Requests) => boolean = () => true,
): Promise<Requests> {
  for (;;) {
    const requests = await requestsSince(scene, since);
    if (begun(requests) && (requests.lastAt ?? 0) < Date.now() - calm) return requests;
    await pause(calm / 2);
  }
}
