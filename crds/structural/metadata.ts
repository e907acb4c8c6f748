import { z } from 'zod';

/** What a schema says to Kubernetes beyond what zod can: `schema.register(kubernetes, { … })`. Keeps its value through `.describe()` and checks. */
export const kubernetes = z.registry<KubernetesMetadata>();

/** How a value is validated and merged by the API server. */
export interface KubernetesMetadata {
  /** CEL rules over the value, which is called `self`. */
  readonly rules?: readonly Rule[];
  /**
   * How a list merges when several field managers apply to it, and what is a duplicate in it. `set`: the items
   * themselves are distinct. `map`: the fields named in `listMapKeys` tell items apart.
   */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** `atomic`: an object or map that is replaced as a whole. */
  readonly mapType?: 'atomic' | 'granular';
  /** Bounds of a record; zod has none. */
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** The value, or unknown fields of the object, are kept as they are and not looked at. */
  readonly preserveUnknownFields?: true;
}

/** One entry of `x-kubernetes-validations`. */
export interface Rule {
  /** A CEL expression that is true for a good value. It may use `oldSelf` where the value can be told apart on an update. */
  readonly rule: string;
  /** Shown when the rule does not hold: what is wrong and what to write instead. One line. */
  readonly message: string;
  /** A CEL expression for a message with the offending value in it. `message` is what stays when it fails. */
  readonly messageExpression?: string;
  /** The field below the value that is to blame, as `.name`; the value itself unless given. */
  readonly fieldPath?: string;
  readonly reason?:
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate';
  /** With `oldSelf`: the rule is evaluated on creation too, and `oldSelf` is an optional. */
  readonly optionalOldSelf?: true;
}
