import { describe, expect, test } from 'vitest';
import { aCanary, routed } from './builders.ts';
import { condition, good, healthy, sizes, steps, until, weights, work } from './played.ts';

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
