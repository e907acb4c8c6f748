import { expect, test } from 'vitest';
import { anObservation, aRevision } from './builders.ts';
import { planDeployment } from './deployment.ts';

test('whoever waits for a new generation is not told that it is Ready before its template is known', () => {
  const revisions = [aRevision('r1', 1, 3)];
  const { status } = planDeployment(anObservation({ revisions }));
  const observation = anObservation({ revisions, status, template: { state: 'Unknown' } });
  const changed = { ...observation.deployment, metadata: { name: 'shop', generation: 2 } };
  const plan = planDeployment({ ...observation, deployment: changed });
  expect(plan.status).toMatchObject({ phase: 'Healthy', observedGeneration: 1 });
  expect(plan.status.conditions.map(({ observedGeneration }) => observedGeneration)).toEqual([1, 1, 1, 1, 1]);
});
