import { compiledNames } from '../../../crds/policy/names.ts';
import type { Live } from './live.ts';

/** Under which name in the cluster each content stands, by the content's own name. */
export type Slots = ReadonlyMap<string, string>;

/**
 * What Policies are compiled into is named by its content, so that another content is another object. RBAC, though, narrows
 * by names that are known beforehand: so in the cluster there are a fixed number of names, and each content has one of them
 * for as long as it stands. What is there keeps its name. What is new has one that its content chooses, if that is free, so
 * that two who look at the same moment choose alike.
 *
 * @param contents in order; the last have none where there are too few
 * @param names all that there are
 */
export function slotsOf(
  contents: Iterable<string>,
  live: readonly Pick<Live, 'object' | 'slot'>[],
  names: readonly string[] = compiledNames,
): Slots {
  const slots = new Map<string, string>();
  const taken = new Set<string>();
  const there = new Set(names);
  for (const { object, slot } of live) {
    const content = object.metadata.name;
    if (!there.has(slot)) continue;
    if (!taken.has(slot) && !slots.has(content)) slots.set(content, slot);
    taken.add(slot);
  }
  for (const content of contents) {
    if (slots.has(content)) continue;
    const slot = firstFree(content, taken, names);
    if (slot === undefined) break;
    slots.set(content, slot);
    taken.add(slot);
  }
  return slots;
}

function firstFree(
  content: string,
  taken: ReadonlySet<string>,
  names: readonly string[],
): string | undefined {
  // Its name ends in digits of a hash.
  const first = Number.parseInt(content.slice(-8), 16) % names.length;
  return [...names.slice(first), ...names.slice(0, first)].find((name) => !taken.has(name));
}
