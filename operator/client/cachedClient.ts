import { type KubernetesObject, keyOf, type ObjectName } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type {
  ApplyOptions,
  Client,
  DeleteOptions,
  Desired,
  ListOptions,
  ListPage,
  Patch,
  RawRequest,
  RequestOptions,
  SubresourceOptions,
  WriteOptions,
} from './client.ts';
import type { HttpClient } from './httpClient.ts';
import type { WriteInFlight, WriteObserver } from './writeObserver.ts';

/**
 * A client that tells the caches of each write's answer, so that after a write every reader in the process sees it.
 *
 * Reads go to the server, as with every client: who wants the cache asks its lister.
 */
export class CachedClient implements Client {
  readonly fieldManager: string;
  readonly #client: HttpClient;
  readonly #observers = new Map<string, Set<WriteObserver>>();

  constructor(client: HttpClient) {
    this.fieldManager = client.fieldManager;
    this.#client = client;
  }

  /** Tells the observer of every write to its resource from now on. Returns what ends it. */
  tell(observer: WriteObserver): () => void {
    const id = observerId(observer.resource);
    const observers = this.#observers.get(id) ?? new Set();
    this.#observers.set(id, observers.add(observer));
    return () => {
      observers.delete(observer);
      if (observers.size === 0 && this.#observers.get(id) === observers) this.#observers.delete(id);
    };
  }

  get<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: RequestOptions,
  ): Promise<T> {
    return this.#client.get(resource, name, options);
  }

  list<T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions): Promise<ListPage<T>> {
    return this.#client.list(resource, options);
  }

  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#write(resource, object.metadata, options, () =>
      this.#client.create(resource, object, options),
    );
  }

  apply<T extends KubernetesObject>(
    resource: Resource<T>,
    object: Desired<T>,
    options?: ApplyOptions,
  ): Promise<T> {
    return this.#write(resource, object.metadata, options, () =>
      this.#client.apply(resource, object, options),
    );
  }

  update<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: SubresourceOptions,
  ): Promise<T> {
    return this.#write(resource, object.metadata, options, () =>
      this.#client.update(resource, object, options),
    );
  }

  patch<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    patch: Patch,
    options?: SubresourceOptions,
  ): Promise<T> {
    return this.#write(resource, name, options, () => this.#client.patch(resource, name, patch, options));
  }

  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: DeleteOptions,
  ): Promise<void> {
    using writes = this.#begin(resource, name, options);
    const answer = await this.#client.deleteWithAnswer(resource, name, options);
    if ('terminating' in answer) writes.each((write) => write.wrote(answer.terminating));
    else writes.each((write) => write.deleted(answer.gone));
  }

  request<Answer>(request: RawRequest): Promise<Answer> {
    return this.#client.request(request);
  }

  async #write<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options: WriteOptions | undefined,
    send: () => Promise<T>,
  ): Promise<T> {
    using writes = this.#begin(resource, name, options);
    const answer = await send();
    // A subresource may answer with something else, as `scale` does.
    if (answer.kind === resource.kind) writes.each((write) => write.wrote(answer));
    return answer;
  }

  #begin(resource: Resource, name: ObjectName, options: { readonly dryRun?: boolean } | undefined) {
    const observers = options?.dryRun ? undefined : this.#observers.get(observerId(resource));
    const writes = [...(observers ?? [])].map((observer) => observer.beginWrite(keyOf(name)));
    return {
      each: (tell: (write: WriteInFlight) => void) => writes.forEach(tell),
      [Symbol.dispose]: () => {
        for (const write of writes) write.end();
      },
    };
  }
}

function observerId(resource: Resource): string {
  return `${resourceId(resource)}/${resource.version}`;
}
