import { desiredOf, type Situation } from './situation.ts';

/** All old pods go, and when the last is gone the new ones come. Frozen: nothing but scaling. */
export function recreate(
  situation: Situation,
  goal: string | undefined,
  frozen: boolean,
): ReadonlyMap<string, number> {
  const { revisions, replicas } = situation;
  const sizes = new Map<string, number>();
  const scale = (hash: string) =>
    sizes.set(hash, isAlone(situation, hash) ? replicas : Math.min(replicas, desiredOf(situation, hash)));
  if (frozen) {
    const [only, ...others] = [...revisions.values()].filter(({ desired }) => desired > 0);
    if (only !== undefined && others.length === 0) scale(only.hash);
    return sizes;
  }
  for (const hash of revisions.keys()) if (hash !== goal) sizes.set(hash, 0);
  if (goal !== undefined) scale(goal);
  return sizes;
}

/** Whether no other revision has a pod, nor is about to. */
function isAlone({ revisions }: Situation, hash: string): boolean {
  for (const { hash: other, desired, pods } of revisions.values()) {
    if (other !== hash && desired + pods.total + pods.terminating > 0) return false;
  }
  return true;
}
