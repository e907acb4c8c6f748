/** What the API server adds to every kind: the wire form of an object of one of our kinds, as it is read back. */
export interface CustomResource<ApiVersion extends string, Kind extends string, Spec, Status> {
  readonly apiVersion: ApiVersion;
  readonly kind: Kind;
  readonly metadata: Metadata;
  readonly spec: ReadonlyDeep<Spec>;
  readonly status?: ReadonlyDeep<Status>;
}

/** `metadata` as the API server writes it: timestamps are RFC 3339 strings. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller?: boolean;
    readonly blockOwnerDeletion?: boolean;
  }[];
  readonly managedFields?: readonly {
    readonly manager?: string;
    readonly operation?: 'Apply' | 'Update';
    readonly apiVersion?: string;
    readonly time?: string;
    readonly fieldsType?: 'FieldsV1';
    readonly fieldsV1?: FieldsV1;
    readonly subresource?: string;
  }[];
}

interface FieldsV1 {
  readonly [path: string]: FieldsV1;
}

/** The type with everything in it readonly. */
export type ReadonlyDeep<T> = T extends readonly (infer Element)[]
  ? readonly ReadonlyDeep<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadonlyDeep<T[Key]> }
    : T;
