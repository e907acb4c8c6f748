import { desiredOf, type Situation } from './situation.ts';

/** All old pods go, and when the last is gone the new ones come. Frozen: nothing but scaling. */
export function recreate(
  situation: Situation,
  goal: string | undefined,
  frozen: boolean,
): ReadonlyMap<string, number> {
  const { revisions, replicas } = situation;
  const sizes = new Map<string, number>();
  const active = [...revisions.values()].filter(({ desired }) => desired > 0);
  if (frozen) {
    const [only] = active;
    if (active.length === 1 && only !== undefined) sizes.set(only.hash, replicas);
    return sizes;
  }
  let left = 0;
  for (const { hash, desired, pods } of revisions.values()) {
    if (hash === goal) continue;
    sizes.set(hash, 0);
    left += desired + pods.total + pods.terminating;
  }
  if (goal !== undefined)
    sizes.set(goal, left === 0 ? replicas : Math.min(replicas, desiredOf(situation, goal)));
  return sizes;
}
