import * as z from 'zod';
import type { StructuralSchema } from './openApi.ts';
import type { Rule } from './rule.ts';

export type { Rule } from './rule.ts';

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
  /**
   * The schema itself, where it is not ours to say, for a `z.custom`. It is written as it is; rules may read of it only
   * what it bounds.
   */
  readonly schema?: StructuralSchema;
}
