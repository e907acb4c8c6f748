/** One revision's pods. */
export interface Pool {
  readonly hash: string;
  readonly desired: number;
  /** Of `desired`. */
  readonly available: number;
  readonly want: number;
  /** Was given up: its pods that are not available are waited for no more. */
  readonly abandoned?: boolean | undefined;
}

export interface Bounds {
  /** Pods of the Deployment. */
  readonly replicas: number;
  /** Pods above `replicas` that there may be. */
  readonly surge: number;
  /** Pods of `replicas` that may be missing. */
  readonly unavailable: number;
}

/**
 * The next sizes on the way to what each revision wants, as `apps/v1` rolls: pools grow in the order given, up to the
 * surge; they shrink in the order given, first by pods that are not available anyway, then by as many available ones as may
 * be missing. All writes hold in any order: growing counts on nothing that shrinks, nor the other way round.
 */
export function roll(
  growing: readonly Pool[],
  shrinking: readonly Pool[],
  { replicas, surge, unavailable }: Bounds,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  let total = 0;
  let available = 0;
  let coming = 0;
  for (const pool of growing) {
    sizes.set(pool.hash, pool.desired);
    total += pool.desired;
    available += pool.available;
    if (pool.desired <= pool.want) coming += pool.desired - pool.available;
  }
  let room = Math.max(0, (replicas === 0 ? 0 : replicas + surge) - total);
  for (const { hash, desired, want } of growing) {
    const more = Math.min(Math.max(0, want - desired), room);
    sizes.set(hash, desired + more);
    room -= more;
  }
  const least = Math.max(0, replicas - unavailable);
  // Pods that are still coming must not be counted upon.
  let removable = Math.max(0, total - least - coming);
  let spare = Math.max(0, available - least);
  const shrink = (pool: Pool, most: number) => {
    const size = sizes.get(pool.hash) ?? pool.desired;
    const fewer = Math.max(0, Math.min(size - pool.want, most));
    sizes.set(pool.hash, size - fewer);
    return fewer;
  };
  const above = shrinking.filter(({ desired, want }) => desired > want);
  for (const pool of above) {
    const missing = pool.desired - pool.available;
    const fewer = shrink(pool, pool.abandoned ? missing : Math.min(missing, removable));
    removable = Math.max(0, removable - fewer);
  }
  for (const pool of above) {
    const fewer = shrink(pool, Math.min(pool.available, spare, removable));
    removable -= fewer;
    spare -= fewer;
  }
  return sizes;
}
