import type { KubernetesObject } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';
import type { ListOptions, ListPage } from './client.ts';

/** What a reflector needs of the API server. */
export interface ListWatch {
  readonly fieldManager: string;
  list<T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions): Promise<ListPage<T>>;
  /**
   * Opens a watch and resolves once the server has accepted it; the events are lines of JSON in the bytes.
   * Rejects with an `ApiError` or a `ConnectionError`; so does the iteration if the connection is cut.
   */
  watch(resource: Resource, options: WatchOptions): Promise<AsyncIterable<Uint8Array>>;
}

export interface WatchOptions {
  readonly resourceVersion: string;
  /** After so long the server ends the watch by itself. */
  readonly timeoutSeconds: number;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Of this watch alone: it stays listened to until the watch ends. */
  readonly signal: AbortSignal;
}
