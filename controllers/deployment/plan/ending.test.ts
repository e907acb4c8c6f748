import { describe, expect, test } from 'vitest';
import type { Strategy } from '../../../crds/deployment/schema.ts';
import { anObservation, aRevision, aRoute, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { allPods } from './deploymentPlan.ts';
import type { RouteView } from './observation.ts';

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
