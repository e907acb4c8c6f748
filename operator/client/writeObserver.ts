import type { KubernetesObject, ObjectKey } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';

/** A cache that wants to know of the writes to its resource. */
export interface WriteObserver<T extends KubernetesObject = KubernetesObject> {
  readonly resource: Resource<T>;
  /**
   * A write to the object is about to be sent. Until the returned handle ends, what the watch brings of the object is
   * in the cache at once, but handlers hear of it only when it is known whether it is this write.
   */
  beginWrite(key: ObjectKey): WriteInFlight<T>;
}

export interface WriteInFlight<T extends KubernetesObject = KubernetesObject> {
  /** The object as the server answered. */
  wrote(object: T): void;
  /** The object of that UID is gone, or whichever was there if the server did not tell. */
  deleted(uid: string | undefined): void;
  /** No more will be heard of the write. Once only; needed also after a failure. */
  end(): void;
}
