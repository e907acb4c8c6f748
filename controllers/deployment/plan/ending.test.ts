import { describe, expect, test } from 'vitest';
import type { Strategy } from '../../../crds/deployment/schema.ts';
import { aCanary, anObservation, aRevision, aRoute, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { allPods } from './deploymentPlan.ts';
import type { RouteView } from './observation.ts';
import { good, healthy, steps, until } from './played.ts';

/** A whole first revision behind a gateway, whose route is like this. */
function phaseWith(
  type: Strategy['type'],
  route: RouteView | undefined,
  before: RouteView | undefined = route,
) {
  const seen = { spec: { strategy: { type }, traffic: routed }, revisions: [aRevision('r1', 1, 3)] };
  const first = planDeployment(anObservation({ ...seen, route: before })).status;
  const { status } = planDeployment(anObservation({ ...seen, route, status: first }));
  const [{ reason } = { reason: '' }] = status.conditions;
  return { phase: status.phase, reason, message: status.message };
}

describe('what a gateway serves is Healthy once it is known to be served', () => {
  const all = { [allPods]: 100 };
  const unserved = aRoute(all, { verified: false });

  test.each(['RollingUpdate', 'Recreate'] as const)('with %s', (type) => {
    expect(phaseWith(type, unserved)).toEqual({
      phase: 'Progressing',
      reason: 'Progressing',
      message: expect.stringContaining('the gateway has not been seen to serve the route yet'),
    });
    expect(phaseWith(type, aRoute(all)).phase).toBe('Healthy');
  });

  test.each([
    'RollingUpdate',
    'Recreate',
  ] as const)('and stays so with %s while the gateway restarts', (type) => {
    expect(phaseWith(type, unserved, aRoute(all)).phase).toBe('Healthy');
    expect(phaseWith(type, aRoute({ r1: 100 }), aRoute(all)).phase).toBe('Progressing');
  });
});

test('a way back that is over stays so, though a pod dies while the template is wrong', () => {
  const world = healthy({ strategy: aCanary({ steps }), traffic: routed });
  world.newTemplate(good);
  until(world, 'Paused');
  world.ask('Abort', 0);
  until(world, 'Aborted');
  world.knowTemplate('Invalid');
  until(world, 'Invalid');
  world.die(0);
  world.sync(0);
  expect(world.plan()).toMatchObject({ status: { phase: 'Invalid' } });
});

test('what is given up loses its broken pods in the plan that gives it up: no status of its own wakes it', () => {
  const spec = {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
  } as const;
  for (const ready of [3, 2, 1, 0]) {
    const pods = { total: 2, ready: 0, available: 0, terminating: 0 };
    const old = { total: 3, ready, available: ready, terminating: 0 };
    const revisions = [aRevision('r1', 1, 3, { pods: old }), aRevision('r2', 2, 2, { pods, sizedFor: 3 })];
    const stable = planDeployment(anObservation({ spec, revisions: [aRevision('r1', 1, 3)] })).status;
    const seen = { spec, template: 'r2', revisions };
    const { status } = planDeployment(anObservation({ ...seen, status: stable }));
    const asked = {
      ...seen,
      spec: { ...spec, request: { id: 'back', verb: 'Abort', revision: 2 } },
    } as const;
    const given = planDeployment(anObservation({ ...asked, status }));
    expect(given.status.failed?.hash).toBe('r2');
    const next = planDeployment(anObservation({ ...asked, status: given.status }));
    expect(next.replicaSets).toEqual(given.replicaSets);
  }
});
