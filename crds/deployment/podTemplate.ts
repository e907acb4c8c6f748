import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import * as z from 'zod';
import { kubernetes } from '../structural/metadata.ts';
import type { StructuralSchema } from '../structural/openApi.ts';

/**
 * A pod template as it crosses the wire. Where a field may be left out, the API server gives back a null that was
 * written as a null, so ask for `== null` and not for `=== undefined` where it matters.
 */
export type PodTemplate = Wire<V1PodTemplateSpec>;

/** A pod template, of which the API server checks what the schema says. In TypeScript it is taken as it is. */
export function podTemplate(description: string, schema: StructuralSchema) {
  return z.custom<PodTemplate>(isObject).describe(description).register(kubernetes, { schema });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Dates are strings, and everything is readonly. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Element)[]
    ? readonly Wire<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Wire<T[Key]> }
      : T;
