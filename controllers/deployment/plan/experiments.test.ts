import { describe, expect, test } from 'vitest';
import { routed } from './builders.ts';
import { good, healthy, sizes, weights, work } from './played.ts';

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
