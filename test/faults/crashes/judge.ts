import { quantity } from '../../../controllers/project/plan/quota/quantity.ts';
import { quotaName } from '../../../controllers/project/plan/quotaShares.ts';
import { labels } from '../../../crds/project/names.ts';
import type { Change } from './history.ts';
import { openings } from './reach.ts';
import { namespaceOf, type Room, Rooms, type Version } from './rooms.ts';

/** What was found wrong, each at one instant, and how much was looked at. */
export interface Judgement {
  /** Namespaces open to what their Project forbids. */
  readonly open: readonly string[];
  /** Writes of ours after which environments count for more than the Project has. */
  readonly exceeded: readonly string[];
  /** RoleBindings before the walls, the quota or the pod security of their namespace. */
  readonly early: readonly string[];
  /** Changes after each of which what it touches was looked at. */
  readonly instants: number;
  /** Instants at which the walls of a namespace were evaluated anew. */
  readonly walls: number;
  readonly quotaWrites: number;
  readonly grants: number;
  /** Pods that people got to start. */
  readonly pods: number;
}

/** Goes through a history, instant by instant. */
export function judge(history: readonly Change[]): Judgement {
  const rooms = new Rooms();
  const open: string[] = [];
  const exceeded: string[] = [];
  const early: string[] = [];
  const looked = new Map<string, { readonly walls: unknown; readonly versions: unknown }>();
  const counts = { walls: 0, quotaWrites: 0, grants: 0, pods: 0 };
  /** What each RoleBinding gives to whom, by its namespace and name. */
  const given = new Map<string, string>();
  for (const change of history) {
    const { type, kind, object, version } = change;
    const before = sumBefore(rooms, change);
    const touched = rooms.take(change);
    const where = `at ${version}, ${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name} ${type}`;
    for (const name of touched) {
      const room = rooms.get(name);
      if (!isInhabited(room)) {
        looked.delete(name);
        continue;
      }
      const last = looked.get(name);
      if (last?.walls === room.policies && last.versions === room.versions) continue;
      looked.set(name, { walls: room.policies, versions: room.versions });
      counts.walls += 1;
      const found = openings(room);
      if (found.length > 0) open.push(`${where}: ${found.slice(0, 3).join(', ')} (${found.length} in all)`);
    }
    if (before !== undefined) {
      counts.quotaWrites += 1;
      exceeded.push(...growthBeyond(rooms, before, where));
    }
    if (gives(given, change) && isGrant(rooms, change)) {
      counts.grants += 1;
      const lacks = lacking(
        rooms.get(object.metadata.namespace ?? ''),
        object.metadata.labels?.[labels.owner] ?? '',
      );
      if (lacks !== undefined) early.push(`${where}: ${lacks}`);
    }
    if (kind === 'Pod' && type === 'ADDED') counts.pods += 1;
  }
  return { open, exceeded, early, instants: history.length, ...counts };
}

/**
 * Whether something may run there: a pod does, or the Project has given somebody access, or its walls have stood once. Before
 * that only those can start anything who may do so in every namespace of the cluster. What terminates takes nothing new.
 */
function isInhabited({ uid, terminating, walled, bindings, pods, versions }: Room): boolean {
  if (uid === undefined || versions.length === 0) return false;
  return pods.size > 0 || (!terminating && (walled || [...bindings.values()].some((owner) => owner !== '')));
}

/** Whether somebody has what he had not before: a finalizer that is put on what stands already gives nobody anything. */
function gives(given: Map<string, string>, { kind, type, object }: Change): boolean {
  if (kind !== 'RoleBinding') return false;
  const { metadata, roleRef, subjects } = object;
  const key = `${metadata.namespace}/${metadata.name}`;
  const before = given.get(key);
  const now = JSON.stringify([metadata.uid, roleRef, subjects]);
  if (type === 'DELETED') given.delete(key);
  else given.set(key, now);
  return type !== 'DELETED' && now !== before;
}

