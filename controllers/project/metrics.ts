import { Counter, type Registry } from 'prom-client';
import type { ApplyMetrics } from '../../operator/apply/applier.ts';
import { resourceId } from '../../operator/resources/resource.ts';

export interface ChangeMetrics extends ApplyMetrics {
  readonly eventDropped: (why: string) => void;
}

/** What was changed, repaired or put off, by resource; and events that could not be written. */
export function changeMetrics(registry: Registry): ChangeMetrics {
  const changes = new Counter({
    name: 'mainstay_project_changes_total',
    help: 'Objects that were written or put off, by resource and result: created, updated, repaired, pruned, backedOff, failed, …',
    labelNames: ['resource', 'result'],
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'mainstay_project_events_dropped_total',
    help: 'Events that were not written, by why.',
    labelNames: ['why'],
    registers: [registry],
  });
  return {
    applied: (resource, result) => changes.inc({ resource: resourceId(resource), result }),
    eventDropped: (why) => dropped.inc({ why }),
  };
}
