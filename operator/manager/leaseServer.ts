import { ApiError } from '../client/apiError.ts';
import type { Client } from '../client/client.ts';
import type { Lease } from '../resources/builtin.ts';
import type { ObjectName } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';

/** The API server as leader election sees it, for tests: one Lease and the mark beside it, optimistic locking, and cuts. */
export class LeaseServer {
  lease: Lease | undefined;
  mark: Lease | undefined;
  #version = 0;

  /** A process's way to the server. While `cut`, its requests hang until their signal or their timeout. */
  client(link: { cut?: boolean; requests?: string[] } = {}, timer?: (milliseconds: number) => Promise<void>) {
    const send = async <T>(verb: string, timeout: number | undefined, answer: () => T): Promise<T> => {
      link.requests?.push(verb);
      if (link.cut) {
        await timer?.(timeout ?? 30_000);
        throw new Error('timed out');
      }
      return answer();
    };
    const refuse = (verb: string, status: number, reason: string) =>
      new ApiError({ verb, kind: 'Lease', name: 'system/leader' }, status, { reason });
    const client = {
      get: (_resource: Resource, _name: ObjectName, options: { timeout?: number } = {}) =>
        send('get', options.timeout, () => {
          if (this.lease === undefined) throw refuse('get', 404, 'NotFound');
          return this.lease;
        }),
      create: (_resource: Resource, object: Lease, options: { timeout?: number } = {}) =>
        send('create', options.timeout, () => {
          if (object.metadata.name !== 'leader') {
            if (this.mark !== undefined) throw refuse('create', 409, 'AlreadyExists');
            this.mark = object;
            return object;
          }
          if (this.lease !== undefined) throw refuse('create', 409, 'AlreadyExists');
          return this.#write(object);
        }),
      update: (_resource: Resource, object: Lease, options: { timeout?: number } = {}) =>
        send('update', options.timeout, () => {
          if (this.lease === undefined) throw refuse('update', 404, 'NotFound');
          if (this.lease.metadata.resourceVersion !== object.metadata.resourceVersion) {
            throw refuse('update', 409, 'Conflict');
          }
          return this.#write(object);
        }),
    };
    // The wire boundary of this fake: it holds Leases alone.
    return client as unknown as Pick<Client, 'get' | 'create' | 'update'>;
  }

  #write(object: Lease): Lease {
    this.#version += 1;
    this.lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    return this.lease;
  }
}
