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
  readonly #selects: (object: T) => boolean;
  #effects: Effect<T>[] = [];

  constructor(base: T | undefined, selects: (object: T) => boolean) {
    this.base = base;
    this.#selects = selects;
  }

  get isEmpty(): boolean {
    return this.#effects.length === 0;
  }

  /** The object as it is, with the own writes; `undefined` if it is gone, or not of the selection. */
  get current(): T | undefined {
    const last = this.#effects.at(-1);
    if (last === undefined) return this.base;
    if (last.type === 'written') return this.#selects(last.object) ? last.object : undefined;
    return this.base?.metadata.uid === last.uid ? undefined : this.base;
  }

  written(object: T, resourceVersion: string, at: number): void {
    const effect: Effect<T> = { type: 'written', object, resourceVersion, at, bookmarks: 0 };
    // Answers may overtake each other. The order of the writes is that of their resourceVersions.
    const later = this.#effects.findIndex((other) => isAfter(other, resourceVersion));
    this.#effects.splice(later < 0 ? this.#effects.length : later, 0, effect);
  }

  deleted(uid: string, at: number): void {
    this.#effects.push({ type: 'deleted', uid, at, bookmarks: 0 });
  }

  /** The watch brought the object (or its end, at that resourceVersion). True if that was a write of our own. */
  seen(object: T, resourceVersion: string, gone: boolean): boolean {
    this.base = gone ? undefined : object;
    const { uid } = object.metadata;
    const echo = this.#effects.findLastIndex((effect) =>
      effect.type === 'deleted' ? gone && effect.uid === uid : effect.resourceVersion === resourceVersion,
    );
    this.#effects = this.#effects.filter((effect, index) => {
      if (index <= echo) return false;
      if (effect.type === 'deleted') return effect.uid === uid && !gone;
      return isAfter(effect, resourceVersion);
    });
    return echo >= 0;
  }

  /** A list that began at `began` has the object so: what was written before is in it. */
  listed(object: T | undefined, listVersion: string, began: number): void {
    this.base = object;
    this.#effects = this.#effects.filter((effect) => {
      if (effect.at < began) return false;
      return effect.type === 'deleted' ? effect.uid === object?.metadata.uid : isAfter(effect, listVersion);
    });
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

type Effect<T> = (
  | { readonly type: 'written'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'deleted'; readonly uid: string }
) & {
  /** When it was observed, in the cache's own count of what happened. */
  readonly at: number;
  /** Bookmarks since then. */
  readonly bookmarks: number;
};

/** False also where it cannot be told: then the watch is believed. */
function isAfter<T>(effect: Effect<T>, resourceVersion: string): boolean {
  return (
    effect.type === 'written' && (compareResourceVersions(effect.resourceVersion, resourceVersion) ?? 0) > 0
  );
}
