import type { Change } from '../cache/change.ts';
import type { Priority } from '../queue/workQueue.ts';
import type { KubernetesObject, ObjectKey } from '../resources/object.ts';

/** What a controller needs of an informer. */
export interface Source<T extends KubernetesObject> {
  /** Resolves when everything that the server had has been seen once. */
  readonly synced: Promise<void>;
  list(): Iterable<T>;
  /** Returns what ends the subscription. */
  onChange(handler: (change: Change<T>) => void): () => void;
}

export interface WatchOptions<T extends KubernetesObject> {
  /** Default `normal`. What is found at the start comes with `low`, so that it does not hold up what changes. */
  readonly priority?: Priority;
  /** Changes that matter; all if absent. Not asked of what is found at the start. */
  readonly predicate?: (change: Change<T>) => boolean;
}

/** One source of a controller's work. Made by `watch`. */
export interface Watch {
  readonly synced: Promise<void>;
  /** Adds the keys of everything that is there, and from then on those of every change. Returns what ends it. */
  start(receive: WatchReceiver): () => void;
}

export interface WatchReceiver {
  found(keys: Iterable<ObjectKey>): void;
  changed(keys: Iterable<ObjectKey>, change: Change<KubernetesObject>, priority: Priority): void;
  /** A map function or a predicate threw. */
  failed(object: KubernetesObject, error: unknown): void;
}

/**
 * Makes changes of an informer's objects work for a controller: `map` says for which keys.
 *
 *     watch(pods, ({ object }) => ownersOf(object))
 */
export function watch<T extends KubernetesObject>(
  source: Source<T>,
  map: (change: Change<T>) => Iterable<ObjectKey>,
  { priority = 'normal', predicate }: WatchOptions<T> = {},
): Watch {
  return {
    synced: source.synced,
    start(receiver) {
      // Each once: a key that was added is worked on at once, and added again it would come once more for the same change.
      const keysOf = (change: Change<T>): ReadonlySet<ObjectKey> => {
        try {
          return new Set(map(change));
        } catch (error) {
          receiver.failed(change.object, error);
          return new Set();
        }
      };
      // In one turn with the listing, so that no change falls between the two.
      const stop = source.onChange((change) => {
        try {
          if (predicate !== undefined && !predicate(change)) return;
        } catch (error) {
          return receiver.failed(change.object, error);
        }
        receiver.changed(keysOf(change), change, priority);
      });
      for (const object of source.list())
        receiver.found(keysOf({ type: 'Added', object, origin: 'watch', initial: true }));
      return stop;
    },
  };
}
