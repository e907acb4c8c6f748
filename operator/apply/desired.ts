import type { Desired } from '../client/client.ts';
import type { KubernetesObject } from '../resources/object.ts';
import { apiVersionOf, type Resource } from '../resources/resource.ts';
import type { WholeField } from './wholeField.ts';

/** One object that an owner wants, with only the fields that are meant. Labels of ours are added to it. */
export interface DesiredObject<T extends KubernetesObject = KubernetesObject> {
  readonly resource: Resource<T>;
  readonly object: Desired<T>;
  /** Lower waves stand before higher ones are begun, within a group. Default 0. */
  readonly wave?: number;
  /** What waves are counted in: trouble in one group holds nothing up in another. Default: the object's namespace. */
  readonly group?: string;
  /** Fields in which nobody may add anything: compared by value as well. */
  readonly whole?: readonly WholeField[];
  /** Delete and create where an apply is refused because a field is immutable (a RoleBinding's roleRef). Default false. */
  readonly recreate?: boolean;
  /**
   * What may be done with an object that exists and is not this owner's. `Unclaimed` (the default): taken over unless
   * another owner's. `Never`: refused; also makes creation fail where the object appeared unseen in between.
   * `Always`: taken over whoever has it.
   */
  readonly takeOver?: 'Unclaimed' | 'Never' | 'Always';
}

/** How an object is to be applied, beside what it is. */
export type DesiredOptions = Omit<DesiredObject, 'resource' | 'object'>;

/**
 * A desired object of a resource, its fields checked against the resource's type:
 * `desire(networkPolicies, { metadata: { name: 'deny', namespace }, spec: { … } }, { wave: 1 })`.
 */
export function desire<T extends KubernetesObject>(
  resource: Resource<T>,
  fields: Omit<Desired<T>, 'apiVersion' | 'kind'>,
  options: DesiredOptions = {},
): DesiredObject {
  return {
    ...options,
    resource,
    object: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...fields },
  };
}
