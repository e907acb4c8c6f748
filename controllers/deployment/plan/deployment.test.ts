import { describe, expect, test } from 'vitest';
import type { CanaryStep } from '../../../crds/deployment/schema.ts';
import { aCanary, anObservation, aRevision, aRoute, aSpec, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import type { Spec } from './observation.ts';
import { anAnalysis, type Fate, World } from './world.ts';

const good: Fate = { pods: 'Good', metrics: 'Pass' };
const steps: readonly CanaryStep[] = [
  { weight: 20, pause: {} },
  { weight: 50, pause: { duration: '30s' } },
];

/** A Deployment whose first revision is Healthy. */
function healthy(spec: Partial<Spec>): World {
  const world = new World(
    aSpec({ replicas: 10, progressDeadlineSeconds: 120, ...spec }),
    good,
    planDeployment,
    () => {},
  );
  return until(world, 'Healthy');
}

/** The cluster does its part, and no time passes. */
function work(world: World, rounds = 12): World {
  for (let round = 0; round < rounds; round += 1) {
    world.plan();
    world.writeAll(round);
    for (let one = 0; one < world.replicaSets.size; one += 1) {
      world.sync(one);
      world.run(one);
      world.sync(one);
      world.reach(one);
    }
    world.serve();
    world.measure();
  }
  return world;
}

/** Time passes until a phase is there. */
function until(world: World, phase: string): World {
  for (let round = 0; round < 60; round += 1) {
    work(world, 1);
    if (world.status?.phase === phase) return world;
    world.passToWakeUp(30_000);
  }
  throw new Error(`is ${world.status?.phase} and not ${phase}: ${world.status?.message}`);
}

const sizes = (world: World) =>
  Object.fromEntries([...world.replicaSets.values()].map(({ hash, desired }) => [hash, desired]));
const weights = (world: World) => Object.fromEntries(world.route?.weights ?? []);
const condition = (world: World, type: string) =>
  world.status?.conditions.find((one) => one.type === type)?.status;

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
    world.breakGateway(0);
    world.ask('Abort', 0);
    work(world);
    expect(world.status?.phase).toBe('RollingBack');
    expect(weights(world)).toEqual({ r1: 100 });
    until(world, 'Aborted');
    expect(sizes(world)).toEqual({ r1: 10, r2: 2 });
    world.mendGateway();
    work(world);
    world.pass(30_000);
    work(world);
    expect(sizes(world)).toEqual({ r1: 10, r2: 0 });
    expect(world.status?.phase).toBe('Aborted');
  });

  test('of which nothing comes times out', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    world.breakGateway(1);
    until(world, 'TimedOut');
    expect(world.status?.failed).toMatchObject({
      reason: 'DeadlineExceeded',
      ending: 'TimedOut',
      message:
        'revision 2 got no further for 120 s (progressDeadlineSeconds): the gateway has not been seen to serve the route yet',
    });
    expect(condition(world, 'Progressing')).toBe('False');
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

  test('keeps the old pods only for what the new ones do not carry, if asked to', () => {
    const world = healthy({
      ...spec,
      strategy: aCanary({ steps: [{ weight: 40, pause: {} }], dynamicStableScale: true }),
    });
    world.newTemplate(good);
    work(world);
    expect(sizes(world)).toEqual({ r1: 6, r2: 4 });
    world.ask('Abort', 0);
    until(world, 'Aborted');
    expect(sizes(world).r1).toBe(10);
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

describe('metrics', () => {
  const spec = {
    strategy: aCanary({ steps: [{ weight: 20, analysis: { duration: '1m' } }] }),
    traffic: routed,
    analysis: anAnalysis,
  };

  test('are watched from the canary’s first traffic on, and a failed one sends it back', () => {
    const world = healthy(spec);
    world.newTemplate({ pods: 'Good', metrics: 'Fail' });
    work(world, 6);
    expect(world.plan().analysis ?? world.status?.failed).toBeDefined();
    until(world, 'RolledBack');
    expect(world.status?.failed).toMatchObject({ reason: 'MetricFailed', message: 'metric errors failed' });
  });

  test('that pass let it go on after their time', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    expect(world.status?.phase).toBe('Analyzing');
    world.pass(60_000);
    work(world);
    expect(world.status?.phase).toBe('Healthy');
  });

  test('without data are waited for, and no longer than the deadline', () => {
    const world = healthy(spec);
    world.newTemplate({ pods: 'Good', metrics: 'NoData' });
    work(world);
    world.pass(61_000);
    work(world);
    expect(world.status).toMatchObject({
      phase: 'Analyzing',
      message: expect.stringContaining('metric errors has no data'),
    });
    until(world, 'TimedOut');
  });

  test('with an error hold the rollout where the spec says so, until somebody decides', () => {
    const metrics = anAnalysis.metrics.map((metric) => ({ ...metric, onError: 'Pause' as const }));
    const world = healthy({ ...spec, analysis: { ...anAnalysis, metrics } });
    world.newTemplate({ pods: 'Good', metrics: 'Error' });
    work(world);
    world.pass(1000);
    work(world);
    expect(world.status).toMatchObject({ phase: 'Paused', paused: { reason: 'AnalysisPaused' } });
    world.pass(3_600_000);
    work(world);
    expect(world.status?.phase).toBe('Paused');
    world.fates.set('r2', good);
    world.pass(1000);
    world.ask('Resume', 0);
    until(world, 'Healthy');
  });

  test('that fail only hold the rollout where nothing goes back by itself', () => {
    const world = healthy({ ...spec, rollback: { automatic: false } });
    world.newTemplate({ pods: 'Good', metrics: 'Fail' });
    until(world, 'Paused');
    expect(world.status?.paused).toMatchObject({ reason: 'MetricFailed' });
  });

  test.for([
    'NoData',
    'Error',
    'Fail',
  ] as const)('that say %s keep nobody from taking over who has heard of it, however often they are looked at', (result) => {
    const pausing = { onNoData: 'Pause', onError: 'Pause' } as const;
    const metrics = anAnalysis.metrics.map((metric) => ({ ...metric, ...pausing }));
    const analysis = { ...anAnalysis, metrics };
    const world = healthy({ ...spec, analysis, rollback: { automatic: false } });
    world.newTemplate({ pods: 'Good', metrics: result });
    until(world, 'Paused');
    // It is on its way to the last pods when the next look comes, and still at the last step when that says the same.
    world.gateway = 'Silent';
    world.ask('PromoteAll', 0);
    work(world);
    world.pass(15_000);
    work(world);
    expect(world.status).toMatchObject({ phase: 'Progressing', step: { index: 2 } });
    world.gateway = 'Up';
    until(world, 'Healthy');
  });

  test('that fail while it takes over send it back, though somebody has asked for it', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.gateway = 'Silent';
    world.ask('PromoteAll', 0);
    work(world);
    world.fates.set('r2', { pods: 'Good', metrics: 'Fail' });
    world.pass(15_000);
    work(world);
    expect(world.status?.failed).toMatchObject({ reason: 'MetricFailed' });
  });
});

describe('requests', () => {
  const spec = { strategy: aCanary({ steps }), traffic: routed };
  const asked = (world: World) => world.status?.lastRequest;

  test('for another step or revision are refused with why, and change nothing', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.ask('Promote', 2);
    work(world);
    expect(asked(world)).toMatchObject({
      outcome: 'Refused',
      message: 'it is for step 2, and the rollout is at step 1 of 2',
    });
    world.ask('Abort', 1);
    work(world);
    expect(asked(world)).toMatchObject({
      outcome: 'Refused',
      message: 'it is for revision 3, and revision 2 is on its way',
    });
    expect(weights(world)).toEqual({ r1: 80, r2: 20 });
  });

  test('act once', () => {
    const world = healthy({
      ...spec,
      strategy: aCanary({ steps: [...steps.slice(0, 1), { weight: 30, pause: {} }] }),
    });
    world.newTemplate(good);
    work(world);
    world.ask('Promote', 0);
    work(world, 40);
    expect(world.status).toMatchObject({ phase: 'Paused', step: { index: 2 } });
  });

  test('that come with a Deployment that is created again replay nothing', () => {
    const world = new World(
      aSpec({ ...spec, request: { id: 'old', verb: 'Pause', revision: 1 } }),
      good,
      planDeployment,
      () => {},
    );
    until(world, 'Healthy');
    expect(asked(world)).toMatchObject({ id: 'old', outcome: 'Refused' });
  });

  test('Pause holds, and Resume goes on', () => {
    const world = healthy({
      ...spec,
      strategy: aCanary({ steps: [{ weight: 20, pause: { duration: '10s' } }] }),
    });
    world.newTemplate(good);
    work(world);
    world.ask('Pause', 0);
    work(world);
    world.pass(3_600_000);
    work(world);
    expect(world.status).toMatchObject({ phase: 'Paused', step: { index: 1 } });
    world.ask('Resume', 0);
    until(world, 'Healthy');
  });
});

