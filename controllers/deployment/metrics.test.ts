import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { Deployment } from './deployment.ts';
import { deploymentMetrics } from './metrics.ts';

const inPhase = (phase: NonNullable<Deployment['status']>['phase']) =>
  ({ metadata: { name: 'shop' }, status: { phase } }) as Deployment;

it('counts Deployments by phase as they are at each scrape, and rollouts as they end', async () => {
  const registry = new Registry();
  let all = [inPhase('Healthy'), inPhase('Paused'), inPhase('Paused')];
  const metrics = deploymentMetrics(registry, () => all);
  const value = async (name: string, label: string) => {
    const found = registry.getSingleMetric(name);
    const { values = [] } = (await found?.get()) ?? {};
    return values.find(({ labels }) => Object.values(labels).includes(label))?.value;
  };
  expect(await value('mainstay_deployments', 'Paused')).toBe(2);
  expect(await value('mainstay_deployments', 'RolledBack')).toBe(0);
  all = [inPhase('Healthy')];
  expect(await value('mainstay_deployments', 'Paused')).toBe(0);

  metrics.reported('Progressing', 'Healthy');
  metrics.reported('RolledBack', 'RollingBack');
  metrics.reported('RolledBack', 'RolledBack');
  expect(await value('mainstay_deployment_rollouts_total', 'RolledBack')).toBe(1);
  expect(await value('mainstay_deployment_rollouts_total', 'Healthy')).toBe(0);
});
