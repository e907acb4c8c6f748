import { describe, expect, test } from 'vitest';
import { aCanary, anObservation, aRevision, aSpec, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import type { RevisionView } from './observation.ts';
import { good, healthy, until, weights, work } from './played.ts';
import { anAnalysis, World } from './world.ts';

const waiting = {
  strategy: aCanary({ steps: [{ weight: 20, pause: { duration: '30s' } }] }),
  traffic: routed,
};

describe('a template that is refused in the middle of a rollout', () => {
  test('holds the revision on its way at its weight, until the deadline sends it back', () => {
    const world = healthy(waiting);
    world.newTemplate(good);
    work(world);
    world.newTemplate(good);
    world.knowTemplate('Invalid');
    work(world);
    const deadline = new Date(world.now + 150_000).toISOString();
    expect(world.status).toMatchObject({
      phase: 'Invalid',
      message: `spec.template.spec.containers[0].image: Required value. Mend spec.template. Revision 2, step 1/1 (weight 20 %), stands still until then, and goes back at ${deadline}`,
    });
    expect(weights(world)).toEqual({ r1: 80, r2: 20 });
    world.pass(149_000);
    work(world);
    expect(weights(world)).toEqual({ r1: 80, r2: 20 });
    world.pass(1000);
    work(world);
    expect(weights(world)).toEqual({ r1: 100 });
    expect(world.status).toMatchObject({
      phase: 'Invalid',
      failed: { revision: 2, reason: 'DeadlineExceeded', message: expect.stringContaining('Required value') },
      message: expect.stringContaining('Back to revision 1: revision 2 got no further for 120 s'),
    });
    world.knowTemplate('Known');
    until(world, 'Healthy');
    expect(world.status?.stable?.hash).toBe('r3');
  });

  test('and is mended in time, lets it begin anew', () => {
    const world = healthy(waiting);
    world.newTemplate(good);
    work(world);
    world.knowTemplate('Invalid');
    work(world);
    world.pass(100_000);
    work(world);
    world.knowTemplate('Known');
    until(world, 'Healthy');
    expect(world.status?.stable?.hash).toBe('r2');
  });

  test('ends no pause that waits for a person', () => {
    const world = healthy({ ...waiting, strategy: aCanary({ steps: [{ weight: 20, pause: {} }] }) });
    world.newTemplate(good);
    work(world);
    world.knowTemplate('Invalid');
    work(world);
    world.pass(3_600_000);
    work(world);
    expect(world.status?.message).toMatch(/Revision 2, step 1\/1 \(weight 20 %\), stands still until then$/);
    expect(weights(world)).toEqual({ r1: 80, r2: 20 });
  });
});

test('a revision that cannot be made stays on its way while its template is not known for a moment', () => {
  const world = healthy({});
  world.refuse('Create');
  world.newTemplate(good);
  work(world);
  world.refuse('Nothing');
  world.knowTemplate('Unknown');
  work(world);
  expect(world.status).toMatchObject({
    phase: 'Progressing',
    stable: { hash: 'r1' },
    canary: { hash: 'r2' },
  });
  world.knowTemplate('Known');
  expect(until(world, 'Healthy').status?.stable?.hash).toBe('r2');
});

test('what serves is stable in the very plan that gives up what was never made: no status of its own wakes it', () => {
  const pods = { total: 3, ready: 2, available: 2, terminating: 0 };
  const revisions = [aRevision('r1', 1, 3, { pods })];
  const first = planDeployment(anObservation({})).status;
  const second = planDeployment(anObservation({ revisions, template: 'r2', status: first })).status;
  expect([second.stable, second.canary?.hash]).toEqual([undefined, 'r2']);
  const template = { state: 'Invalid', message: 'no image' } as const;
  const { status } = planDeployment(anObservation({ revisions, template, status: second }));
  expect([status.stable?.hash, status.canary]).toEqual(['r1', undefined]);
  const next = planDeployment(anObservation({ revisions, template, status }));
  expect([next.status, next.events]).toEqual([status, []]);
});

test('with Recreate, what is held makes no pods beside those that are still going', () => {
  const status = planDeployment(anObservation({ revisions: [aRevision('r1', 1, 3)] })).status;
  const going = aRevision('r1', 1, 0, { pods: { total: 3, ready: 3, available: 3, terminating: 0 } });
  const seen = { template: 'r2', status, spec: { paused: true, strategy: { type: 'Recreate' } } } as const;
  const sizeWith = (old: RevisionView) => {
    const { replicaSets } = planDeployment(
      anObservation({ ...seen, revisions: [old, aRevision('r2', 2, 1)] }),
    );
    return replicaSets.find(({ hash }) => hash === 'r2')?.replicas;
  };
  expect(sizeWith(going)).toBe(1);
  expect(sizeWith(aRevision('r1', 1, 0))).toBe(3);
});

test('a strategy without steps, in the middle of one with some, measures nothing of the step that was', () => {
  const world = healthy({ ...waiting, analysis: anAnalysis });
  world.newTemplate(good);
  until(world, 'Paused');
  expect(world.plan().analysis).toBeDefined();
  world.change({ strategy: { type: 'Recreate' } });
  expect(world.plan().analysis).toBeUndefined();
});

test('a gateway that goes in the middle of a rollout holds it no longer than the deadline', () => {
  let gone = false;
  const match = [{ query: [{ name: 'beta', value: 'yes' }] }];
  const world = new World(
    aSpec({
      replicas: 10,
      progressDeadlineSeconds: 120,
      strategy: aCanary({ steps: [{ weight: 20, match, pause: { duration: '1m' } }] }),
      traffic: routed,
    }),
    good,
    ({ gateway, ...seen }) => planDeployment(gone ? seen : { ...seen, gateway }),
    () => {},
  );
  until(world, 'Healthy');
  world.newTemplate(good);
  work(world);
  gone = true;
  work(world);
  expect(world.status).toMatchObject({
    phase: 'Invalid',
    message: expect.stringMatching(
      /its GatewayClass has not said so yet\. Revision 2, step 1\/1 .* goes back at /,
    ),
  });
  expect(weights(world)).toEqual({ r1: 80, r2: 20 });
  world.pass(180_000);
  work(world);
  expect(weights(world)).toEqual({ r1: 100 });
  expect(world.status?.failed).toMatchObject({
    reason: 'DeadlineExceeded',
    message: expect.stringContaining('its GatewayClass has not said so yet'),
  });
});
