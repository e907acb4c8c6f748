import type { ApplyOptions, Client, Desired, Patch, SubresourceOptions } from '../client/client.ts';
import type { KubernetesObject, ObjectName } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';

/** What an applier writes with: a `Client`, or what completes objects on their way to one. */
export interface ApplyClient extends Pick<Client, 'delete'> {
  /** Resolves with the object as the inventory will have it. */
  apply(
    resource: Resource,
    object: Desired<KubernetesObject>,
    options?: ApplyOptions,
  ): Promise<KubernetesObject>;
  patch(
    resource: Resource,
    name: ObjectName,
    patch: Patch,
    options?: SubresourceOptions,
  ): Promise<KubernetesObject>;
}
