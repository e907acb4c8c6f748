import { isConflict, isNotFound } from '../client/apiError.ts';
import type { Client, RequestOptions } from '../client/client.ts';
import { firstDifference } from '../resources/json.ts';
import { type KubernetesObject, keyOf, type ObjectName } from '../resources/object.ts';
import { apiVersionOf, type Resource } from '../resources/resource.ts';

/** An object with a status. */
export interface WithStatus extends KubernetesObject {
  readonly status?: object;
}

/** What is asked of the API server. Reads are lists, so that who follows a kind needs no right to `get` beside. */
export type StatusClient = Pick<Client, 'fieldManager' | 'list' | 'apply' | 'patch'>;

export interface StatusWriterOptions<T extends WithStatus> {
  readonly client: StatusClient;
  readonly resource: Resource<T>;
  /** Default: the client's. */
  readonly fieldManager?: string;
}

/** What became of a status. */
export type StatusOutcome<T> =
  /** It says that already: no request was made. */
  | { readonly result: 'unchanged'; readonly object: T }
  | { readonly result: 'written'; readonly object: T }
  /** The object is gone, or another one of that name is there now. */
  | { readonly result: 'gone' };

/**
 * Writes the status of one kind by server-side apply on the status subresource, only where it differs from what the
 * object says, and only to the very object that it was made for.
 *
 * The whole status is ours: what others put into it is taken out.
 */
export class StatusWriter<T extends WithStatus> {
  readonly #client: StatusClient;
  readonly #resource: Resource<T>;
  readonly #fieldManager: string;

  constructor({ client, resource, fieldManager }: StatusWriterOptions<T>) {
    this.#client = client;
    this.#resource = resource;
    this.#fieldManager = fieldManager ?? client.fieldManager;
  }

  /**
   * @param live the object as last seen, or as the server answered the last write to it.
   * @param status all of it; leave out what is not known rather than writing empty maps.
   * @throws ApiError, and StatusNotStoredError where the server stores something else.
   */
  async write(
    live: T,
    status: NonNullable<T['status']>,
    options: RequestOptions = {},
  ): Promise<StatusOutcome<T>> {
    if (sameStatus(status, live.status)) return { result: 'unchanged', object: live };
    try {
      const applied = await this.#applyToThis(live, status, options);
      if (applied === undefined) return { result: 'gone' };
      const object = sameStatus(status, applied.status)
        ? applied
        : await this.#replace(applied, status, options);
      if (!sameStatus(status, object.status)) throw new StatusNotStoredError(this.#resource, addressOf(live));
      return { result: 'written', object };
    } catch (error) {
      if (isNotFound(error)) return { result: 'gone' };
      throw error;
    }
  }

  /**
   * The server looks at no UID here, so the resourceVersion is what keeps a status off the successor of its object.
   * Where the same object has only changed, the status is as true of it as it was: it says of which generation it is.
   */
  async #applyToThis(live: T, status: object, options: RequestOptions): Promise<T | undefined> {
    try {
      return await this.#apply(live, status, options);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    const { name, namespace } = addressOf(live);
    const { items } = await this.#client.list(this.#resource, {
      ...options,
      ...(namespace === undefined ? {} : { namespace }),
      fieldSelector: `metadata.name=${name}`,
    });
    const newer = items.find(({ metadata }) => metadata.uid === live.metadata.uid);
    return newer === undefined ? undefined : this.#apply(newer, status, options);
  }

  async #apply({ metadata }: T, status: object, options: RequestOptions): Promise<T> {
    const { name, namespace, resourceVersion } = metadata;
    const object = {
      apiVersion: apiVersionOf(this.#resource),
      kind: this.#resource.kind,
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      status,
    };
    // By way of the resource without its type: what is sent is a part of T that TypeScript cannot name.
    const resource: Resource = this.#resource;
    const answer = await this.#client.apply(resource, object, {
      ...options,
      subresource: 'status',
      fieldManager: this.#fieldManager,
      force: true,
    });
    return answer as T;
  }

  /** Takes out what others own: an apply leaves that in place. */
  #replace(applied: T, status: object, options: RequestOptions): Promise<T> {
    const gone = Object.keys(applied.status ?? {}).filter((field) => !(field in status));
    const body = {
      metadata: { resourceVersion: applied.metadata.resourceVersion },
      status: { ...Object.fromEntries(gone.map((field) => [field, null])), ...status },
    };
    return this.#client.patch(
      this.#resource,
      addressOf(applied),
      { type: 'merge', body },
      {
        ...options,
        subresource: 'status',
        fieldManager: this.#fieldManager,
      },
    );
  }
}

/** The server keeps a status other than the one sent: the schema drops a field of it, or admission changes it. */
export class StatusNotStoredError extends Error {
  override readonly name = 'StatusNotStoredError';

  constructor(resource: Resource, address: ObjectName) {
    super(
      `${resource.kind} ${keyOf(address)}: the API server stored another status than was written. ` +
        `Is the CustomResourceDefinition older than the operator?`,
    );
  }
}

function addressOf({ metadata: { name, namespace } }: KubernetesObject): ObjectName {
  return namespace === undefined ? { name } : { name, namespace };
}

function sameStatus(left: unknown, right: unknown): boolean {
  return firstDifference(left, right) === undefined;
}
