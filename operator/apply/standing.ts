import { checksum } from '../resources/checksum.ts';
import type { Owner } from './identity.ts';

/**
 * What this process has seen stand as desired, so that an object missing later is known to have been deleted by
 * somebody. Only tells a repair from a creation in reports: nothing depends on it, and a restart may forget it.
 *
 * Thirty bits an object, since tens of thousands are remembered. Two of one owner that meet (one in a billion) make
 * a creation count as a repair.
 */
export class StandingObjects {
  readonly #byOwner = new Map<string, Set<number>>();

  has(owner: Owner, id: string): boolean {
    return this.#byOwner.get(owner.uid)?.has(shorten(id)) === true;
  }

  add(owner: Owner, id: string): void {
    const ids = this.#byOwner.get(owner.uid);
    if (ids === undefined) this.#byOwner.set(owner.uid, new Set([shorten(id)]));
    else ids.add(shorten(id));
  }

  /** Forgets all others of the owner: what was let go may be deleted by its owner, whichever way it does that. */
  keepOnly(owner: Owner, ids: Iterable<string>): void {
    const before = this.#byOwner.get(owner.uid);
    if (before === undefined) return;
    const kept = new Set<number>();
    for (const id of ids) {
      const short = shorten(id);
      if (before.has(short)) kept.add(short);
    }
    this.#byOwner.set(owner.uid, kept);
  }

  forget(owner: Owner): void {
    this.#byOwner.delete(owner.uid);
  }
}

/** Two bits less than there are, so that V8 keeps it as a small integer. Asked of every object at every look: no digest. */
function shorten(id: string): number {
  return checksum(id) >>> 2;
}
