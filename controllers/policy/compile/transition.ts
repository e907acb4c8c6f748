import { type CompiledObject, policiesOf } from './objects.ts';

/**
 * From the objects that are there to those that are to be. An object is never changed in place: what is new is made beside
 * the old, and the old goes when all API servers have long since read the new. So adding or taking away one Policy leaves
 * no moment in which the others of its object are not enforced; for a while they are enforced twice.
 */
export interface Transition<T extends LiveObject = LiveObject> {
  /** To be made, each policy before its binding. */
  readonly missing: readonly CompiledObject[];
  /** May go now. */
  readonly obsolete: readonly T[];
  /** When something else may go; milliseconds since 1970. */
  readonly until: number | undefined;
}

/** Something compiled that is there, as far as it matters here. */
export interface LiveObject {
  readonly kind: CompiledObject['kind'];
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * How long the new stands beside the old, in milliseconds. An API server looks for new objects each second, after its watch
 * has brought them, and there may be several of them.
 */
export const overlap = 15_000;

/**
 * @param wait milliseconds for which an object has yet to stand before what it replaces may go: not told by its
 * `creationTimestamp`, which is by another machine's clock
 * @param now milliseconds since 1970
 */
export function transition<T extends LiveObject>(
  desired: readonly CompiledObject[],
  live: readonly T[],
  wait: (one: T) => number,
  now: number,
): Transition<T> {
  const there = new Map(live.map((object) => [keyOfCompiled(object), object]));
  const wanted = new Set(desired.map(keyOfCompiled));
  const leaving = live
    .filter((object) => !wanted.has(keyOfCompiled(object)))
    .map((object) => ({ object, left: waitOf(object, desired, there, wait) }));
  const next = Math.min(...leaving.map(({ left }) => left).filter((left) => left > 0));
  return {
    missing: desired.filter((object) => !there.has(keyOfCompiled(object))),
    obsolete: leaving.filter(({ left }) => left <= 0).map(({ object }) => object),
    until: Number.isFinite(next) ? now + next : undefined,
  };
}

/** Until every object that holds one of its Policies has stood long enough; for ever where one is not there at all. */
function waitOf<T extends LiveObject>(
  object: LiveObject,
  desired: readonly CompiledObject[],
  there: ReadonlyMap<string, T>,
  wait: (one: T) => number,
): number {
  const policies = new Set(policiesOf(object));
  const waits = desired
    .filter((one) => policiesOf(one).some((policy) => policies.has(policy)))
    .map((one) => {
      const found = there.get(keyOfCompiled(one));
      return found === undefined ? Number.POSITIVE_INFINITY : wait(found);
    });
  return Math.max(0, ...waits);
}

/** One string for an object of any of these kinds. */
export function keyOfCompiled({ kind, metadata }: LiveObject): string {
  return `${kind}/${metadata.name}`;
}
