import type { Clock } from '../queue/clock.ts';
import type { KubernetesObject, ObjectName } from '../resources/object.ts';
import { keyOf } from '../resources/object.ts';
import { apiVersionOf, type Resource } from '../resources/resource.ts';
import type { Connection } from '../transport/connection.ts';
import { ConnectionError } from '../transport/connectionError.ts';
import type { HttpRequest } from '../transport/http.ts';
import type { RequestSubject } from './apiError.ts';
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
import { type Exchange, Exchanger, type Fence, type RequestSample } from './exchange.ts';
import type { ListWatch, WatchOptions } from './listWatch.ts';
import { listPath, objectPath, withQuery } from './paths.ts';
import { RateLimit, type RateLimitOptions } from './rateLimit.ts';

export interface HttpClientOptions {
  readonly fieldManager: string;
  /** Default: the field manager's name. */
  readonly userAgent?: string;
  /** Asked before each write, when its first byte is about to be sent. */
  readonly fence?: Fence;
  /** Default: none. */
  readonly rateLimit?: RateLimitOptions;
  /** Called once an attempt; must not throw. */
  readonly onRequest?: (sample: RequestSample) => void;
  /** Milliseconds for a request that does not say. Default 30,000. */
  readonly timeout?: number;
  readonly clock?: Clock;
}

/**
 * The API server over HTTP.
 *
 * ```ts
 * const client = new HttpClient(await connect(), { fieldManager: 'example' });
 * const settings = await client.get(configMaps, { namespace: 'shop', name: 'settings' });
 * ```
 */
export class HttpClient implements Client, ListWatch {
  readonly fieldManager: string;
  readonly #exchanger: Exchanger;
  readonly #connection: Connection;
  readonly #timeout: number;

