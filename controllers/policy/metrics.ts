import { Gauge, type Registry } from 'prom-client';
import { policyStatus } from '../../crds/policy/status.ts';
import { type ChangeMetrics, changeMetrics } from '../../operator/apply/changeMetrics.ts';
import type { Policy } from './policy.ts';

/** What becomes of requests by how many Policies, and what is written for them. `all` gives the Policies there are. */
export function policyMetrics(registry: Registry, all: () => Iterable<Policy>): ChangeMetrics {
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
  new Gauge({
    name: 'mainstay_policy_framework_verdicts',
    help: 'Verdicts on what is there of all Policies that check a control of the framework, by result.',
    labelNames: ['framework', 'result'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { spec, status } of all()) {
        const frameworks = new Set(spec.controls?.map(({ framework }) => framework));
        for (const framework of frameworks)
          for (const [result, value] of Object.entries(status?.counts ?? {}))
            this.inc({ framework, result }, value);
      }
    },
  });
  return changeMetrics(registry, { prefix: 'mainstay_policy', what: 'Admission policies and bindings' });
}

const enforcements = policyStatus.shape.enforcement.unwrap().options;
