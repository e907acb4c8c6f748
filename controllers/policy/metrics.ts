import { Counter, Gauge, type Registry } from 'prom-client';
import { policyStatus } from '../../crds/policy/status.ts';
import type { ApplyMetrics } from '../../operator/apply/applier.ts';
import { resourceId } from '../../operator/resources/resource.ts';
import type { Policy } from './policy.ts';

export interface PolicyMetrics {
  readonly changes: ApplyMetrics;
  readonly eventDropped: (why: string) => void;
}

/** What becomes of requests by how many Policies, and what is written for them. `all` gives the Policies there are. */
export function policyMetrics(registry: Registry, all: () => Iterable<Policy>): PolicyMetrics {
  new Gauge({
    name: 'mainstay_policies',
    help: 'Policies, by what becomes of a request that violates them, and whether their spec is in force.',
    labelNames: ['enforcement', 'ready'],
    registers: [registry],
    collect() {
      for (const enforcement of ['None', ...enforcements])
        for (const ready of ['true', 'false']) this.set({ enforcement, ready }, 0);
      for (const { status } of all()) {
        const ready =
          status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
        this.inc({ enforcement: status?.enforcement ?? 'None', ready: String(ready) });
      }
    },
  });
  new Gauge({
    name: 'mainstay_policy_expired_exceptions',
    help: 'Exceptions of Policies whose date is over and that are still in the spec.',
    registers: [registry],
    collect() {
      this.set([...all()].reduce((sum, { status }) => sum + (status?.expired?.length ?? 0), 0));
    },
  });
  const changes = new Counter({
    name: 'mainstay_policy_changes_total',
    help: 'Admission policies and bindings that were written or put off, by resource and result.',
    labelNames: ['resource', 'result'],
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'mainstay_policy_events_dropped_total',
    help: 'Events that were not written, by why.',
    labelNames: ['why'],
    registers: [registry],
  });
  return {
    changes: { applied: (resource, result) => changes.inc({ resource: resourceId(resource), result }) },
    eventDropped: (why) => dropped.inc({ why }),
  };
}

const enforcements = policyStatus.shape.enforcement.unwrap().options;
