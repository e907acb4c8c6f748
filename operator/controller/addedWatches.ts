import type { Watch, WatchReceiver } from './watch.ts';

/**
 * Watches that come and go while a controller lives. Nothing waits for one: each begins when its source has synced, in
 * every term of the controller anew, until it is ended.
 */
export class AddedWatches {
  readonly #added = new Set<Added>();
  readonly #onBroken: (error: unknown) => void;
  #receiver: WatchReceiver | undefined;

  /** `onBroken` is told of a watch that cannot be started. */
  constructor(onBroken: (error: unknown) => void) {
    this.#onBroken = onBroken;
  }

  /** Returns what ends the watch. */
  add(watch: Watch): () => void {
    const added: Added = { watch, stop: undefined };
    this.#added.add(added);
    if (this.#receiver !== undefined) this.#begin(added, this.#receiver);
    return () => {
      this.#added.delete(added);
      end(added);
    };
  }

  /** A term begins. */
  start(receiver: WatchReceiver): void {
    this.#receiver = receiver;
    for (const added of this.#added) this.#begin(added, receiver);
  }

  /** The term is over. The watches stay, for the next one. */
  stop(): void {
    this.#receiver = undefined;
    for (const added of this.#added) end(added);
  }

  #begin(added: Added, receiver: WatchReceiver): void {
    const start = () => {
      if (this.#receiver === receiver && this.#added.has(added)) added.stop = added.watch.start(receiver);
    };
    added.watch.synced.then(start).catch(this.#onBroken);
  }
}

interface Added {
  readonly watch: Watch;
  /** Set while it is running. */
  stop: (() => void) | undefined;
}

function end(added: Added): void {
  added.stop?.();
  added.stop = undefined;
}
