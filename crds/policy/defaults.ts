import type { Operation, ResourceRule } from './schema.ts';

/** What is meant where a field within a list is left out; a default of the schema would differ for ever from what was applied. */

/** Making and changing. */
export function operationsOf({ operations }: Pick<ResourceRule, 'operations'>): readonly Operation[] {
  return operations ?? ['CREATE', 'UPDATE'];
}

/** All of them. */
export function versionsOf({ apiVersions }: Pick<ResourceRule, 'apiVersions'>): readonly string[] {
  return apiVersions ?? ['*'];
}

/** The moment from which on an exception no longer holds, in milliseconds; undefined where it holds for good. */
export function expiryOf({ expires }: { readonly expires?: string | undefined }): number | undefined {
  return expires === undefined ? undefined : Date.parse(expires);
}