describe('blue/green', () => {
  const blueGreen = { autoPromotion: false, scaleDownDelay: '2m' };

  test('stands whole beside the old one until somebody switches, and the old one stays for a while', () => {
    const world = healthy({ strategy: { type: 'BlueGreen', blueGreen }, traffic: routed });
    world.newTemplate(good);
    work(world);
    expect(world.status?.phase).toBe('Paused');
    expect(sizes(world)).toEqual({ r1: 10, r2: 10 });
    expect(weights(world)).toEqual({ r1: 100 });
    world.ask('Promote', 0);
    work(world);
    expect(world.status?.phase).toBe('Healthy');
    expect(weights(world)).toEqual({ r2: 100 });
    world.pass(119_000);
    work(world);
    expect(sizes(world)).toEqual({ r1: 10, r2: 10 });
    world.pass(1000);
    work(world);
    expect(sizes(world)).toEqual({ r1: 0, r2: 10 });
  });

  test('shows the new revision under the preview’s host names once it has pods', () => {
    const gateway = routed.gateway && { ...routed.gateway, preview: { hostnames: ['next.example.com'] } };
    const world = healthy({ strategy: { type: 'BlueGreen', blueGreen }, traffic: { ...routed, gateway } });
    expect(world.route?.preview).toBe('r1');
    world.newTemplate(good);
    work(world);
    expect(world.route?.preview).toBe('r2');
  });
});

