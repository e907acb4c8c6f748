import { expect, test } from 'vitest';
import { aCanary, anObservation, aRevision, aRoute, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import type { RouteView } from './observation.ts';
import { good, healthy, sizes, steps, work } from './played.ts';

test('a template that the API server refuses changes nothing, and its words are in the status', () => {
  const world = healthy({});
  world.newTemplate(good);
  world.knowTemplate('Invalid');
  work(world);
  expect(world.status).toMatchObject({
    phase: 'Invalid',
    message: expect.stringContaining('Required value'),
  });
  expect(sizes(world)).toEqual({ r1: 10 });
});

test('what is adopted is stable as it is, and nothing is written to its ReplicaSet', () => {
  const plan = planDeployment(
    anObservation({
      spec: { strategy: aCanary({ steps }) },
      revisions: [aRevision('r1', 7, 3), aRevision('r0', 6, 0)],
    }),
  );
  expect(plan.status).toMatchObject({ phase: 'Healthy', stable: { hash: 'r1', revision: 7 } });
  expect(plan.replicaSets).toEqual([
    { hash: 'r1', replicas: 3, revision: 7, sizedFor: 3 },
    { hash: 'r0', replicas: 0, revision: 6, sizedFor: 0, zeroSince: undefined },
  ]);
  expect(plan.remove).toEqual([]);
});

test('what others find wrong keeps a rollout from beginning, and its first revision from nothing', () => {
  const problem = 'metric errors: compare is for preset: error-rate alone';
  const plan = planDeployment(
    anObservation({
      spec: { strategy: aCanary({ steps }) },
      template: 'r2',
      revisions: [aRevision('r1', 1, 3)],
      problem,
    }),
  );
  expect(plan.status).toMatchObject({ phase: 'Invalid', message: `${problem}. Nothing was changed` });
  expect(plan.replicaSets.map(({ hash }) => hash)).toEqual(['r1']);
  expect(planDeployment(anObservation({ problem })).replicaSets).toMatchObject([{ hash: 'r1', replicas: 3 }]);
});

test('another route that takes the same requests is named', () => {
  const world = healthy({ strategy: aCanary({ steps }), traffic: routed });
  const plan = planDeployment(
    anObservation({
      spec: world.spec,
      status: world.status,
      template: 'r2',
      revisions: [aRevision('r1', 1, 10), aRevision('r2', 2, 2)],
      route: aRoute({ r1: 80, r2: 20 }, { conflict: 'legacy/checkout' }),
    }),
  );
  expect(plan.status.message).toContain('the route legacy/checkout takes the same requests ahead of ours');
  expect(plan.status.conditions.find(({ type }) => type === 'Stalled')?.status).toBe('True');
});

test('a route that was behind another one is written once more before any weight of it counts', () => {
  const world = healthy({ strategy: aCanary({ steps }), traffic: routed });
  const planOf = (more: Partial<RouteView>) =>
    planDeployment(
      anObservation({
        spec: world.spec,
        status: world.status,
        template: 'r2',
        revisions: [aRevision('r1', 1, 10), aRevision('r2', 2, 2)],
        route: aRoute({ r1: 80, r2: 20 }, more),
      }),
    );
  const during = planOf({ conflict: 'legacy/checkout' });
  expect(during.route?.behind).toBe('legacy/checkout');
  expect(during.status.weight?.verified).toBe(0);
  const after = planOf({ behind: 'legacy/checkout' });
  expect(after.route?.behind).toBeUndefined();
  expect(after.status.weight?.verified).toBe(0);
  expect(planOf({}).status.weight?.verified).toBe(20);
});

test('the selector is told as text, for autoscalers', () => {
  const selector = {
    matchLabels: { app: 'shop' },
    matchExpressions: [
      { key: 'tier', operator: 'In' as const, values: ['web', 'api'] },
      { key: 'old', operator: 'DoesNotExist' as const },
    ],
  };
  const plan = planDeployment(anObservation({ spec: { selector } }));
  expect(plan.status.selector).toBe('app=shop,!old,tier in (api,web)');
});
