import type { KubernetesObject, ObjectName } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';

/**
 * Reads and writes of the API server.
 *
 * Every call has a deadline and honours `Retry-After`. It rejects with an `ApiError` that carries the server's reason
 * (`NotFound`, `Conflict`, `Forbidden`, …), with a `ConnectionError` where there was no answer, with a `NotLeadingError`
 * where the write fence is closed, or with the reason of its signal. Nothing is read from a cache here.
 */
export interface Client {
  /** The default field manager of every write. */
  readonly fieldManager: string;

  get<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: RequestOptions,
  ): Promise<T>;
  /** One page; follow `continue` for more. */
  list<T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions): Promise<ListPage<T>>;
  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Server-side apply. `object` holds only the fields that are meant. */
  apply<T extends KubernetesObject>(
    resource: Resource<T>,
    object: Desired<T>,
    options?: ApplyOptions,
  ): Promise<T>;
  /** PUT, with the object's resourceVersion as precondition if it has one. */
  update<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: SubresourceOptions,
  ): Promise<T>;
  patch<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    patch: Patch,
    options?: SubresourceOptions,
  ): Promise<T>;
  /** Resolves once the server has accepted the deletion; an object that is gone already rejects with `NotFound`. */
  delete<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: DeleteOptions,
  ): Promise<void>;
  /** Anything else the API server answers: `/version`, discovery, OpenAPI, subresources like `token` or `eviction`. */
  request<Answer>(request: RawRequest): Promise<Answer>;
}

/** An object with only the fields that its writer means. */
export type Desired<T extends KubernetesObject> = KubernetesObject &
  DeepPartial<Omit<T, keyof KubernetesObject>>;

export type DeepPartial<T> = T extends readonly (infer Element)[]
  ? readonly DeepPartial<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> | undefined }
    : T;

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the request is given up. Default 30,000; writes of a leader have less (the write fence). */
  readonly timeout?: number;
}

export interface ListOptions extends RequestOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects per page. */
  readonly limit?: number;
  readonly continue?: string;
  /** An answer of more bytes is not read to its end: the list rejects with an `AnswerTooLargeError`. Default: no bound. */
  readonly mostBytes?: number;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
  /** Of the answer; told where the list was asked for with `mostBytes`. */
  readonly bytes?: number;
}

export interface WriteOptions extends RequestOptions {
  /** Defaults, validation and admission as for a real write, but nothing is stored, and no cache is told. */
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** What the server does about unknown and duplicate fields. Default `Ignore`: to warn it reads a body twice, and nobody would be told. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export interface SubresourceOptions extends WriteOptions {
  /** `status`, `scale`, …; absent for the object itself. The answer is the subresource's own kind: of `scale` a Scale. */
  readonly subresource?: string;
}

export interface ApplyOptions extends SubresourceOptions {
  /** Take fields over that another manager owns. Default true: the fields of an apply are ours. */
  readonly force?: boolean;
}

export type Patch =
  | { readonly type: 'merge'; readonly body: unknown }
  | { readonly type: 'json'; readonly body: readonly JsonPatchOperation[] };

/** RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export interface DeleteOptions extends RequestOptions {
  readonly dryRun?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
}

export interface RawRequest extends RequestOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with a slash, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
