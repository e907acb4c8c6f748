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
  if (left === right || (isAbsent(left) && isAbsent(right))) return undefined;
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return path;
    return firstFound(left.keys(), (index) =>
      firstDifference(left[index], right[index], same, [...path, String(index)]),
    );
  }
  if (isRecord(left) && isRecord(right)) {
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    return firstFound(names, (name) => firstDifference(left[name], right[name], same, [...path, name]));
  }
  return same(left, right) ? undefined : path;
}

function firstFound<Item, Found>(
  items: Iterable<Item>,
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
