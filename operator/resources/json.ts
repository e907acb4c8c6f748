/** JSON values of objects whose schema we do not know. */

/** A JSON object, as opposed to a list, a scalar or null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null, an empty list and an absent field are one: the server turns each into the last. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/**
 * The path of the first place where two values differ, but for what `isAbsent` takes as one; undefined where they do
 * not. An empty map is not an absent one: `namespaceSelector: {}` is every namespace.
 *
 * @param same compares scalars that are not identical. Default: they differ.
 */
export function firstDifference(
  left: unknown,
  right: unknown,
  same: (left: unknown, right: unknown) => boolean = () => false,
  path: readonly string[] = [],
): readonly string[] | undefined {
  const found = difference(left, right, same);
  return found === undefined ? undefined : [...path, ...found];
}

/** The path is made on the way back from a difference: nearly everything that is compared is equal. */
function difference(
  left: unknown,
  right: unknown,
  same: (left: unknown, right: unknown) => boolean,
): readonly string[] | undefined {
  if (left === right || (isAbsent(left) && isAbsent(right))) return undefined;
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return [];
    for (let index = 0; index < left.length; index += 1) {
      const found = difference(left[index], right[index], same);
      if (found !== undefined) return [String(index), ...found];
    }
    return undefined;
  }
  if (isRecord(left) && isRecord(right)) {
    for (const name of Object.keys(left)) {
      const found = difference(left[name], right[name], same);
      if (found !== undefined) return [name, ...found];
    }
    for (const name of Object.keys(right)) {
      if (!Object.hasOwn(left, name) && !isAbsent(right[name])) return [name];
    }
    return undefined;
  }
  return same(left, right) ? undefined : [];
}
