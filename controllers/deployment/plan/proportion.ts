/** One revision's pods, and for how many pods of the Deployment they were made. */
export interface Sized {
  readonly hash: string;
  readonly desired: number;
  readonly sizedFor: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * The sizes after `spec.replicas` changed in the middle of a rolling update: every revision keeps its share, so that
 * scaling up does not put all new pods at risk. As `apps/v1` does it: rounded, the largest takes what is left.
 */
export function proportional(
  pools: readonly Sized[],
  replicas: number,
  surgeOf: (replicas: number) => number,
): ReadonlyMap<string, number> {
  const total = pools.reduce((sum, { desired }) => sum + desired, 0);
  const allowed = replicas === 0 ? 0 : replicas + surgeOf(replicas);
  const change = allowed - total;
  const newestFirst = change > 0 ? 1 : -1;
  const ordered = pools.toSorted(
    (a, b) => b.desired - a.desired || newestFirst * (b.createdAt - a.createdAt),
  );
  const sizes = new Map<string, number>();
  let added = 0;
  for (const { hash, desired, sizedFor } of ordered) {
    const before = sizedFor + surgeOf(sizedFor);
    const share = before === 0 ? 0 : Math.round((desired * allowed) / before) - desired;
    const left = change - added;
    const most = change > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
    sizes.set(hash, Math.max(0, desired + most));
    added += most;
  }
  const [largest] = ordered;
  if (largest !== undefined) {
    sizes.set(largest.hash, Math.max(0, (sizes.get(largest.hash) ?? 0) + change - added));
  }
  return sizes;
}
