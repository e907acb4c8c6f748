import type { Situation } from './situation.ts';
import { isIdle } from './traffic.ts';

/** What is to become of a revision that has no part any more. */
export interface Draining {
  readonly replicas: number;
  /** Milliseconds since the epoch. */
  readonly zeroSince?: number | undefined;
}

/**
 * First its weight is verified to be zero, which is noted on the ReplicaSet; the time from there on is the drain, and only
 * then its pods go. Traffic comes back to a revision only after the note is gone: a late order to remove its pods, which
 * was made on condition that the note is there, then fails.
 */
export function drain(situation: Situation, hash: string): Draining {
  const { now, strategy, revisions } = situation;
  const revision = revisions.get(hash);
  if (revision === undefined || revision.desired === 0) {
    return { replicas: 0, zeroSince: revision?.zeroSince };
  }
  const { desired, zeroSince } = revision;
  if (!isIdle(situation, hash)) {
    // Unverified for a moment is not in use again.
    return { replicas: desired, zeroSince: isStillZero(situation, hash) ? zeroSince : undefined };
  }
  if (zeroSince === undefined) return { replicas: desired, zeroSince: now };
  return { replicas: now >= zeroSince + strategy.drain ? 0 : desired, zeroSince };
}

/** When the pods of a revision that is drained may go; milliseconds since the epoch. */
export function drainedAt({ revisions, strategy }: Situation, hash: string): number | undefined {
  const revision = revisions.get(hash);
  if (revision?.zeroSince === undefined || revision.desired === 0) return undefined;
  return revision.zeroSince + strategy.drain;
}

function isStillZero({ route }: Situation, hash: string): boolean {
  return (
    route.exists && (route.weights.get(hash) ?? 0) === 0 && route.matchTo !== hash && route.preview !== hash
  );
}
