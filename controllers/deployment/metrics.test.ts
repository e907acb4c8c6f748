import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { Deployment } from './deployment.ts';
import { deploymentMetrics } from './metrics.ts';

type Phase = NonNullable<Deployment['status']>['phase'];
const revision = { revision: 1, replicaSet: 'shop-a', replicas: 1, ready: 1, available: 1, images: [] };
const inPhase = (phase: Phase) => ({ metadata: { name: 'shop' }, status: { phase } }) as Deployment;

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

  const of = (phase: Phase, hash = 'a') => ({ phase, stable: { ...revision, hash } });
  metrics.reported(of('Progressing'), of('Healthy'));
  metrics.reported(of('RolledBack'), of('RollingBack'));
  metrics.reported(of('RolledBack'), of('RolledBack'));
  metrics.reported(of('Healthy'), of('Healthy'));
  expect(await value('mainstay_deployment_rollouts_total', 'RolledBack')).toBe(1);
  expect(await value('mainstay_deployment_rollouts_total', 'Healthy')).toBe(0);
  metrics.reported(of('Healthy', 'b'), of('Healthy'));
  expect(await value('mainstay_deployment_rollouts_total', 'Healthy'), 'nobody saw it under way').toBe(1);
});
