import type { KubernetesObject } from '../resources/object.ts';
import { compareResourceVersions } from './resourceVersion.ts';

/**
 * Writes of our own to one object that the watch has not brought back yet, the latest last, on top of what the watch
 * brought last.
 *
 * It lives from a write's answer to its echo. Two things end a write whose echo does not come (it was of an object that
 * the watch does not select, or the server was restored from a backup): a bookmark past it, and any second bookmark,
 * since a bookmark says that the watch is up to date.
 */
export class OwnWrites<T extends KubernetesObject> {
  /** What the watch brought last. */
  base: T | undefined;
  #effects: Effect<T>[] = [];

  constructor(base: T | undefined) {
    this.base = base;
  }

  get isEmpty(): boolean {
    return this.#effects.length === 0;
  }

  /** The object as it is, with the own writes; `undefined` if it is gone, or not of the selection. */
  get current(): T | undefined {
    const last = this.#effects.at(-1);
    if (last === undefined) return this.base;
    if (last.type === 'written') return last.selected ? last.object : undefined;
    return this.base?.metadata.uid === last.uid ? undefined : this.base;
  }

  /** What the write was answered with that made this version; only if the watch would bring it. */
  answer(resourceVersion: string): T | undefined {
    for (const effect of this.#effects) {
      if (effect.type === 'written' && effect.resourceVersion === resourceVersion)
        return effect.selected ? effect.object : undefined;
    }
    return undefined;
  }

  written(write: Written<T> & { readonly at: number }): void {
    const { object, resourceVersion } = write;
    // Answers may overtake each other. The order of the writes is that of their resourceVersions, a deletion last.
    const later = this.#effects.findIndex((other) =>
      other.type === 'deleted' ? other.uid === object.metadata.uid : isAfter(other, resourceVersion),
    );
    this.#effects.splice(later < 0 ? this.#effects.length : later, 0, {
      ...write,
      type: 'written',
      bookmarks: 0,
    });
  }

  deleted(uid: string, at: number): void {
    // The answer to making it anew may have come before the answer to this.
    const anew = this.#effects.findIndex(
      (other) => other.type === 'written' && other.object.metadata.uid !== uid,
    );
    const after = this.#effects.findLastIndex(
      (other) => other.type === 'written' && other.object.metadata.uid === uid,
    );
    const place = anew > after ? anew : this.#effects.length;
    this.#effects.splice(place, 0, { type: 'deleted', uid, at, bookmarks: 0 });
  }

  /** True if the object of that UID is what is known, or was before a write that is not confirmed. */
  knows(uid: string): boolean {
    return (
      this.base?.metadata.uid === uid ||
      this.#effects.some((effect) => effect.type === 'written' && effect.object.metadata.uid === uid)
    );
  }

  /** The watch brought the object (or its end, at that resourceVersion). True if that was a write of our own. */
  seen(object: T, resourceVersion: string, gone: boolean): boolean {
    this.base = gone ? undefined : object;
    const { uid } = object.metadata;
    const echo = this.#echoOf(uid, resourceVersion, gone);
    this.#effects = stillToCome(this.#effects.slice(echo + 1), uid, resourceVersion);
    return echo >= 0;
  }

  /** The own write that the watch has brought now. An object that leaves the selection is gone for the watch, too. */
  #echoOf(uid: string | undefined, resourceVersion: string, gone: boolean): number {
    const written = this.#effects.findLastIndex(
      (effect) => effect.type === 'written' && effect.resourceVersion === resourceVersion,
    );
    if (written >= 0 || !gone) return written;
    const deletion = this.#effects.findLastIndex((effect) => effect.type === 'deleted' && effect.uid === uid);
    // A write of ours that is still to come was before our deletion, so this is another's doing.
    const early = this.#effects.slice(0, deletion).some((effect) => isAfter(effect, resourceVersion));
    return early ? -1 : deletion;
  }

  /**
   * A list that began at `began` has the object so: what was written before is in it. True if the object is as it was,
   * and as our writes left it; else others have changed it, or may have.
   */
  listed(object: T | undefined, listVersion: string, began: number): boolean {
    const known = this.current;
    const same = sameState(this.base, object);
    const before = this.#effects.length;
    this.base = object;
    const recent = this.#effects.filter((effect) => effect.at >= began);
    this.#effects = stillToCome(recent, object?.metadata.uid, listVersion);
    if (this.#effects.length === before) return same;
    // Some of our writes are in the list and some are not: what came between them cannot be told.
    return same && this.#effects.length === 0 && sameState(known, object);
  }

  /** The watch is up to date at that resourceVersion. */
  bookmark(resourceVersion: string): void {
    this.#effects = this.#effects
      .map((effect) => ({ ...effect, bookmarks: effect.bookmarks + 1 }))
      .filter(
        (effect) => effect.bookmarks < 2 && (effect.type === 'deleted' || isAfter(effect, resourceVersion)),
      );
  }
}

interface Written<T> {
  readonly object: T;
  readonly resourceVersion: string;
  /** It is one that the watch would bring. */
  readonly selected: boolean;
}

type Effect<T> = (
  | ({ readonly type: 'written' } & Written<T>)
  | { readonly type: 'deleted'; readonly uid: string }
) & {
  /** When it was observed, in the cache's own count of what happened. */
  readonly at: number;
  /** Bookmarks since then. */
  readonly bookmarks: number;
};

/**
 * The writes that the watch has yet to bring, once it brought the object of that UID (or its absence) at that version.
 * They are in order: from the first one on, all are still to come.
 */
function stillToCome<T extends KubernetesObject>(
  effects: readonly Effect<T>[],
  uid: string | undefined,
  resourceVersion: string,
): Effect<T>[] {
  const first = effects.findIndex((effect) =>
    effect.type === 'deleted' ? effect.uid === uid : isAfter(effect, resourceVersion),
  );
  return first < 0 ? [] : effects.slice(first);
}

/** False also where it cannot be told: then the watch is believed. */
function isAfter<T>(effect: Effect<T>, resourceVersion: string): boolean {
  return (
    effect.type === 'written' && (compareResourceVersions(effect.resourceVersion, resourceVersion) ?? 0) > 0
  );
}

/** True for two answers about one state of one object, and for two absences. */
export function sameState(left: KubernetesObject | undefined, right: KubernetesObject | undefined): boolean {
  return (
    left === right ||
    (left !== undefined &&
      right !== undefined &&
      left.metadata.resourceVersion === right.metadata.resourceVersion &&
      left.metadata.uid === right.metadata.uid)
  );
}
