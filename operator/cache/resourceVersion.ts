/**
 * Which of two resourceVersions is the later one: negative if `left` is earlier, 0 if they are the same, positive if it
 * is later; `undefined` where that cannot be told.
 *
 * The API defines them as opaque, but for this: those that are decimal numbers are in the order of the numbers. They may
 * be longer than a double is exact.
 */
export function compareResourceVersions(left: string, right: string): number | undefined {
  if (left === right) return 0;
  if (!decimal.test(left) || !decimal.test(right)) return undefined;
  return left.length - right.length || (left < right ? -1 : 1);
}

const decimal = /^[1-9][0-9]*$/;
