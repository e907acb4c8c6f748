import { hash } from 'node:crypto';
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

  delete(owner: Owner, id: string): void {
    this.#byOwner.get(owner.uid)?.delete(shorten(id));
  }

  forget(owner: Owner): void {
    this.#byOwner.delete(owner.uid);
  }
}

function shorten(id: string): number {
  return Number.parseInt(hash('sha1', id).slice(0, 8), 16) >>> 2;
}
