import type { WriteInFlight } from '../client/writeObserver.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../resources/object.ts';
import type { Change, ChangeHandler } from './change.ts';
import { OwnWrites, sameState } from './ownWrites.ts';
import { compareResourceVersions } from './resourceVersion.ts';
import { type Indexes, Store } from './store.ts';

interface CacheOptions<T extends KubernetesObject, IndexName extends string> {
  readonly indexes: Indexes<T, IndexName>;
  /** Whether an object of our own making is one that the watch would bring. Asked of it as the server answered it. */
  readonly selects: (object: T) => boolean;
  /** Makes what the server sent fit for the cache. Default: it is. Must not throw. */
  readonly admit?: (object: T) => T;
  /** Must not throw. */
  readonly onChange: ChangeHandler<T>;
}

/**
 * The objects of a watch with our own writes on top: for each object the newer of what the watch brought and what the
 * server answered to a write of ours. No input or output: the reflector feeds it what the server says, the client what
 * was written.
 *
 * Invariants: an object never goes back to a state from before an own write that was answered. Handlers hear of each
 * own write once, and of everything that others did.
 */
export class Cache<T extends KubernetesObject, IndexName extends string = never> {
  /** What readers see. */
  readonly store: Store<T, IndexName>;
  readonly #options: CacheOptions<T, IndexName>;
  readonly #admit: (object: T) => T;
  /** Only of objects that have an own write on the way; their entry in the store is what `current` says. */
  readonly #ownWrites = new Map<ObjectKey, OwnWrites<T>>();
  /** Of which object the watch is to bring a version; what is missing here is read as any other event. */
  readonly #expected = new Map<string, ObjectKey>();
  readonly #inFlight = new Map<ObjectKey, InFlight<T>>();
  /** How far the watch is; `undefined` before the first list. */
  #progress: string | undefined;
  /** Counts what happens, so that a write can be told to be before or after a list's beginning. */
  #moment = 0;
  #list: { readonly began: number; readonly keys: Set<ObjectKey> } | undefined;
  #listedOnce = false;

  constructor(options: CacheOptions<T, IndexName>) {
    this.#options = options;
    this.#admit = options.admit ?? ((object) => object);
    this.store = new Store(options.indexes);
  }

  /** Own writes that the watch has not brought back. */
  get unconfirmed(): number {
    return this.#ownWrites.size;
  }

  /** A list is about to be asked for. It replaces everything, page by page, and what it lacks at its end. */
  beginList(): void {
    this.#list = { began: ++this.#moment, keys: new Set() };
  }

  /** One page of the list, with the list's resourceVersion. */
  addPage(items: readonly T[], resourceVersion: string): void {
    for (const item of items) {
      const key = keyOf(item);
      this.#list?.keys.add(key);
      this.#listed(key, this.#admit(item), resourceVersion);
    }
  }

  endList(resourceVersion: string): void {
    const seen = this.#list?.keys ?? new Set();
    for (const key of [...this.store.keys(), ...this.#ownWrites.keys()]) {
      if (!seen.has(key)) this.#listed(key, undefined, resourceVersion);
    }
    this.#list = undefined;
    this.#listedOnce = true;
    this.#progress = resourceVersion;
  }

  /** The resource is not served: a list of nothing, which says nothing of what the watch is up to. */
  absent(): void {
    this.beginList();
    this.endList('');
    this.#progress = undefined;
  }

  /** The watch brought an object that is there, or is gone. */
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', sent: T, resourceVersion: string): void {
    this.#progress = resourceVersion;
    const object = this.#admit(sent);
    const key = keyOf(object);
    const gone = type === 'DELETED';
    const before = this.store.get(key);
    const own = this.#ownWrites.get(key);
    if (own === undefined) {
      // A watch that is resumed may bring again what it brought before.
      if (!gone && before?.metadata.resourceVersion === resourceVersion) return;
      this.#show(key, gone ? undefined : object);
      this.#tell(key, 'watch', { before, known: before, event: object });
      return;
    }
    const known = own.base;
    const echo = own.seen(object, resourceVersion, gone);
    this.#settle(key, own, before);
    // An echo tells handlers nothing that the answer to the write did not.
    if (!echo) this.#tell(key, 'watch', { before, known, event: object });
  }

