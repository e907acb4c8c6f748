import { Counter, type Registry } from 'prom-client';
import type { FixReason } from '../../../crds/policy/fixes.ts';

export interface FixMetrics {
  /** An object was changed for the Policy. */
  readonly made: (policy: string) => void;
  /** It was found why an object is not changed. */
  readonly found: (policy: string, reason: FixReason) => void;
  readonly reverted: (policy: string) => void;
  readonly eventDropped: (why: string) => void;
}

/** What fixes did, and why they did not. */
export function fixMetrics(registry: Registry): FixMetrics {
  const fixes = new Counter({
    name: 'mainstay_policy_fixes_total',
    help: 'Objects that fixes changed (Fixed, Reverted) or did not, by the reason of their status.',
    labelNames: ['policy', 'result'],
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'mainstay_policy_fix_events_dropped_total',
    help: 'Events of fixes that were not written, by why.',
    labelNames: ['why'],
    registers: [registry],
  });
  return {
    made: (policy) => fixes.inc({ policy, result: 'Fixed' }),
    found: (policy, reason) => fixes.inc({ policy, result: reason }),
    reverted: (policy) => fixes.inc({ policy, result: 'Reverted' }),
    eventDropped: (why) => dropped.inc({ why }),
  };
}
