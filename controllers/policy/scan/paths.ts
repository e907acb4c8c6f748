import type { Path } from '../evaluate/index.ts';

/** Which fields are kept of the objects of a kind. */

/** What the scan itself reads of every object. */
const bookkeeping: readonly Path[] = [
  ['apiVersion'],
  ['kind'],
  ['metadata', 'name'],
  ['metadata', 'namespace'],
  ['metadata', 'uid'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'ownerReferences'],
];

/** All of these and what is always kept: each once, none below another, in an order of their own. */
export function unionOf(reads: readonly (readonly Path[])[]): readonly Path[] {
  const distinct = new Map([...bookkeeping, ...reads.flat()].map((path) => [JSON.stringify(path), path]));
  const all = [...distinct].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return all.filter((path) => !all.some((other) => other.length < path.length && isAbove(other, path)));
}

/** Whether all that is wanted is in what is kept. */
export function covers(kept: readonly Path[], wanted: readonly Path[]): boolean {
  return wanted.every((path) => kept.some((other) => isAbove(other, path)));
}

/** Whether keeping the one keeps the other. */
function isAbove(above: Path, path: Path): boolean {
  return above.length <= path.length && above.every((field, index) => path[index] === field);
}