/** A RoleBinding of ours, where people can still use it. What a namespace that goes has left is gone through by others. */
function isGrant(rooms: Rooms, { kind, type, object: { metadata } }: Change): boolean {
  if (kind !== 'RoleBinding' || type === 'DELETED' || metadata.labels?.[labels.owner] === undefined)
    return false;
  return !rooms.get(metadata.namespace ?? '').terminating;
}

interface Sum {
  /** Of the Project that holds the namespace; undefined where nobody does. */
  readonly uid: string | undefined;
  readonly amounts: ReadonlyMap<string, bigint>;
}

/** What the environments count for before a write of ours to a quota; undefined for any other change. */
function sumBefore(rooms: Rooms, { kind, type, object }: Change): Sum | undefined {
  if (kind !== 'ResourceQuota' || type === 'DELETED' || object.metadata.name !== quotaName) return undefined;
  const room = rooms.get(object.metadata.namespace ?? '');
  if (JSON.stringify(object.spec?.hard) === JSON.stringify(room.quota?.spec?.hard)) return undefined;
  const uid = room.labels[labels.owner] || undefined;
  return { uid, amounts: sumOf(rooms, uid) };
}

function growthBeyond(rooms: Rooms, { uid, amounts }: Sum, where: string): readonly string[] {
  if (uid === undefined) return [`${where}: nobody holds the namespace`];
  return [...sumOf(rooms, uid)].flatMap(([resource, after]) => {
    const before = amounts.get(resource) ?? 0n;
    const totals = rooms.versionsOf(uid).map(({ spec }) => quantity(spec.quota?.hard[resource] ?? '0').nano);
    const total = totals.reduce((most, one) => (one > most ? one : most), 0n);
    return after > before && after > total
      ? [`${where}: ${resource} from ${before} to ${after} of ${total}`]
      : [];
  });
}

/** Per resource of the Project's total the sum of max(spec.hard, status.hard, status.used), in 10⁻⁹. */
function sumOf(rooms: Rooms, uid: string | undefined): ReadonlyMap<string, bigint> {
  if (uid === undefined) return new Map();
  const resources = new Set(rooms.versionsOf(uid).flatMap(({ spec }) => Object.keys(spec.quota?.hard ?? {})));
  const counted = (room: Room, resource: string) => {
    const { spec, status } = room.quota ?? {};
    return [spec?.hard, status?.hard, status?.used]
      .map((amounts) => quantity(amounts?.[resource] ?? '0').nano)
      .reduce((most, one) => (one > most ? one : most));
  };
  const held = rooms.claimedBy(uid);
  return new Map(
    [...resources].map((resource) => [
      resource,
      held.reduce((sum, room) => sum + counted(room, resource), 0n),
    ]),
  );
}

/** What a RoleBinding should have waited for; undefined if all of it stands as one of the specs has it. */
function lacking(room: Room, owner: string): string | undefined {
  if (room.labels[labels.owner] !== owner) return 'the namespace is not held by its Project';
  if (room.versions.length === 0) return 'no Project has this environment';
  const found = room.versions.map((version) => missing(room, version));
  return found.some((one) => one === undefined) ? undefined : found.at(-1);
}

function missing(room: Room, { project, spec }: Version): string | undefined {
  const environment = spec.environments.find((one) => namespaceOf(project, one) === room.name);
  if (environment === undefined) return 'no such environment';
  const isolation = environment.network?.isolation ?? spec.network.isolation;
  const level = environment.podSecurity ?? spec.podSecurity;
  const limited = Object.keys({ ...spec.quota?.hard, ...environment.quota?.hard });
  if (isolation === 'Strict' && !room.policies.has('mainstay-isolation')) return 'there is no wall';
  if (room.labels[labels.isolation] !== isolation) return 'the namespace does not say how it is isolated';
  if (room.labels['pod-security.kubernetes.io/enforce'] !== level) return 'pod security is not enforced';
  if (limited.some((resource) => room.quota?.status?.hard?.[resource] === undefined))
    return 'no quota is enforced';
  if (spec.limits !== undefined && room.limits.size === 0) return 'there are no limits';
  return undefined;
}