  /**
   * The watch brought this version of an object, of which only that is known. True if it is what a write of ours was
   * answered with: then there is nothing more to know of it. Else it is to be read, and given to `event`.
   */
  echo(resourceVersion: string, names: (uid: string) => boolean): boolean {
    const key = this.#expected.get(resourceVersion);
    const own = key === undefined ? undefined : this.#ownWrites.get(key);
    const object = own?.answer(resourceVersion);
    if (key === undefined || own === undefined || object === undefined) return false;
    if (object.metadata.uid === undefined || !names(object.metadata.uid)) return false;
    this.#expected.delete(resourceVersion);
    this.#progress = resourceVersion;
    const before = this.store.get(key);
    own.seen(object, resourceVersion, false);
    this.#settle(key, own, before);
    return true;
  }

  /** The watch has brought everything up to there. */
  bookmark(resourceVersion: string): void {
    this.#progress = resourceVersion;
    for (const [key, own] of this.#ownWrites) {
      const before = this.store.get(key);
      own.bookmark(resourceVersion);
      this.#settle(key, own, before);
      if (this.store.get(key) !== before) this.#tell(key, 'watch', { before, known: before });
    }
  }

  /** A write to the object is about to be sent: see `WriteObserver`. */
  beginWrite(key: ObjectKey): WriteInFlight<T> {
    const inFlight = this.#inFlight.get(key) ?? { writes: 0, held: [], own: [] };
    this.#inFlight.set(key, inFlight);
    inFlight.writes++;
    return {
      wrote: (object) => {
        inFlight.own.push({ resourceVersion: object.metadata.resourceVersion });
        this.observeWrite(object);
      },
      deleted: (uid) => {
        inFlight.own.push({ deleted: uid });
        this.observeDelete(key, uid);
      },
      end: () => {
        inFlight.writes--;
        if (inFlight.writes > 0) return;
        this.#inFlight.delete(key);
        for (const held of inFlight.held) this.#options.onChange(attributed(held, inFlight));
      },
    };
  }

