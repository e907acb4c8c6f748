import { ApiError } from '../client/apiError.ts';
import type { Desired } from '../client/client.ts';
import type { FieldsV1, KubernetesObject, ManagedFieldsEntry } from '../resources/object.ts';

/** A ConfigMap, as far as the model knows one. */
export interface Thing extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** What the watch brings. */
export interface ModelEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Thing;
}

/** A map of an object whose entries are fields of their own. */
type Part = 'data' | 'labels' | 'annotations';

/** A field, `labels/team`, with its value and the managers that own it: `kubectl Update`. */
interface Field {
  readonly value: string;
  readonly owners: ReadonlySet<string>;
}

interface Stored {
  readonly uid: string;
  readonly version: number;
  readonly deleting: boolean;
  /** Somebody holds its end up. */
  readonly finalizer: boolean;
  readonly fields: ReadonlyMap<string, Field>;
}

/**
 * The API server as an applier sees it, for tests: objects of one resource in one namespace, who owns which field,
 * server-side apply, preconditions, finalizers, and the history that a watch brings.
 */
export class ModelServer {
  readonly history: ModelEvent[] = [];
  readonly #objects = new Map<string, Stored>();
  // No object has ever had resourceVersion 1.
  #version = 1;
  #uids = 0;

  list(): readonly Thing[] {
    return [...this.#objects].map(([name, stored]) => wire(name, stored));
  }

  get(name: string): Thing | undefined {
    const stored = this.#objects.get(name);
    return stored && wire(name, stored);
  }

  /** The value that the manager's last apply gave a field, where it still has it. */
  applied(manager: string, name: string, path: string): string | undefined {
    const field = this.#objects.get(name)?.fields.get(path);
    return field?.owners.has(`${manager} Apply`) ? field.value : undefined;
  }

  /** Server-side apply with force. */
  apply(manager: string, desired: Desired<Thing>): Thing {
    const { name, uid, resourceVersion } = desired.metadata;
    const before = this.#objects.get(name);
    const otherUid = uid !== undefined && uid !== before?.uid;
    const otherVersion =
      before !== undefined && resourceVersion !== undefined && resourceVersion !== String(before.version);
    if (otherUid || otherVersion) throw refusal('apply', name, 409, 'Conflict');
    const me = `${manager} Apply`;
    const wanted = fieldsOf(desired);
    const fields = new Map<string, Field>();
    for (const [path, { value, owners }] of before?.fields ?? []) {
      const mine = wanted.get(path);
      const left = new Set([...owners].filter((owner) => owner !== me && (mine ?? value) === value));
      // What nobody else has goes once it is no longer applied.
      if (mine === undefined && left.size === 0 && owners.has(me)) continue;
      fields.set(path, { value: mine ?? value, owners: mine === undefined ? left : left.add(me) });
    }
    for (const [path, value] of wanted)
      if (!fields.has(path)) fields.set(path, { value, owners: new Set([me]) });
    return this.#store(name, before, fields);
  }

  /** An update: the values that are given, the removal of those that are `undefined`. Makes what is not there. */
  update(manager: string, name: string, changes: Readonly<Record<string, string | undefined>>): Thing {
    const before = this.#objects.get(name);
    const fields = new Map(before?.fields);
    for (const [path, value] of Object.entries(changes)) {
      if (value === undefined) fields.delete(path);
      else if (fields.get(path)?.value !== value)
        fields.set(path, { value, owners: new Set([`${manager} Update`]) });
    }
    return this.#store(name, before, fields);
  }

  /** Forgets who owns what, as a patch of `managedFields` to nothing does. */
  disown(name: string): void {
    const before = this.#objects.get(name);
    if (before === undefined) return;
    const fields = [...before.fields].map(
      ([path, { value }]) => [path, { value, owners: new Set<string>() }] as const,
    );
    this.#store(name, before, new Map(fields));
  }

  /** From now on a delete only begins. */
  hold(name: string): void {
    const before = this.#objects.get(name);
    if (before !== undefined && !before.deleting)
      this.#store(name, { ...before, finalizer: true }, before.fields);
  }

  /** Whoever held objects' ends up lets them go. */
  release(): void {
    for (const [name, stored] of [...this.#objects]) {
      if (stored.deleting) this.#remove(name, stored);
      else if (stored.finalizer) this.#store(name, { ...stored, finalizer: false }, stored.fields);
    }
  }

  delete(
    name: string,
    preconditions: { readonly uid?: string; readonly resourceVersion?: string } = {},
  ): void {
    const stored = this.#objects.get(name);
    if (stored === undefined) throw refusal('delete', name, 404, 'NotFound');
    const { uid = stored.uid, resourceVersion = String(stored.version) } = preconditions;
    if (uid !== stored.uid || resourceVersion !== String(stored.version))
      throw refusal('delete', name, 409, 'Conflict');
    if (!stored.finalizer) this.#remove(name, stored);
    else if (!stored.deleting) this.#store(name, { ...stored, deleting: true }, stored.fields);
  }

  #store(name: string, before: Stored | undefined, fields: ReadonlyMap<string, Field>): Thing {
    const version = ++this.#version;
    const base = before ?? { uid: `uid-${++this.#uids}`, deleting: false, finalizer: false };
    const stored = { ...base, version, fields };
    const added = !this.#objects.has(name);
    this.#objects.set(name, stored);
    const object = wire(name, stored);
    this.history.push({ type: added ? 'ADDED' : 'MODIFIED', object });
    return object;
  }

  #remove(name: string, stored: Stored): void {
    this.#objects.delete(name);
    this.history.push({ type: 'DELETED', object: wire(name, { ...stored, version: ++this.#version }) });
  }
}

function fieldsOf({ data, metadata }: Desired<Thing>): ReadonlyMap<string, string> {
  const { labels = {}, annotations = {} } = metadata;
  const parts: Readonly<Record<Part, Readonly<Record<string, string | undefined>>>> = {
    data: data ?? {},
    labels,
    annotations,
  };
  return new Map(
    Object.entries(parts).flatMap(([part, map]) =>
      Object.entries(map).map(([key, value = '']): [string, string] => [`${part}/${key}`, value]),
    ),
  );
}

function wire(name: string, { uid, version, deleting, fields }: Stored): Thing {
  const map = (part: Part) => {
    const own = [...fields].filter(([path]) => path.startsWith(`${part}/`));
    return Object.fromEntries(own.map(([path, { value }]) => [path.slice(part.length + 1), value]));
  };
  const managers = new Set([...fields.values()].flatMap(({ owners }) => [...owners]));
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'model',
      uid,
      resourceVersion: String(version),
      labels: map('labels'),
      annotations: map('annotations'),
      managedFields: [...managers].map((manager) => entryOf(manager, fields)),
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    data: map('data'),
  };
}

function entryOf(who: string, fields: ReadonlyMap<string, Field>): ManagedFieldsEntry {
  const [manager = '', operation] = who.split(' ');
  const set = (part: Part): FieldsV1 => {
    const own = [...fields].filter(([path, { owners }]) => path.startsWith(`${part}/`) && owners.has(who));
    return Object.fromEntries(own.map(([path]) => [`f:${path.slice(part.length + 1)}`, {}]));
  };
  // An empty set would say that all beneath it is owned.
  const some = (sets: FieldsV1): FieldsV1 =>
    Object.fromEntries(Object.entries(sets).filter(([, below]) => Object.keys(below).length > 0));
  return {
    manager,
    operation: operation === 'Apply' ? 'Apply' : 'Update',
    fieldsType: 'FieldsV1',
    fieldsV1: some({
      'f:data': set('data'),
      'f:metadata': some({ 'f:labels': set('labels'), 'f:annotations': set('annotations') }),
    }),
  };
}

function refusal(verb: string, name: string, status: number, reason: string): ApiError {
  return new ApiError({ verb, kind: 'ConfigMap', name: `model/${name}` }, status, { reason });
}
