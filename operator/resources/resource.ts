import type { KubernetesObject } from './object.ts';

/** Where a kind is served: all that is needed to build its URLs, and the type of its objects. */
export interface Resource<T extends KubernetesObject = KubernetesObject> {
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Lower case, as in the URL. */
  readonly plural: string;
  readonly scope: 'Cluster' | 'Namespaced';
  /** Never set: carries the type of the objects. */
  readonly objectType?: T;
}

/** Declares a resource: `defineResource<Widget>({ group: 'example.com', version: 'v1', … })`. */
export function defineResource<T extends KubernetesObject>(
  resource: Omit<Resource<T>, 'objectType'>,
): Resource<T> {
  return Object.freeze({ ...resource });
}

/** `apiVersion` as objects carry it: `v1`, `apps/v1`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** `plural.group`, as discovery, RBAC messages and metrics name it. */
export function resourceId(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
