/** Kubernetes objects as they cross the wire: JSON, so timestamps are RFC 3339 strings and nothing is mutable. */

/** One entry of `metadata.managedFields`: which manager owns which fields. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: 'FieldsV1';
  readonly fieldsV1?: FieldsV1;
  readonly subresource?: string;
}

/** A set of fields in the `FieldsV1` encoding: `f:name`, `k:{"key":…}`, `v:value`, `i:index` and `.`. */
export interface FieldsV1 {
  readonly [path: string]: FieldsV1;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly generateName?: string;
}

/** What every object has. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The JSON form of a type of `@kubernetes/client-node`: dates as strings, names as the server's, everything readonly. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Element)[]
    ? readonly Wire<Element>[]
    : T extends object
      ? { readonly [Key in keyof T as WireName<Key>]: Wire<T[Key]> }
      : T;

/** client-node renames fields that are words of the language: `_from` crosses the wire as `from`. */
type WireName<Key> = Key extends `_${infer Name}`
  ? Name
  : Key extends `x_kubernetes_${infer Name}`
    ? `x-kubernetes-${Hyphenated<Name>}`
    : Key;

type Hyphenated<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}-${Hyphenated<Tail>}`
  : Name;

/** A client-node model (`V1Namespace`, …) as a `KubernetesObject`. */
export type Model<T> = KubernetesObject & Omit<Wire<T>, 'apiVersion' | 'kind' | 'metadata'>;

/** An object's address within its resource. Cluster-scoped objects have no namespace. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
}

declare const objectKeyBrand: unique symbol;

/** `namespace/name`, or `name` for a cluster-scoped object: what queues and caches are keyed by. */
export type ObjectKey = string & { readonly [objectKeyBrand]: true };

/** The key of an object or of its name. */
export function keyOf(named: KubernetesObject | ObjectName): ObjectKey {
  const { name, namespace } = 'metadata' in named ? named.metadata : named;
  return (namespace === undefined || namespace === '' ? name : `${namespace}/${name}`) as ObjectKey;
}

/** The name that a key stands for. */
export function nameOf(key: ObjectKey): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