  constructor(connection: Connection, options: HttpClientOptions) {
    this.fieldManager = options.fieldManager;
    this.#connection = connection;
    this.#timeout = options.timeout ?? 30_000;
    this.#exchanger = new Exchanger(connection, {
      userAgent: options.userAgent ?? options.fieldManager,
      fence: options.fence,
      rateLimit:
        options.rateLimit === undefined ? undefined : new RateLimit(options.rateLimit, options.clock),
      onRequest: options.onRequest,
      clock: options.clock,
    });
  }

  async get<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: RequestOptions,
  ): Promise<T> {
    const subject = { verb: 'get', kind: resource.kind, name: keyOf(name) };
    return this.#object(subject, 'GET', objectPath(resource, name), options);
  }

  async list<T extends KubernetesObject>(
    resource: Resource<T>,
    options: ListOptions = {},
  ): Promise<ListPage<T>> {
    const { namespace, signal, timeout, mostBytes, ...query } = options;
    const subject = { verb: 'list', kind: resource.kind, name: namespace ?? '' };
    const path = withQuery(listPath(resource, namespace), query);
    let bytes: number | undefined;
    const measured = {
      ...options,
      onBytes: (read: number) => {
        bytes = read;
      },
    };
    const answer = await this.#json(subject, 'GET', path, measured);
    if (!isList(answer)) throw this.#malformed(subject, 'no list');
    const apiVersion = apiVersionOf(resource);
    return {
      // The items of built-in kinds come without apiVersion and kind.
      items: answer.items.map((item) => withKind(resource, apiVersion, item)),
      resourceVersion: answer.metadata.resourceVersion,
      ...(answer.metadata.continue ? { continue: answer.metadata.continue } : undefined),
      ...(bytes === undefined ? undefined : { bytes }),
    };
  }

  async watch(resource: Resource, options: WatchOptions): Promise<AsyncIterable<Uint8Array>> {
    const { namespace, signal, ...query } = options;
    const response = await this.#exchanger.stream({
      subject: { verb: 'watch', kind: resource.kind, name: namespace ?? '' },
      method: 'GET',
      path: withQuery(listPath(resource, namespace), { watch: true, allowWatchBookmarks: true, ...query }),
      signal,
      timeout: this.#timeout,
      idempotent: true,
      writes: false,
    });
    return response.chunks();
  }

  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<T> {
    const { namespace } = object.metadata;
    if (resource.scope === 'Namespaced' && !namespace) {
      throw new TypeError(`${resource.kind} ${object.metadata.name} is namespaced: its namespace is missing`);
    }
    const subject = { verb: 'create', kind: resource.kind, name: keyOf(object) };
    const path = withQuery(listPath(resource, namespace), this.#writeQuery(options));
    return this.#object(subject, 'POST', path, options, object);
  }

  async apply<T extends KubernetesObject>(
    resource: Resource<T>,
    object: Desired<T>,
    options: ApplyOptions = {},
  ): Promise<T> {
    const subject = { verb: 'apply', kind: kindWith(resource, options.subresource), name: keyOf(object) };
    const path = withQuery(objectPath(resource, object.metadata, options.subresource), {
      ...this.#writeQuery(options),
      force: options.force ?? true,
    });
    return this.#object(subject, 'PATCH', path, options, object, 'application/apply-patch+yaml');
  }

  async update<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: SubresourceOptions,
  ): Promise<T> {
    const subject = { verb: 'update', kind: kindWith(resource, options?.subresource), name: keyOf(object) };
    const path = objectPath(resource, object.metadata, options?.subresource);
    return this.#object(subject, 'PUT', withQuery(path, this.#writeQuery(options)), options, object);
  }

  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    patch: Patch,
    options?: SubresourceOptions,
  ): Promise<T> {
    const subject = { verb: 'patch', kind: kindWith(resource, options?.subresource), name: keyOf(name) };
    const path = withQuery(objectPath(resource, name, options?.subresource), this.#writeQuery(options));
    return this.#object(subject, 'PATCH', path, options, patch.body, patchTypes[patch.type]);
  }

  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: DeleteOptions,
  ): Promise<void> {
    await this.deleteWithAnswer(resource, name, options);
  }

  /**
   * As `delete`, and resolves with the object if it is still there, waiting for its finalizers or its grace period;
   * else with the UID of what is gone, where the server tells it.
   */
  async deleteWithAnswer<T extends KubernetesObject>(
    resource: Resource<T>,
    name: ObjectName,
    options: DeleteOptions = {},
  ): Promise<{ readonly terminating: T } | { readonly gone: string | undefined }> {
    const { preconditions, propagationPolicy, gracePeriodSeconds, dryRun } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions,
      propagationPolicy,
      gracePeriodSeconds,
    };
    const subject = { verb: 'delete', kind: resource.kind, name: keyOf(name) };
    const path = withQuery(objectPath(resource, name), { dryRun: dryRun ? 'All' : undefined });
    const answer = await this.#json(subject, 'DELETE', path, options, body);
    if (isObject(answer) && answer.kind === resource.kind) {
      const object = withKind(resource, answer.apiVersion, answer);
      return object.metadata.deletionTimestamp === undefined
        ? { gone: object.metadata.uid }
        : { terminating: object };
    }
    return { gone: uidOfStatus(answer) };
  }

  async request<Answer>(request: RawRequest): Promise<Answer> {
    const { method, query, body, headers } = request;
    const subject = { verb: method.toLowerCase(), kind: request.path, name: '' };
    const path = withQuery(request.path, query ?? {});
    const answer = await this.#json(subject, method, path, request, body, 'application/json', headers);
    return answer as Answer;
  }

  async #object<T extends KubernetesObject>(
    subject: RequestSubject,
    method: HttpRequest['method'],
    path: string,
    options?: RequestOptions,
    body?: unknown,
    contentType?: string,
  ): Promise<T> {
    const answer = await this.#json(subject, method, path, options, body, contentType);
    if (!isObject(answer)) throw this.#malformed(subject, 'no object');
    return answer as T;
  }

  #json(
    subject: RequestSubject,
    method: HttpRequest['method'],
    path: string,
    options: RequestOptions & Pick<Exchange, 'mostBytes' | 'onBytes'> = {},
    body?: unknown,
    contentType = 'application/json',
    headers?: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const exchange: Exchange = {
      subject,
      method,
      path,
      timeout: options.timeout ?? this.#timeout,
      idempotent: method === 'GET' || method === 'PUT' || subject.verb === 'apply',
      writes: method !== 'GET',
      ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? undefined : { 'content-type': contentType }), ...headers },
      ...(options.signal === undefined ? undefined : { signal: options.signal }),
      ...(options.mostBytes === undefined ? undefined : { mostBytes: options.mostBytes }),
      ...(options.onBytes === undefined ? undefined : { onBytes: options.onBytes }),
    };
    return this.#exchanger.json(exchange);
  }

  #writeQuery({ dryRun, fieldManager, fieldValidation = 'Ignore' }: WriteOptions = {}) {
    return {
      fieldManager: fieldManager ?? this.fieldManager,
      dryRun: dryRun ? 'All' : undefined,
      fieldValidation,
    };
  }

  #malformed({ verb, kind, name }: RequestSubject, what: string): ConnectionError {
    return new ConnectionError('malformed', this.#connection.server, what).during(
      `cannot ${verb} ${kind} ${name}`,
    );
  }
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
} as const;

function kindWith(resource: Resource, subresource: string | undefined): string {
  return subresource === undefined ? resource.kind : `${resource.kind}/${subresource}`;
}

/** The version is one string for all items, and not one each. */
function withKind<T extends KubernetesObject>(resource: Resource<T>, apiVersion: string, item: object): T {
  if ('apiVersion' in item && 'kind' in item) return item as T;
  return { apiVersion, kind: resource.kind, ...item } as T;
}

function isObject(answer: unknown): answer is KubernetesObject {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'kind' in answer &&
    'metadata' in answer &&
    typeof answer.metadata === 'object' &&
    answer.metadata !== null
  );
}

interface ListAnswer {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly object[];
}

function isList(answer: unknown): answer is ListAnswer {
  return (
    isObject(answer) &&
    typeof answer.metadata.resourceVersion === 'string' &&
    'items' in answer &&
    Array.isArray(answer.items)
  );
}

function uidOfStatus(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('details' in answer)) return undefined;
  const { details } = answer;
  if (typeof details !== 'object' || details === null || !('uid' in details)) return undefined;
  return typeof details.uid === 'string' ? details.uid : undefined;
}
