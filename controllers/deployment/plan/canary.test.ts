import { describe, expect, test } from 'vitest';
import { aCanary, anObservation, aRevision, aRoute, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { condition, good, healthy, sizes, steps, until, weights, work } from './played.ts';
import type { World } from './world.ts';

describe('a canary through a gateway', () => {
  const spec = { strategy: aCanary({ steps }), traffic: routed };

  test('gets its pods, then its weight, waits for a person, and takes over without a pod made anew', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    expect(world.status).toMatchObject({
      phase: 'Paused',
      message: 'Revision 2, step 1/2 (weight 20 %): waits for somebody: ask for Promote or Abort',
      step: { index: 1, count: 2, text: '1/2' },
      weight: { desired: 20, verified: 20, by: 'Probe' },
    });
    expect(sizes(world)).toEqual({ r1: 10, r2: 2 });
    expect(weights(world)).toEqual({ r1: 80, r2: 20 });
    world.ask('Promote', 0);
    work(world);
    expect(world.status).toMatchObject({ phase: 'Paused', step: { text: '2/2' }, weight: { verified: 50 } });
    expect(sizes(world)).toEqual({ r1: 10, r2: 5 });
    world.passToWakeUp(30_000);
    work(world);
    expect(world.status).toMatchObject({
      phase: 'Healthy',
      message: 'Revision 2 serves everything with 10 pods',
    });
    expect(weights(world)).toEqual({ r2: 100 });
    // The old pods stay for the drain's time.
    expect(sizes(world)).toEqual({ r1: 10, r2: 10 });
    world.pass(30_000);
    work(world);
    expect(sizes(world)).toEqual({ r1: 0, r2: 10 });
  });

  test('says what it waits for', () => {
    const world = healthy(spec);
    world.newTemplate({ pods: 'NeverReady', metrics: 'Pass' });
    work(world);
    expect(world.status?.message).toBe(
      'Revision 2, step 1/2 (weight 20 %): 0 of 2 pods of revision 2 are available',
    );
  });

  test('that crashes is rolled back with the reason, and not tried again until somebody asks', () => {
    const world = healthy(spec);
    world.newTemplate({ pods: 'Crash', metrics: 'Pass' });
    until(world, 'RolledBack');
    expect(world.status).toMatchObject({
      message: expect.stringContaining('Back to revision 1: revision 2: as is its fate'),
      failed: { revision: 2, reason: 'CrashLoop', ending: 'RolledBack', to: 'r1' },
    });
    expect(condition(world, 'Stalled')).toBe('True');
    world.pass(600_000);
    work(world);
    expect(sizes(world)).toEqual({ r1: 10, r2: 0 });
    world.change({ replicas: 12 });
    work(world);
    expect(sizes(world)).toEqual({ r1: 12, r2: 0 });
    world.fates.set('r2', good);
    const crashed = world.replicaSets.get('r2');
    if (crashed !== undefined) crashed.trouble = undefined;
    world.ask('Retry', 0);
    work(world);
    expect(world.status).toMatchObject({
      phase: 'Paused',
      step: { index: 1 },
      lastRequest: { outcome: 'Done' },
    });
  });

  test('is aborted though the router is broken, and its pods stay while it may have traffic', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.edge.break(0);
    world.ask('Abort', 0);
    work(world);
    expect(world.status?.phase).toBe('RollingBack');
    expect(weights(world)).toEqual({ r1: 100 });
    until(world, 'Aborted');
    expect(sizes(world)).toEqual({ r1: 10, r2: 2 });
    world.edge.state = 'Up';
    work(world);
    world.pass(30_000);
    work(world);
    expect(sizes(world)).toEqual({ r1: 10, r2: 0 });
    expect(world.status?.phase).toBe('Aborted');
  });

  test('of which nothing comes times out', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    world.edge.break(1);
    until(world, 'TimedOut');
    expect(world.status?.failed).toMatchObject({
      reason: 'DeadlineExceeded',
      ending: 'TimedOut',
      message:
        'revision 2 got no further for 120 s (progressDeadlineSeconds): the gateway has not been seen to serve the route yet',
    });
    expect(condition(world, 'Progressing')).toBe('False');
  });

  test('of which nothing comes times out, though an autoscaler cannot make up its mind', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    world.edge.break(1);
    for (let minute = 0; minute < 5; minute += 1) {
      work(world);
      world.pass(60_000);
      world.change({ replicas: minute % 2 === 0 ? 11 : 10 });
    }
    expect(world.status?.failed).toMatchObject({ reason: 'DeadlineExceeded', ending: 'TimedOut' });
  });

  test('that grows with its autoscaler has its time anew with every pod', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    world.edge.break(1);
    for (let minute = 0; minute < 5; minute += 1) {
      work(world);
      world.pass(60_000);
      world.change({ replicas: 11 + minute });
    }
    expect(world.status).toMatchObject({ phase: 'Progressing', step: { index: 1 } });
  });

  test('gives way to a newer revision, which begins at its first step', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.ask('Promote', 0);
    work(world);
    expect(weights(world)).toEqual({ r1: 50, r2: 50 });
    world.newTemplate(good);
    world.plan();
    expect(world.plan().route?.weights).toEqual(new Map([['r1', 100]]));
    work(world);
    expect(world.status).toMatchObject({ canary: { revision: 3 }, step: { index: 1 } });
    expect(weights(world)).toEqual({ r1: 80, r3: 20 });
  });

  test('whose steps change goes on where its weight is no less, and says so', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    const changed = [{ weight: 10 }, { weight: 15 }, { weight: 40, pause: {} }];
    world.change({ strategy: aCanary({ steps: changed }) });
    const { events } = world.plan();
    expect(events).toContainEqual(
      expect.objectContaining({
        reason: 'StepsChanged',
        note: 'The steps were changed: it goes on at step 3/3',
      }),
    );
    work(world);
    expect(world.status).toMatchObject({ step: { index: 3 }, weight: { verified: 40 } });
  });

  test('goes back over all steps at once to a revision in the window, as soon as its pods are there', () => {
    const world = healthy({ ...spec, rollback: { automatic: true, window: { revisions: 2 } } });
    world.newTemplate(good);
    work(world);
    world.ask('PromoteAll', 0);
    work(world);
    world.pass(60_000);
    work(world);
    expect(sizes(world)).toEqual({ r1: 0, r2: 10 });
    world.oldTemplate(0);
    world.plan();
    world.writeAll(0);
    expect(weights(world)).toEqual({ r2: 100 });
    work(world);
    expect(world.status).toMatchObject({ phase: 'Healthy', stable: { hash: 'r1', revision: 3 } });
    expect(weights(world)).toEqual({ r1: 100 });
  });

  describe('and a window of revisions that are gone back to at once', () => {
    const windowed = (revisions: number) =>
      healthy({ ...spec, rollback: { automatic: true, window: { revisions } } });
    const promote = (world: World) => {
      work(world);
      world.ask('PromoteAll', 0);
      work(world);
      world.pass(60_000);
      return work(world);
    };
    const mend = (world: World, hash: string) => {
      world.fates.set(hash, good);
      const broken = world.replicaSets.get(hash);
      if (broken !== undefined) broken.trouble = undefined;
    };

    test('takes one that was given up through its steps again, however near it is', () => {
      const world = windowed(3);
      world.newTemplate({ pods: 'Crash', metrics: 'Pass' });
      until(world, 'RolledBack');
      world.newTemplate(good);
      expect(promote(world).status).toMatchObject({
        phase: 'Healthy',
        stable: { hash: 'r3' },
        served: ['r1'],
      });
      mend(world, 'r2');
      world.oldTemplate(1);
      work(world);
      expect(world.status).toMatchObject({ phase: 'Paused', canary: { hash: 'r2' }, step: { index: 1 } });
      expect(weights(world)).toEqual({ r3: 80, r2: 20 });
    });

    test('takes one that another came before through its steps', () => {
      const world = windowed(3);
      world.newTemplate(good);
      work(world);
      world.newTemplate(good);
      promote(world);
      world.oldTemplate(1);
      work(world);
      expect(world.status).toMatchObject({ canary: { hash: 'r2' }, step: { index: 1 } });
    });

    test('takes one that served, and that somebody then went back from, through its steps', () => {
      const world = windowed(3);
      world.newTemplate(good);
      promote(world);
      world.ask('Rollback', 0);
      until(world, 'RolledBack');
      world.newTemplate(good);
      expect(promote(world).status).toMatchObject({ stable: { hash: 'r3' }, served: ['r1'] });
      world.oldTemplate(1);
      work(world);
      expect(world.status).toMatchObject({ canary: { hash: 'r2' }, step: { index: 1 } });
    });

    test('counts only those that served', () => {
      const world = windowed(2);
      world.newTemplate({ pods: 'Crash', metrics: 'Pass' });
      until(world, 'RolledBack');
      world.newTemplate(good);
      promote(world);
      world.oldTemplate(0);
      work(world);
      expect(world.status).toMatchObject({ phase: 'Healthy', stable: { hash: 'r1' }, served: ['r3'] });
    });
  });

  test('Rollback goes to the revision named, and the template is not tried again by itself', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.ask('PromoteAll', 0);
    work(world);
    world.ask('Rollback', 0);
    until(world, 'RolledBack');
    expect(world.status).toMatchObject({ stable: { hash: 'r1' }, failed: { hash: 'r2', to: 'r1' } });
    expect(weights(world)).toEqual({ r1: 100 });
  });

  test('keeps the old pods only for what the new ones do not carry, if asked to, and says what going back takes', () => {
    const world = healthy({
      ...spec,
      strategy: aCanary({ steps: [{ weight: 40, pause: {} }], dynamicStableScale: true }),
    });
    world.newTemplate(good);
    work(world);
    expect(sizes(world)).toEqual({ r1: 6, r2: 4 });
    expect(world.status?.message).toBe(
      'Revision 2, step 1/1 (weight 40 %): waits for somebody: ask for Promote or Abort; going back needs 4 pods more of revision 1 first',
    );
    world.ask('Abort', 0);
    world.plan();
    world.writeAll(0);
    expect(world.status?.message).toBe(
      'Going back to revision 1: aborted by a request. 6 of 10 pods of revision 1 are available',
    );
    until(world, 'Aborted');
    expect(sizes(world).r1).toBe(10);
  });

  test('that keeps all of the old pods has nothing to say of them', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    expect(work(world).status?.message).not.toContain('going back');
    world.change({ replicas: 20 });
    expect(world.plan().status.message).not.toContain('going back');
  });

  test('is scaled in the middle', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.change({ replicas: 20 });
    work(world);
    expect(sizes(world)).toEqual({ r1: 20, r2: 4 });
    world.change({ replicas: 5 });
    work(world);
    expect(sizes(world)).toEqual({ r1: 5, r2: 1 });
    world.change({ replicas: 0 });
    work(world);
    expect(world.status).toMatchObject({ step: { index: 1 } });
    expect(sizes(world)).toEqual({ r1: 0, r2: 0 });
  });

  test('that asks for what the gateway cannot do does not begin', () => {
    const match = [{ headers: [{ name: 'x-team', value: 'shop' }] }];
    const plan = planDeployment(
      anObservation({
        spec: { ...spec, strategy: aCanary({ steps: [{ match, mirror: '10%', pause: {} }] }) },
        status: healthy(spec).status,
        template: 'r2',
        revisions: [aRevision('r1', 1, 3)],
        route: aRoute({ r1: 100 }),
        gateway: {
          headers: true,
          query: true,
          mirror: false,
          sticky: false,
          weights: true,
          message: 'traefik.io/gateway-controller',
        },
      }),
    );
    expect(plan.status).toMatchObject({
      phase: 'Invalid',
      message:
        'Step 1 asks for mirroring, which this gateway does not do (traefik.io/gateway-controller): change the step, or use another gateway. Nothing was changed',
    });
    expect(plan.replicaSets).toMatchObject([{ hash: 'r1', replicas: 3 }]);
  });

  test('that is to be remembered by people does not begin where the gateway cannot leave a cookie', () => {
    const plan = planDeployment(
      anObservation({
        spec: { ...spec, strategy: aCanary({ steps: [{ weight: 20, pause: {} }], stickiness: {} }) },
        status: healthy(spec).status,
        template: 'r2',
        revisions: [aRevision('r1', 1, 3)],
        route: aRoute({ r1: 100 }),
        gateway: { headers: true, query: true, mirror: true, sticky: false, weights: true },
      }),
    );
    expect(plan.status.phase).toBe('Invalid');
    expect(plan.status.message).toMatch(/^spec\.strategy\.canary\.stickiness asks for a cookie/);
  });
});

describe('a canary by pods alone', () => {
  const spec = { strategy: aCanary({ steps }) };

  test('has as many pods as its weight, within surge and what may be missing', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    world.plan();
    world.writeAll(0);
    expect(sizes(world)).toEqual({ r1: 10, r2: 2 });
    work(world);
    expect(sizes(world)).toEqual({ r1: 8, r2: 2 });
    expect(world.status).toMatchObject({
      phase: 'Paused',
      weight: { desired: 20, verified: 20, by: 'Replicas' },
    });
    world.ask('PromoteAll', 0);
    until(world, 'Healthy');
    expect(sizes(world)).toEqual({ r1: 0, r2: 10 });
  });

  test('without steps is a rolling update within its own bounds', () => {
    const world = healthy({ strategy: aCanary({ maxSurge: 1, maxUnavailable: 0 }) });
    world.newTemplate(good);
    world.plan();
    world.writeAll(0);
    expect(sizes(world)).toEqual({ r1: 10, r2: 1 });
    until(world, 'Healthy');
    expect(sizes(world)).toEqual({ r1: 0, r2: 10 });
  });
});