  /** The server answered a write of ours with this. */
  observeWrite(answer: T): void {
    const { resourceVersion } = answer.metadata;
    const key = keyOf(answer);
    const before = this.store.get(key);
    const own = this.#ownWrites.get(key) ?? new OwnWrites(before);
    if (resourceVersion === undefined || this.#knows(resourceVersion, own.base)) return;
    const object = this.#admit(answer);
    const selected = this.#options.selects(answer);
    own.written({ object, resourceVersion, selected, at: ++this.#moment });
    this.#ownWrites.set(key, own);
    this.#expected.set(resourceVersion, key);
    const after = own.current;
    this.#show(key, after);
    if (after !== before) this.#tell(key, 'own', { before, known: before, event: object });
  }

  /** The server answered that the object of that UID is deleted; without one, whichever was there. */
  observeDelete(key: ObjectKey, uid: string | undefined): void {
    const before = this.store.get(key);
    const known = this.#ownWrites.get(key);
    const deleted = uid ?? before?.metadata.uid;
    if (deleted === undefined) return;
    // The watch may have brought what came after the deletion, or the deletion itself.
    if (before !== undefined && before.metadata.uid !== deleted && !known?.knows(deleted)) return;
    if (before === undefined && this.#inFlight.get(key)?.held.some(({ change }) => isEndOf(change, deleted)))
      return;
    const own = known ?? new OwnWrites(before);
    own.deleted(deleted, ++this.#moment);
    this.#ownWrites.set(key, own);
    this.#show(key, own.current);
    if (this.store.get(key) !== before) this.#tell(key, 'own', { before, known: before });
  }

  /** True if the watch has brought that state of an object, or a later one. Where it cannot be told the watch is believed. */
  #knows(resourceVersion: string, base: T | undefined): boolean {
    const known = [this.#progress, base?.metadata.resourceVersion];
    return known.some(
      (version) => version !== undefined && (compareResourceVersions(version, resourceVersion) ?? 0) >= 0,
    );
  }

  #listed(key: ObjectKey, item: T | undefined, resourceVersion: string): void {
    const before = this.store.get(key);
    const own = this.#ownWrites.get(key);
    if (own === undefined) {
      if (sameState(before, item)) return;
      this.#show(key, item);
      this.#tell(key, 'watch', { before, known: before });
      return;
    }
    const known = own.base;
    const explained = own.listed(item, resourceVersion, this.#list?.began ?? 0);
    this.#settle(key, own, before);
    // What happened between two lists is not known, so all that our writes do not explain may be of others.
    if (!explained || this.store.get(key) !== before) this.#tell(key, 'watch', { before, known });
  }

  /** Brings the store up to what the own writes and the watch say now. */
  #settle(key: ObjectKey, own: OwnWrites<T>, before: T | undefined): void {
    if (own.isEmpty) this.#ownWrites.delete(key);
    if (this.#ownWrites.size === 0 || this.#expected.size > mostExpected) this.#expected.clear();
    const after = own.current;
    // The same state twice: the object that readers know stays.
    if (!sameState(before, after)) this.#show(key, after);
  }

  #show(key: ObjectKey, object: T | undefined): void {
    if (object === undefined) this.store.delete(key);
    else this.store.set(key, object);
  }

  /** Tells handlers what the store says now, where it said `before`; the watch may have known an earlier state. */
  #tell(key: ObjectKey, origin: 'watch' | 'own', { before, known, event }: States<T>): void {
    const after = this.store.get(key);
    const from = { origin, initial: !this.#listedOnce };
    if (after !== undefined) {
      const change: Change<T> =
        before === undefined || known === undefined
          ? { ...from, type: 'Added', object: after }
          : { ...from, type: 'Modified', object: after, previous: known };
      this.#deliver(key, change, event);
    } else if (before !== undefined) {
      this.#deliver(key, { ...from, type: 'Deleted', object: event ?? before }, event);
    }
  }

  #deliver(key: ObjectKey, change: Change<T>, event: T | undefined): void {
    const inFlight = this.#inFlight.get(key);
    if (inFlight === undefined || change.origin === 'own') this.#options.onChange(change);
    else inFlight.held.push({ change, event });
  }
}

/** Versions that are waited for at most; beyond it some echoes are read in full. */
const mostExpected = 10_000;

interface States<T> {
  readonly before: T | undefined;
  readonly known: T | undefined;
  /** What the server said of the object, if it was one event that caused the change. */
  readonly event?: T;
}

interface InFlight<T extends KubernetesObject> {
  writes: number;
  readonly held: Held<T>[];
  /** What the answers say of the writes that were in flight. */
  readonly own: (
    | { readonly resourceVersion: string | undefined }
    | { readonly deleted: string | undefined }
  )[];
}

interface Held<T extends KubernetesObject> {
  readonly change: Change<T>;
  readonly event: T | undefined;
}

/** A change that the watch brought before the answer did: of our own making if an answer says so. */
function attributed<T extends KubernetesObject>(held: Held<T>, inFlight: InFlight<T>): Change<T> {
  const { change, event } = held;
  if (event === undefined) return change;
  const { uid, resourceVersion } = event.metadata;
  const ours = inFlight.own.some((answer) =>
    'deleted' in answer
      ? // What came later was no deletion yet, but an end of another kind: the object had left the selection.
        held === inFlight.held.findLast((other) => other.event?.metadata.uid === uid) &&
        isEndOf(change, answer.deleted ?? uid)
      : answer.resourceVersion === resourceVersion,
  );
  return ours ? { ...change, origin: 'own' } : change;
}

function isEndOf<T extends KubernetesObject>({ type, object }: Change<T>, uid: string | undefined): boolean {
  return type === 'Deleted' && object.metadata.uid === uid;
}
