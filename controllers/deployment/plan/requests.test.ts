import { describe, expect, test } from 'vitest';
import { aCanary, aSpec, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { good, healthy, steps, until, weights, work } from './played.ts';
import { World } from './world.ts';

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

  test('of an id that was answered before are refused, whatever came between', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.ask('Pause', 0);
    work(world);
    const { request } = world.spec;
    world.ask('Resume', 0);
    work(world);
    // As when a tool puts back what was in Git.
    world.change({ request });
    work(world);
    expect(asked(world)).toMatchObject({
      id: request?.id,
      outcome: 'Refused',
      message: 'a request of this id was answered before, and an id acts once: give another',
    });
    expect(world.status?.paused).toBeUndefined();
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
