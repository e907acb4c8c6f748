import { expect, it } from 'vitest';
import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import type { Deployment } from './deployment.ts';
import { StatusPace } from './statusPace.ts';

const revision = {
  revision: 1,
  hash: 'a',
  replicaSet: 'shop-a',
  replicas: 3,
  ready: 2,
  available: 2,
  images: ['a'],
};
const status = (more: Partial<DeploymentStatus> = {}): DeploymentStatus => ({
  observedGeneration: 1,
  phase: 'Progressing',
  message: '2 of 3 pods are available',
  replicas: 3,
  readyReplicas: 2,
  availableReplicas: 2,
  updatedReplicas: 3,
  unavailableReplicas: 1,
  ready: '2/3',
  selector: 'app=shop',
  conditions: [
    {
      type: 'Available',
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
      message: '2 pods are available',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: 1,
    },
  ],
  canary: revision,
  ...more,
});
const shop = (now: DeploymentStatus | undefined) =>
  ({ metadata: { name: 'shop', uid: 'u' }, status: now }) as Deployment;
const available = status().conditions.map((condition) => ({ ...condition, status: 'True' as const }));

it('more pods are told of once a second', () => {
  const pace = new StatusPace();
  const more = status({
    readyReplicas: 3,
    ready: '3/3',
    message: '3 of 3 pods are available',
    canary: { ...revision, ready: 3 },
    progress: { at: '2026-01-01T00:00:09Z', counts: '3' },
  });
  expect(pace.wait(shop(status()), more, 10_000)).toBeLessThanOrEqual(0);
  pace.told(shop(status()), 10_000);
  expect(pace.wait(shop(status()), more, 10_400)).toBe(600);
  expect(pace.wait(shop(status()), more, 11_000)).toBe(0);
});

it.each<[string, DeploymentStatus | undefined, Partial<DeploymentStatus>]>([
  ['a first status', undefined, {}],
  ['another phase', status(), { phase: 'Healthy' }],
  ['another generation', status(), { observedGeneration: 2 }],
  ['another revision', status(), { canary: { ...revision, hash: 'b' } }],
  ['a condition', status(), { conditions: available }],
  ['a weight', status(), { weight: { desired: 5, verified: 0, by: 'Probe', since: '2026-01-01T00:00:00Z' } }],
])('%s is told at once', (_, before, now) => {
  const pace = new StatusPace();
  pace.told(shop(before), 10_000);
  expect(pace.wait(shop(before), status({ readyReplicas: 3, ...now }), 10_001)).toBe(0);
});
