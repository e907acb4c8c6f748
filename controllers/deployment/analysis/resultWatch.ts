import type { Watch, WatchReceiver } from '../../../operator/controller/watch.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';

/** New results as a source of a controller's work: what is told while the controller does not run is told by its next run. */
export class ResultWatch implements Watch {
  readonly synced = Promise.resolve();
  readonly #receivers = new Set<WatchReceiver>();

  start(receiver: WatchReceiver): () => void {
    this.#receivers.add(receiver);
    return () => this.#receivers.delete(receiver);
  }

  /** This Deployment has a new result. */
  tell(key: ObjectKey): void {
    for (const receiver of this.#receivers) receiver.found([key]);
  }
}
