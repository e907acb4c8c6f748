import type { KubernetesObject } from '../resources/object.ts';

/**
 * What happened to an object in the cache. When a handler hears of it the cache already answers with it.
 *
 * Handlers hear of each write of this process once: as `own`, when its answer is in (in the async context of whoever
 * wrote), and not again when the watch brings it back. What others did is `watch`, even where an own write that came
 * later covers it already: then `object` is the newest state, and not what the other left. So whoever acts on every
 * `watch` change, and on every `own` change that is not of their own doing, misses nothing.
 */
export type Change<T extends KubernetesObject> = Origin &
  (
    | { readonly type: 'Added'; readonly object: T; readonly previous?: undefined }
    | { readonly type: 'Modified'; readonly object: T; readonly previous: T }
    /** `object` is its last known state. */
    | { readonly type: 'Deleted'; readonly object: T; readonly previous?: undefined }
  );

export interface Origin {
  readonly origin: 'watch' | 'own';
  /** True for what was there already when the informer started. */
  readonly initial: boolean;
}

export type ChangeHandler<T extends KubernetesObject> = (change: Change<T>) => void;
