import { Counter, type Registry } from 'prom-client';
import { resourceId } from '../resources/resource.ts';
import type { ApplyMetrics } from './applier.ts';

export interface ChangeMetrics {
  readonly changes: ApplyMetrics;
  readonly eventDropped: (why: string) => void;
}

/**
 * Counts what an applier changes, repairs or puts off, and the events about it that could not be written. `prefix` is how
 * the metrics' names begin, and `what` is applied, as their help says it.
 */
export function changeMetrics(
  registry: Registry,
  { prefix, what }: { readonly prefix: string; readonly what: string },
): ChangeMetrics {
  const changes = new Counter({
    name: `${prefix}_changes_total`,
    help: `${what} that were written or put off, by resource and result.`,
    labelNames: ['resource', 'result'],
    registers: [registry],
  });
  const dropped = new Counter({
    name: `${prefix}_events_dropped_total`,
    help: 'Events that were not written, by why.',
    labelNames: ['why'],
    registers: [registry],
  });
  return {
    changes: { applied: (resource, result) => changes.inc({ resource: resourceId(resource), result }) },
    eventDropped: (why) => dropped.inc({ why }),
  };
}
