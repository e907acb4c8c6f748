/** How many pods of each revision stand for a weight, where the split is by pods. */
export interface Split {
  readonly canary: number;
  readonly stable: number;
}

/**
 * The split of `replicas` pods that comes closest to `weight` percent for the canary. Where `surge` allows for it, one pod
 * more than `replicas` is there if that comes closer. Equally close: the fewer pods, then the more of the canary. Between 1
 * and 99 percent each revision has a pod, if there may be two.
 *
 * This is what users of Argo Rollouts know as the basic canary.
 */
export function splitOf(weight: number, replicas: number, surge: number): Split {
  if (replicas === 0) return { canary: 0, stable: 0 };
  if (weight <= 0) return { canary: 0, stable: replicas };
  if (weight >= 100) return { canary: replicas, stable: 0 };
  let best: Split | undefined;
  let least = Number.POSITIVE_INFINITY;
  const most = surge > 0 ? replicas + 1 : replicas;
  for (let total = replicas; total <= most; total += 1) {
    const exact = (weight * total) / 100;
    for (const near of [Math.ceil(exact), Math.floor(exact)]) {
      const canary = most > 1 && total > 1 ? Math.min(Math.max(near, 1), total - 1) : near;
      const stable = total - canary;
      if (most > 1 && (canary === 0 || stable === 0)) continue;
      const distance = Math.abs(canary / total - weight / 100);
      if (distance < least - 1e-12) {
        best = { canary, stable };
        least = distance;
      }
    }
  }
  return best ?? { canary: 0, stable: replicas };
}
