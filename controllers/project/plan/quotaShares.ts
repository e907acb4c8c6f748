import type { Environment } from './environment.ts';
import type { Decided } from './environmentPlan.ts';
import type { Observation } from './observation.ts';

/** How the Project's quota is shared out now. */
export interface QuotaShares {
  /** By environment; none where the Project has no quota. */
  readonly shares: ReadonlyMap<string, Pick<Decided, 'quota' | 'quotaTrouble' | 'quotaEnforced'>>;
  /** Milliseconds until there may be something to do although nothing changes. */
  readonly wakeUp: number | undefined;
}

export function planQuotaShares(
  _observation: Observation,
  _environments: readonly Environment[],
): QuotaShares {
  return { shares: new Map(), wakeUp: undefined };
}
