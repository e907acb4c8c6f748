import { describe, expect, test } from 'vitest';
import type { BlueGreen } from '../../../crds/deployment/schema.ts';
import { routed } from './builders.ts';
import { good, healthy, sizes, weights, work } from './played.ts';
import { anAnalysis, type Fate, type World } from './world.ts';

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
    expect(world.edge.route?.preview).toBe('r1');
    world.newTemplate(good);
    work(world);
    expect(world.edge.route?.preview).toBe('r2');
  });
});

describe('blue/green that switches by itself', () => {
  const bad: Fate = { pods: 'Good', metrics: 'Fail' };
  const spec = (blueGreen: Partial<BlueGreen>) => ({
    strategy: {
      type: 'BlueGreen' as const,
      blueGreen: { autoPromotion: true, scaleDownDelay: '2m', ...blueGreen },
    },
    traffic: routed,
    analysis: anAnalysis,
  });
  const analyzed = (world: World) => {
    world.pass(60_000);
    return work(world);
  };

  test('switches once what is measured before has passed for its time', () => {
    const world = healthy(spec({ preAnalysis: { duration: '1m' } }));
    world.newTemplate(good);
    expect(work(world).status).toMatchObject({ phase: 'Analyzing', step: { text: '1/2' } });
    expect(sizes(world)).toEqual({ r1: 10, r2: 10 });
    expect(weights(world)).toEqual({ r1: 100 });
    expect(analyzed(world).status?.phase).toBe('Healthy');
    expect(weights(world)).toEqual({ r2: 100 });
  });

  test('never sends anybody to a revision that fails what is measured before', () => {
    const world = healthy(spec({ preAnalysis: { duration: '1m' } }));
    world.newTemplate(bad);
    const met = new Set<string>();
    for (let minute = 0; minute < 5; minute += 1) {
      for (const hash of Object.keys(weights(analyzed(world)))) met.add(hash);
    }
    expect(world.status).toMatchObject({
      phase: 'RolledBack',
      failed: { hash: 'r2', reason: 'MetricFailed' },
    });
    expect([...met]).toEqual(['r1']);
    expect(sizes(world)).toEqual({ r1: 10, r2: 0 });
  });

  test('keeps the old one whole until what is measured after has passed, and is promoted only then', () => {
    const world = healthy(spec({ postAnalysis: { duration: '1m' } }));
    world.newTemplate(good);
    expect(work(world).status).toMatchObject({
      phase: 'Analyzing',
      stable: { hash: 'r1' },
      step: { text: '2/2' },
    });
    expect(weights(world)).toEqual({ r2: 100 });
    world.pass(59_000);
    expect(sizes(work(world))).toEqual({ r1: 10, r2: 10 });
    world.pass(1000);
    expect(work(world).status).toMatchObject({ phase: 'Healthy', stable: { hash: 'r2' } });
    world.pass(120_000);
    expect(sizes(work(world))).toEqual({ r1: 0, r2: 10 });
  });

  test('switches back at once by what is measured after', () => {
    const world = healthy(spec({ postAnalysis: { duration: '1m' } }));
    world.newTemplate(bad);
    expect(weights(work(world))).toEqual({ r2: 100 });
    for (let look = 0; look < 2; look += 1) {
      world.pass(15_000);
      work(world, 3);
    }
    expect(world.status).toMatchObject({
      phase: 'RolledBack',
      failed: { hash: 'r2', reason: 'MetricFailed' },
    });
    expect(weights(world)).toEqual({ r1: 100 });
  });

  test('has as many new pods as a preview needs, and all of them before it switches', () => {
    const world = healthy(spec({ previewReplicas: 2, autoPromotionAfter: '10m' }));
    world.newTemplate(good);
    expect(sizes(work(world))).toEqual({ r1: 10, r2: 2 });
    world.pass(600_000);
    world.plan();
    world.writeAll(0);
    expect(sizes(world)).toEqual({ r1: 10, r2: 10 });
    expect(weights(world)).toEqual({ r1: 100 });
    expect(weights(work(world))).toEqual({ r2: 100 });
  });

  test('waits before it does so for as long as it is told, and says until when', () => {
    const world = healthy(spec({ autoPromotionAfter: '10m' }));
    world.newTemplate(good);
    work(world);
    const until = new Date(world.now + 600_000).toISOString();
    expect(world.status).toMatchObject({
      phase: 'Paused',
      message: expect.stringContaining(`pauses until ${until}`),
    });
    world.pass(599_000);
    expect(weights(work(world))).toEqual({ r1: 100 });
    world.pass(1000);
    expect(work(world).status?.phase).toBe('Healthy');
    expect(weights(world)).toEqual({ r2: 100 });
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
  expect(world.edge.route).toMatchObject({ matchTo: 'r2', weights: new Map([['r1', 100]]) });
  expect(sizes(world)).toEqual({ r1: 10, r2: 2 });
  world.pass(3_600_000);
  work(world);
  expect(world.status?.phase).toBe('Healthy');
  expect(world.edge.route).toMatchObject({ matchTo: undefined, weights: new Map([['r2', 100]]) });
});
