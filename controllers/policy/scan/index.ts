/**
 * What is there, looked at with every Policy, in the background and on the leader only.
 *
 * In the order of reading: `scan.ts` what it offers; `running.ts` what a change is worth; `roster.ts` the Policies;
 * `kinds.ts`, `kindWatch.ts`, `definitions.ts` what is watched; `pending.ts`, `looking.ts`, `alike.ts` what is looked at, and when;
 * `ledger.ts`, `outcome.ts` what is known then; `telling.ts`, `summary.ts`, `violators.ts` what is told of it.
 */
import type { Manager } from '../../../operator/manager/manager.ts';
import { monotonicClock } from '../../../operator/queue/clock.ts';
import { scanMetrics } from './metrics.ts';
import type { ScanOptions } from './running.ts';
import { Scan } from './scan.ts';

export type { Entry } from './ledger.ts';
export { type Bad, isOutcome } from './outcome.ts';
export type { FollowedPolicy } from './roster.ts';
export { Scan } from './scan.ts';
export { apiVersionOf, type Summary } from './summary.ts';
export { type Violator, violatorOf } from './violators.ts';

/** Makes what looks at what is there; `follow` begins. */
export function createScan(
  manager: Pick<Manager, 'follow' | 'discovery' | 'log' | 'metrics'>,
  { changed, violates }: Pick<ScanOptions, 'changed' | 'violates'>,
): Scan {
  const log = manager.log.child({ part: 'policy-scan' });
  const measure = scanMetrics(manager.metrics.registry, () => scan.figures());
  const scan: Scan = new Scan({
    manager,
    clock: monotonicClock,
    now: Date.now,
    log,
    changed,
    ...(violates !== undefined && { violates }),
    measure,
  });
  return scan;
}
