import { type Overload, overload, string } from '../functions.ts';

/** What only mutations may call. */
export const jsonPatches: Readonly<Record<string, readonly Overload[]>> = {
  'jsonpatch.escapeKey': [overload('string_jsonpatch_escapeKey_string', [string], string, escapedKey)],
};

/** As one step of a JSON pointer. */
export function escapedKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
