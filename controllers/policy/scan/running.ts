import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Manager } from '../../../operator/manager/manager.ts';
import type { Clock } from '../../../operator/queue/clock.ts';
import type { Facts } from '../compile/index.ts';
import { Kinds } from './kinds.ts';
import type { Kept, KindWatch } from './kindWatch.ts';
import { type Entry, Ledger } from './ledger.ts';
import { Looking } from './looking.ts';
import { isOutcome } from './outcome.ts';
import { type Followed, type FollowedPolicy, nextExpiry, Roster } from './roster.ts';
import type { Summary } from './summary.ts';
import { Telling } from './telling.ts';
import { type TellViolates, Violators } from './violators.ts';

export interface ScanOptions {
  readonly manager: Pick<Manager, 'follow' | 'discovery'>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  /** What is known of a Policy has changed; told at most once a second for each. */
  readonly changed: (policy: string) => void;
  /** Told what violates a Policy whose fix is for what is there. */
  readonly violates?: TellViolates;
  /** Told how long it took that an object was judged by a Policy. */
  readonly measure?: (milliseconds: number) => void;
}

/** A scan from its beginning to its end. */
export class Running {
  readonly roster = new Roster();
  readonly ledger = new Ledger();
  readonly #options: ScanOptions;
  readonly #kinds: Kinds;
  readonly #looking: Looking;
  readonly #telling: Telling;
  readonly #violators: Violators;
  /** The version of each object that was looked at or is pending, by UID. */
  readonly #versions = new Map<string, string>();
  /** Of which something else is known than when they were last through. */
  readonly #unstamped = new Set<Followed>();
  /** Of exceptions that expired until then what they hid has been looked at; milliseconds since 1970. */
  #expired: number;
  #cancelExpiry = () => {};

