import { describe, expect, test } from 'vitest';
import { aCanary, routed } from './builders.ts';
import { good, healthy, until, work } from './played.ts';
import { anAnalysis } from './world.ts';

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

  test('are compared once for each weight at which both revisions are asked', () => {
    const steps = [
      { match: [{ headers: [{ name: 'x-team', value: 'shop' }] }], pause: {} },
      { weight: 5 },
      { weight: 5, pause: {} },
      { weight: 50 },
      { weight: 100 },
    ];
    const world = healthy({ ...spec, strategy: aCanary({ steps }) });
    world.newTemplate(good);
    work(world);
    expect(world.plan().analysis?.comparisons).toBe(3);
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

  test('that failed and fail on hold the rollout anew after Resume only once they have failed as often again', () => {
    const metrics = anAnalysis.metrics.map((metric) => ({ ...metric, failureLimit: 3 }));
    const analysis = { ...anAnalysis, metrics };
    const world = healthy({ ...spec, analysis, rollback: { automatic: false } });
    world.newTemplate({ pods: 'Good', metrics: 'Fail' });
    until(world, 'Paused');
    world.ask('Resume', 0);
    for (const phase of ['Analyzing', 'Analyzing', 'Analyzing', 'Paused']) {
      world.pass(1000);
      work(world, 1);
      expect(world.status?.phase).toBe(phase);
    }
    expect(world.status?.paused).toMatchObject({ reason: 'MetricFailed' });
  });

  test.for([
    'NoData',
    'Error',
  ] as const)('that say %s are not asked again in a rollout that somebody promoted all the same', (result) => {
    const pausing = { onNoData: 'Pause', onError: 'Pause' } as const;
    const metrics = anAnalysis.metrics.map((metric) => ({ ...metric, ...pausing }));
    const steps = [
      { weight: 20, analysis: { duration: '1m' } },
      { weight: 50, analysis: { duration: '1m' } },
    ];
    const world = healthy({
      ...spec,
      strategy: aCanary({ steps }),
      analysis: { ...anAnalysis, metrics },
    });
    world.newTemplate({ pods: 'Good', metrics: result });
    until(world, 'Paused');
    world.ask('Promote', 0);
    work(world);
    world.pass(30_000);
    work(world);
    expect(world.status).toMatchObject({ phase: 'Analyzing', step: { index: 2 } });
    until(world, 'Healthy');
    // The next one is asked of anew.
    world.newTemplate({ pods: 'Good', metrics: result });
    until(world, 'Paused');
  });

  test('that could tell nothing, and then fail, still send it back', () => {
    const metrics = anAnalysis.metrics.map((metric) => ({ ...metric, onNoData: 'Pause' as const }));
    const steps = [
      { weight: 20, analysis: { duration: '1m' } },
      { weight: 50, analysis: { duration: '1m' } },
    ];
    const world = healthy({ ...spec, strategy: aCanary({ steps }), analysis: { ...anAnalysis, metrics } });
    world.newTemplate({ pods: 'Good', metrics: 'NoData' });
    until(world, 'Paused');
    world.ask('Promote', 0);
    work(world);
    world.fates.set('r2', { pods: 'Good', metrics: 'Fail' });
    until(world, 'RolledBack');
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
    world.edge.state = 'Silent';
    world.ask('PromoteAll', 0);
    work(world);
    world.pass(15_000);
    work(world);
    expect(world.status).toMatchObject({ phase: 'Progressing', step: { index: 2 } });
    world.edge.state = 'Up';
    until(world, 'Healthy');
  });

  test('that fail while it takes over send it back, though somebody has asked for it', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.edge.state = 'Silent';
    world.ask('PromoteAll', 0);
    work(world);
    world.fates.set('r2', { pods: 'Good', metrics: 'Fail' });
    world.pass(15_000);
    work(world);
    expect(world.status?.failed).toMatchObject({ reason: 'MetricFailed' });
  });
});
