import { type CompiledObject, policiesOf } from './objects.ts';

/**
 * From the objects that are there to those that are to be. An object is never changed in place: what is new is made beside
 * the old, and the old goes when all API servers have long since read the new. So adding or taking away one Policy leaves
 * no moment in which the others of its object are not enforced; for a while they are enforced twice.
 */
export interface Transition {
  /** To be made, each policy before its binding. */
  readonly missing: readonly CompiledObject[];
  /** May go now, each binding before its policy. */
  readonly obsolete: readonly LiveObject[];
  /** When something else may go; milliseconds since 1970. */
  readonly until: number | undefined;
}

/** Something compiled that is there, as far as it matters here. */
export interface LiveObject {
  readonly kind: CompiledObject['kind'];
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
  };
}

/**
 * How long the new stands beside the old, in milliseconds. An API server looks for new objects each second, after its watch
 * has brought them, and there may be several of them.
 */
export const overlap = 15_000;

/** @param now milliseconds since 1970 */
export function transition(
  desired: readonly CompiledObject[],
  live: readonly LiveObject[],
  now: number,
): Transition {
  const there = new Map(live.map((object) => [keyOf(object), object]));
  const wanted = new Set(desired.map(keyOf));
  const leaving = live
    .filter((object) => !wanted.has(keyOf(object)))
    .map((object) => ({ object, from: mayGoFrom(object, desired, there) }));
  const waits = leaving.map(({ from }) => from).filter((from) => from > now);
  const next = Math.min(...waits);
  return {
    missing: desired.filter((object) => !there.has(keyOf(object))),
    obsolete: leaving
      .filter(({ from }) => from <= now)
      .map(({ object }) => object)
      .toSorted((a, b) => Number(isBinding(b)) - Number(isBinding(a))),
    until: Number.isFinite(next) ? next : undefined,
  };
}

/** When every object that holds one of its Policies has stood long enough; not before it is there at all. */
function mayGoFrom(
  object: LiveObject,
  desired: readonly CompiledObject[],
  there: ReadonlyMap<string, LiveObject>,
): number {
  const policies = new Set(policiesOf(object));
  const since = desired
    .filter((one) => policiesOf(one).some((policy) => policies.has(policy)))
    .map((one) => Date.parse(there.get(keyOf(one))?.metadata.creationTimestamp ?? ''))
    .map((created) => (Number.isNaN(created) ? Number.POSITIVE_INFINITY : created + overlap));
  return Math.max(Number.NEGATIVE_INFINITY, ...since);
}

function isBinding({ kind }: LiveObject): boolean {
  return kind.endsWith('Binding');
}

function keyOf({ kind, metadata }: LiveObject): string {
  return `${kind}/${metadata.name}`;
}