  constructor(options: ScanOptions, tellNamespace: (namespace: string) => void) {
    const { clock, now, log, measure = () => {}, violates = () => {} } = options;
    this.#options = options;
    this.#expired = now();
    this.#violators = new Violators(violates);
    this.#looking = new Looking({
      ledger: this.ledger,
      kindOf: ({ resource }) => this.#kinds.of(resource),
      namespace: (name) => this.#kinds.namespaces.get({ name }),
      isFollowed: (policy) => this.roster.get(policy.name) === policy,
      now,
      news: ({ namespace }, policy) => this.#news(namespace, policy),
      looked: (entry) => this.#tellViolator(entry),
      // Then the list brings it back.
      missed: ({ uid }) => this.#versions.delete(uid),
      done: (namespace) => {
        this.#through();
        this.#telling.done(namespace);
      },
      failed: ({ resource, namespace, name }, error) =>
        log.error({ err: error, object: { kind: resource.kind, namespace, name } }, 'could not be judged'),
      measure,
    });
    this.#telling = new Telling({
      clock,
      isPending: (policy) => this.pendingFor(policy) > 0,
      isReady: (namespace) => this.#isReady() && !this.#looking.isIn(namespace),
      policy: options.changed,
      namespace: tellNamespace,
    });
    this.#kinds = new Kinds({
      ...options,
      policies: () => this.roster,
      observer: {
        listed: (watch) => this.#listed(watch),
        changed: (watch, object, previous) => this.#changed(watch, object, previous),
        gone: (_, object) => this.#remove(object.metadata.uid),
        readable: (watch) => this.#readable(watch),
      },
      planned: (left) => {
        for (const watch of left) this.#removeKind(watch);
        this.#settle();
      },
    });
  }

  follow(policies: readonly FollowedPolicy[], facts: Facts): void {
    const { gone, renewed, moved, retold, namespaces } = this.roster.update(policies, facts);
    for (const policy of gone) this.#forget(policy);
    for (const policy of retold) this.#retell(policy);
    for (const policy of moved) {
      // What reads other fields now has to wait for them, as one that is new.
      if (this.#kinds.cover(policy)) this.#lookIn(namespaces, policy);
      else policy.stage = 'waiting';
    }
    this.#kinds.unplan([...gone, ...renewed, ...moved]);
    for (const policy of [...renewed, ...moved]) this.#telling.change(policy);
    this.#awaitExpiry();
  }

  stop(): void {
    this.#kinds.stop();
    this.#looking.stop();
    this.#telling.stop();
    this.#cancelExpiry();
  }

  /** Objects that may be matched and are to be looked at. */
  pendingFor(policy: Followed): number {
    return this.#looking.sizeFor(policy);
  }

  unreadOf(policy: Followed): Summary['unread'] {
    return this.#kinds.unreadBy(policy);
  }

  isDone(namespace: string): boolean {
    const isDone = this.#isReady() && !this.#looking.isIn(namespace);
    if (!isDone) this.#telling.touch(namespace);
    return isDone;
  }

  isThere(namespace: string): boolean {
    if (namespace === '') return true;
    const space = this.#kinds.namespaces.get({ name: namespace });
    return space !== undefined && space.metadata.deletionTimestamp === undefined;
  }

  /** Whether no Policy has yet to look at everything for the first time; what is said before is not all of it. */
  #isReady(): boolean {
    return this.#kinds.isPlanned && [...this.roster].every(({ stage }) => stage !== 'waiting');
  }

  #news(namespace: string, policy: Followed): void {
    this.#telling.touch(namespace);
    this.#change(policy);
  }

  #change(policy: Followed): void {
    this.#unstamped.add(policy);
    this.#telling.change(policy);
  }

  #listed(watch: KindWatch): void {
    const seen = new Set<string>();
    for (const object of watch.list()) {
      const { uid = '', resourceVersion = '' } = object.metadata;
      seen.add(uid);
      if (this.#versions.get(uid) !== resourceVersion) this.#put(watch, object);
    }
    for (const { uid, resource } of [...this.ledger.entries()])
      if (resource === watch.resource && !seen.has(uid)) this.#remove(uid);
    this.#settle();
  }

  #changed(watch: KindWatch, object: Kept, previous: Kept | undefined): void {
    if (watch === this.#kinds.namespaces) this.#namespaceChanged(object, previous);
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      this.#remove(previous.metadata.uid);
    } else if (previous !== undefined && isSame(previous, object)) {
      const { uid = '', resourceVersion = '' } = object.metadata;
      const entry = this.ledger.get(uid);
      if (entry === undefined) return;
      this.#versions.set(uid, resourceVersion);
      if (this.#violators.has(uid)) this.#tellViolator(entry);
      return;
    }
    this.#put(watch, object);
  }

  /** The object is there, and is to be looked at. */
  #put(watch: KindWatch, object: Kept): void {
    const readers = this.#kinds.of(watch.resource)?.readers;
    if (readers === undefined) return;
    const { uid = '', name, namespace = '', resourceVersion = '', ownerReferences = [] } = object.metadata;
    const controller = ownerReferences.find((reference) => reference.controller === true)?.uid;
    this.#versions.set(uid, resourceVersion);
    const entry = this.ledger.put({ uid, name, namespace, controller, resource: watch.resource });
    this.#looking.add(entry, readers);
  }

  #remove(uid = ''): void {
    const entry = this.ledger.get(uid);
    if (entry === undefined) return;
    for (const policy of this.roster)
      if (entry.standings[policy.column] !== undefined) this.#news(entry.namespace, policy);
    this.#looking.drop(entry);
    this.#violators.gone(entry, this.#versions.get(uid) ?? '');
    this.ledger.remove(uid);
    this.#versions.delete(uid);
    this.#looking.lookBelow(entry);
  }

  #removeKind({ resource }: KindWatch): void {
    for (const entry of [...this.ledger.entries()]) if (entry.resource === resource) this.#remove(entry.uid);
  }

  /** Of what is in a namespace that was not known nothing was said. Of one that was, some Policies read more than its name. */
  #namespaceChanged(object: Kept, previous: Kept | undefined): void {
    if (previous !== undefined && isSame(previous, object)) return;
    this.#looking.forget();
    const reading = new Set([...this.roster].filter(({ judge }) => judge.readsNamespace));
    for (const entry of this.ledger.inNamespace(object.metadata.name)) {
      const readers = this.#kinds.of(entry.resource)?.readers ?? new Set();
      this.#looking.add(entry, previous === undefined ? readers : reading);
    }
  }

  #readable(watch: KindWatch): void {
    const readers = this.#kinds.of(watch.resource)?.readers ?? [];
    // Without its namespace nothing can be said of an object.
    for (const policy of watch === this.#kinds.namespaces ? this.roster : readers) this.#change(policy);
    this.#settle();
  }

  /** Policies whose kinds are all listed look at all of them. */
  #settle(): void {
    for (const policy of this.roster) {
      if (policy.stage !== 'waiting' || !this.#kinds.isSettledFor(policy)) continue;
      policy.stage = 'looking';
      const alone = new Set([policy]);
      for (const entry of this.ledger.entries()) {
        if (this.#kinds.of(entry.resource)?.readers.has(policy) === true) this.#looking.add(entry, alone);
        else if (this.ledger.set(entry, policy.column, undefined)) this.#news(entry.namespace, policy);
      }
    }
    this.#through();
    this.#telling.settled();
  }

  /** Policies that have nothing pending are through. */
  #through(): void {
    for (const policy of this.roster) {
      if (policy.stage === 'waiting' || this.pendingFor(policy) > 0) continue;
      if (policy.stage === 'looking') this.#telling.change(policy);
      else if (!this.#unstamped.has(policy)) continue;
      this.#unstamped.delete(policy);
      policy.stage = 'through';
      policy.at = this.#options.now();
    }
  }

  #lookIn(namespaces: ReadonlySet<string>, policy: Followed): void {
    const alone = new Set([policy]);
    const add = (entry: Entry) => {
      if (this.#kinds.of(entry.resource)?.readers.has(policy) === true) this.#looking.add(entry, alone);
    };
    for (const namespace of namespaces) for (const entry of this.ledger.inNamespace(namespace)) add(entry);
    for (const entry of this.ledger.inNamespace(''))
      if (entry.resource === this.#kinds.namespaces.resource && namespaces.has(entry.name)) add(entry);
  }

  #forget(policy: Followed): void {
    this.#retell(policy);
    this.#telling.forget(policy);
    this.#unstamped.delete(policy);
    this.ledger.clear(policy.column);
    for (const uid of this.#violators.uids()) this.#tellViolator(this.ledger.get(uid));
  }

  #retell(policy: Followed): void {
    for (const { namespace, standings } of this.ledger.entries())
      if (standings[policy.column] !== undefined) this.#telling.touch(namespace);
    for (const entry of this.ledger.bad(policy.column)) this.#tellViolator(entry);
    this.#telling.change(policy);
  }

  #tellViolator(entry: Entry | undefined): void {
    if (entry !== undefined) this.#violators.look(entry, this.#versions.get(entry.uid) ?? '', this.roster);
  }

  #awaitExpiry(): void {
    const { clock, now } = this.#options;
    this.#cancelExpiry();
    const next = nextExpiry(this.roster, this.#expired);
    if (next === undefined) return;
    this.#cancelExpiry = clock.schedule(next.at - now(), () => {
      // A timer has an end, and clocks are set.
      if (now() < next.at) return this.#awaitExpiry();
      for (const policy of next.of) {
        const alone = new Set([policy]);
        for (const entry of this.ledger.bad(policy.column))
          if (isSkipped(entry, policy)) this.#looking.add(entry, alone);
      }
      this.#expired = next.at;
      this.#awaitExpiry();
    });
  }
}

function isSkipped({ standings }: Entry, { column }: Followed): boolean {
  const standing = standings[column];
  return isOutcome(standing) && standing.bad.some(({ result }) => result === 'skip');
}

/** Whether two versions of an object are the same in all that is kept of them. */
function isSame(a: Kept, b: Kept): boolean {
  return isDeepStrictEqual(withoutVersion(a), withoutVersion(b));
}

function withoutVersion({ metadata: { resourceVersion: _, ...metadata }, ...object }: Kept): object {
  return { ...object, metadata };
}
