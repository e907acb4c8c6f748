import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { type Deed, type Deeds, latest } from './memory.ts';

/** Objects remembered; the one fixed longest ago is forgotten first. */
const most = 10_000;

/** What this process did to objects: whoever undoes a fix by writing the whole object takes its annotation with it. */
export class Recollection {
  readonly #deeds = new Map<string, Deeds>();

  /** With what the object itself says, the later of both for each Policy. */
  of({ metadata: { uid = '' } }: KubernetesObject, said: Deeds): Deeds {
    const own = this.#deeds.get(uid) ?? {};
    const names = new Set([...Object.keys(own), ...Object.keys(said)]);
    return Object.fromEntries(
      [...names].flatMap((name): readonly (readonly [string, Deed])[] => {
        const deed = latest(said[name], own[name]);
        return deed === undefined ? [] : [[name, deed]];
      }),
    );
  }

  remember({ metadata: { uid = '' } }: KubernetesObject, deeds: Deeds): void {
    this.#deeds.delete(uid);
    this.#deeds.set(uid, deeds);
    for (const oldest of this.#deeds.keys()) {
      if (this.#deeds.size <= most) return;
      this.#deeds.delete(oldest);
    }
  }
}
