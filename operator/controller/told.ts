import type { ObjectKey } from '../resources/object.ts';
import type { Watch, WatchReceiver } from './watch.ts';

/**
 * Keys that a program itself finds to need a look, as a source of a controller's work. What is told while the controller does
 * not run is lost: each run begins with the keys of `atStart`.
 *
 *     const results = new Told();
 *     manager.addController({ name, watches: [watch(widgets, …), results], reconcile });
 *     results.tell(keyOf(widget));
 */
export class Told implements Watch {
  readonly synced = Promise.resolve();
  readonly #receivers = new Set<WatchReceiver>();
  readonly #atStart: () => Iterable<ObjectKey>;

  constructor(atStart: () => Iterable<ObjectKey> = () => []) {
    this.#atStart = atStart;
  }

  start(receiver: WatchReceiver): () => void {
    this.#receivers.add(receiver);
    receiver.found(this.#atStart());
    return () => this.#receivers.delete(receiver);
  }

  tell(...keys: readonly ObjectKey[]): void {
    for (const receiver of this.#receivers) receiver.found(keys);
  }
}