test('A/B: only what matches goes to the new revision, for the time of the test', () => {
  const match = [{ cookies: [{ name: 'beta', value: 'yes' }] }];
  const world = healthy({
    strategy: { type: 'ABTest', abTest: { match, replicas: 2, duration: '1h' } },
    traffic: routed,
  });
  world.newTemplate(good);
  work(world);
  expect(world.route).toMatchObject({ matchTo: 'r2', weights: new Map([['r1', 100]]) });
  expect(sizes(world)).toEqual({ r1: 10, r2: 2 });
  world.pass(3_600_000);
  work(world);
  expect(world.status?.phase).toBe('Healthy');
  expect(world.route).toMatchObject({ matchTo: undefined, weights: new Map([['r2', 100]]) });
});

describe('as apps/v1', () => {
  test('a rolling update that gets no further only says so, and goes on when it can', () => {
    const world = healthy({});
    world.newTemplate({ pods: 'NeverReady', metrics: 'Pass' });
    until(world, 'TimedOut');
    expect(condition(world, 'Progressing')).toBe('False');
    expect(condition(world, 'Available')).toBe('True');
    expect(world.status?.failed).toBeUndefined();
    world.fates.set('r2', good);
    until(world, 'Healthy');
  });

  test('Recreate ends all old pods before it begins new ones', () => {
    const world = healthy({ strategy: { type: 'Recreate' } });
    world.newTemplate(good);
    world.plan();
    world.writeAll(0);
    expect(sizes(world)).toEqual({ r1: 0, r2: 0 });
    world.sync(0);
    world.plan();
    world.writeAll(0);
    expect(sizes(world)).toEqual({ r1: 0, r2: 0 });
    until(world, 'Healthy');
    expect(sizes(world)).toEqual({ r1: 0, r2: 10 });
  });

  test('paused: a new template begins nothing, and pods are scaled', () => {
    const world = healthy({});
    world.change({ paused: true });
    world.newTemplate(good);
    world.change({ replicas: 4 });
    work(world);
    expect(sizes(world)).toEqual({ r1: 4 });
    expect(world.status?.phase).toBe('Suspended');
    world.change({ paused: false });
    until(world, 'Healthy');
    expect(sizes(world)).toEqual({ r1: 0, r2: 4 });
  });

  test.each([
    ['through a gateway', { strategy: aCanary({ steps }), traffic: routed }, { r1: 20, r2: 4 }, { r1: 100 }],
    ['by pods', { strategy: aCanary({ steps, maxSurge: 1 }) }, { r1: 19, r2: 2 }, {}],
  ])('paused, a canary %s gets no larger a share, and is scaled', (_how, spec, scaled, share) => {
    const world = healthy(spec);
    world.newTemplate(good);
    world.plan();
    world.writeAll(0);
    world.change({ paused: true });
    work(world);
    expect(weights(world)).toEqual(share);
    world.change({ replicas: 20 });
    work(world);
    expect(world.status?.phase).toBe('Suspended');
    expect(sizes(world)).toEqual(scaled);
  });

  test('paused in the middle of a rolling update, it stands still', () => {
    const world = healthy({});
    world.newTemplate(good);
    world.plan();
    world.writeAll(0);
    const before = sizes(world);
    world.change({ paused: true });
    work(world);
    expect(sizes(world)).toEqual(before);
  });

  test('old ReplicaSets above the history limit go, the oldest first', () => {
    const world = healthy({ revisionHistoryLimit: 1 });
    for (let revision = 2; revision <= 4; revision += 1) {
      world.newTemplate(good);
      until(world, 'Healthy');
      work(world);
    }
    expect([...world.replicaSets.keys()]).toEqual(['r3', 'r4']);
  });
});

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

test('a plan takes less than 100 µs of the processor', () => {
  const world = healthy({ strategy: aCanary({ steps }), traffic: routed, analysis: anAnalysis });
  world.newTemplate(good);
  work(world);
  const observation = world.observe();
  for (let warm = 0; warm < 3000; warm += 1) planDeployment(observation);
  const before = process.cpuUsage();
  const times = 3000;
  for (let time = 0; time < times; time += 1) planDeployment(observation);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / times).toBeLessThan(100);
});
