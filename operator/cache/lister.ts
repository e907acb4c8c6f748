import type { KubernetesObject, ObjectKey } from '../resources/object.ts';

/**
 * Reads of a cache: synchronous, never a request.
 *
 * What comes back is shared by all readers and must not be changed (frozen in development and tests). After a write of
 * our own the lister answers with that write until the watch has caught up, so nobody acts on what is known to be stale.
 */
export interface Lister<T extends KubernetesObject, IndexName extends string = string> {
  readonly size: number;
  get(key: ObjectKey): T | undefined;
  list(): Iterable<T>;
  inNamespace(namespace: string): readonly T[];
  /** The objects that the declared index function maps to `value`. */
  byIndex(index: IndexName, value: string): readonly T[];
}

/** Maps an object to the values under which an index finds it. */
export type IndexFunction<T extends KubernetesObject> = (object: T) => readonly string[];
