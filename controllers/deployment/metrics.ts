import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeploymentPhase, DeploymentStatus } from '../../crds/deployment/schema.ts';
import { deploymentStatus } from '../../crds/deployment/status.ts';
import { type ChangeMetrics, changeMetrics } from '../../operator/apply/changeMetrics.ts';
import type { Deployment } from './deployment.ts';

export interface DeploymentMetrics extends ChangeMetrics {
  /** To be told of each status that is written, with the one before. */
  readonly reported: (status: Ended, before: Ended | undefined) => void;
}

/** What tells whether a rollout ended: one that nobody saw under way ends in another stable revision. */
type Ended = Pick<DeploymentStatus, 'phase' | 'stable'>;

const endings: readonly DeploymentPhase[] = ['Healthy', 'RolledBack', 'Aborted', 'TimedOut'];

/** How many Deployments are where, how rollouts end, and what is written for them. `all` gives the Deployments there are. */
export function deploymentMetrics(registry: Registry, all: () => Iterable<Deployment>): DeploymentMetrics {
  new Gauge({
    name: 'mainstay_deployments',
    help: 'Deployments of Mainstay, by phase.',
    labelNames: ['phase'],
    registers: [registry],
    collect() {
      for (const phase of deploymentStatus.shape.phase.options) this.set({ phase }, 0);
      for (const { status } of all()) if (status !== undefined) this.inc({ phase: status.phase });
    },
  });
  const rollouts = new Counter({
    name: 'mainstay_deployment_rollouts_total',
    help: 'Rollouts that ended, by ending: Healthy, RolledBack, Aborted, TimedOut.',
    labelNames: ['ending'],
    registers: [registry],
  });
  for (const ending of endings) rollouts.inc({ ending }, 0);
  return {
    ...changeMetrics(registry, { prefix: 'mainstay_deployment', what: 'Services and routes' }),
    reported: ({ phase, stable }, before) => {
      const isOver = phase !== before?.phase || stable?.hash !== before.stable?.hash;
      if (isOver && endings.includes(phase)) rollouts.inc({ ending: phase });
    },
  };
}
