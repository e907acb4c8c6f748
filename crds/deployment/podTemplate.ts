import type { V1PodTemplateSpec } from '@kubernetes/client-node';

/**
 * A pod template as it crosses the wire. Where a field may be left out, the API server gives back a null that was
 * written as a null, so ask for `== null` and not for `=== undefined` where it matters.
 */
export type PodTemplate = Wire<V1PodTemplateSpec>;

/** Dates are strings, and everything is readonly. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Element)[]
    ? readonly Wire<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Wire<T[Key]> }
      : T;
