import { quotaName } from '../../../controllers/project/plan/quotaShares.ts';
import type { Project } from '../../../controllers/project/project.ts';
import { labels } from '../../../crds/project/names.ts';
import type { ProjectSpec } from '../../../crds/project/schema.ts';
import type { NetworkPolicy, ResourceQuota } from '../../../operator/index.ts';
import type { Change } from './history.ts';

/** A spec that a Project has had. */
export interface Version {
  readonly project: string;
  readonly uid: string;
  readonly generation: number;
  readonly spec: ProjectSpec;
}

/** A namespace that is, was or will be an environment, with what is in it at one instant. */
export interface Room {
  readonly name: string;
  /** Undefined while there is no such namespace. */
  readonly uid: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
  /** A wall of this namespace has been seen: from then on there is one. */
  readonly walled: boolean;
  readonly policies: ReadonlyMap<string, NetworkPolicy>;
  readonly quota: ResourceQuota | undefined;
  readonly limits: ReadonlySet<string>;
  readonly bindings: ReadonlyMap<string, string | undefined>;
  readonly pods: ReadonlySet<string>;
  /**
   * What people can have asked for here: the last spec of which a Project said that its walls stand, and those after it,
   * which the operator may have acted on already or not yet.
   */
  readonly versions: readonly Version[];
}

const empty: Omit<Room, 'name'> = {
  uid: undefined,
  labels: {},
  terminating: false,
  walled: false,
  policies: new Map(),
  quota: undefined,
  limits: new Set(),
  bindings: new Map(),
  pods: new Set(),
  versions: [],
};

/** What stands in the cluster at one instant after another, as the changes of a history are taken in one by one. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  /** By the Project's UID: the last spec that its status speaks of, and those after it. */
  readonly #versions = new Map<string, readonly Version[]>();

  get(name: string): Room {
    return this.#rooms.get(name) ?? { ...empty, name };
  }

  /** Those that bear the Project's claim. */
  claimedBy(uid: string): readonly Room[] {
    return [...this.#rooms.values()].filter(
      (room) => room.uid !== undefined && room.labels[labels.owner] === uid,
    );
  }

  versionsOf(uid: string): readonly Version[] {
    return this.#versions.get(uid) ?? [];
  }

  /** Takes a change in, and gives the names of the rooms that it touches. */
  take(change: Change): readonly string[] {
    const gone = change.type === 'DELETED';
    const { name, namespace = '', labels: marks = {}, uid, deletionTimestamp } = change.object.metadata;
    switch (change.kind) {
      case 'Project':
        return gone ? [] : this.#takeProject(change.object);
      case 'Namespace': {
        const before = this.get(name);
        const same = before.uid === uid;
        return this.#set(name, {
          uid: gone ? undefined : uid,
          labels: gone ? {} : marks,
          terminating: deletionTimestamp !== undefined,
          walled: same && before.walled && !gone,
        });
      }
      case 'NetworkPolicy':
        return this.#set(namespace, {
          policies: withEntry(this.get(namespace).policies, name, gone ? undefined : change.object),
          walled: true,
        });
      case 'ResourceQuota':
        return name === quotaName ? this.#set(namespace, { quota: gone ? undefined : change.object }) : [];
      case 'LimitRange':
        return this.#set(namespace, { limits: withMember(this.get(namespace).limits, name, !gone) });
      case 'RoleBinding':
        return this.#set(namespace, {
          bindings: withEntry(
            this.get(namespace).bindings,
            name,
            gone ? undefined : (marks[labels.owner] ?? ''),
          ),
        });
      case 'Pod':
        return this.#set(namespace, { pods: withMember(this.get(namespace).pods, name, !gone) });
    }
  }

  #takeProject({ metadata, spec, status }: Project): readonly string[] {
    const { name, uid = '', generation = 0 } = metadata;
    const versions = this.versionsOf(uid);
    const touched = new Set<string>();
    const add = (room: Room, next: readonly Version[]) => {
      if (next.length === room.versions.length && next.every((one, index) => one === room.versions[index]))
        return;
      this.#set(room.name, { versions: next });
      touched.add(room.name);
    };
    let version = versions.find((one) => one.generation === generation);
    if (version === undefined) {
      version = { project: name, uid, generation, spec };
      this.#versions.set(uid, [...versions, version]);
      for (const environment of spec.environments) {
        const room = this.get(namespaceOf(name, environment));
        add(room, [...room.versions, version]);
      }
    }
    const observed = status?.observedGeneration ?? 0;
    this.#versions.set(uid, since(this.versionsOf(uid), uid, observed));
    const walls = status?.conditions?.find(({ type }) => type === 'NetworkReady');
    if (walls?.status === 'True') {
      for (const room of this.#rooms.values())
        add(room, since(room.versions, uid, walls.observedGeneration ?? 0));
    }
    return [...touched];
  }

  #set(name: string, part: Partial<Room>): readonly string[] {
    this.#rooms.set(name, { ...this.get(name), ...part });
    return [name];
  }
}

export function namespaceOf(project: string, environment: ProjectSpec['environments'][number]): string {
  return environment.namespace ?? `${project}-${environment.name}`;
}

/** Without what came before that version, if it is among them. */
function since(versions: readonly Version[], uid: string, generation: number): readonly Version[] {
  const index = versions.findIndex((one) => one.uid === uid && one.generation === generation);
  return index <= 0 ? versions : versions.slice(index);
}

function withEntry<T>(
  map: ReadonlyMap<string, T>,
  key: string,
  value: T | undefined,
): ReadonlyMap<string, T> {
  const next = new Map(map);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

function withMember(set: ReadonlySet<string>, key: string, present: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (present) next.add(key);
  else next.delete(key);
  return next;
}
