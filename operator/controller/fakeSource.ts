import type { Change } from '../cache/change.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../resources/object.ts';
import type { Source } from './watch.ts';

/** An informer for tests: holds what it is told, and tells it on. */
export class FakeSource implements Source<KubernetesObject> {
  readonly synced: Promise<void>;
  readonly sync: () => void;
  readonly #objects = new Map<ObjectKey, KubernetesObject>();
  readonly #handlers = new Set<(change: Change<KubernetesObject>) => void>();

  constructor(...names: string[]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.sync = resolve;
    for (const name of names) this.#objects.set(keyOf(widget(name)), widget(name));
  }

  list(): Iterable<KubernetesObject> {
    return this.#objects.values();
  }

  onChange(handler: (change: Change<KubernetesObject>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  change(name: string, origin: 'watch' | 'own' = 'watch'): void {
    const object = widget(name);
    const previous = this.#objects.get(keyOf(object));
    this.#objects.set(keyOf(object), object);
    const from = { origin, initial: false };
    for (const handler of this.#handlers) {
      handler(
        previous === undefined
          ? { ...from, type: 'Added', object }
          : { ...from, type: 'Modified', object, previous },
      );
    }
  }

  get subscribers(): number {
    return this.#handlers.size;
  }
}

function widget(name: string): KubernetesObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name } };
}
