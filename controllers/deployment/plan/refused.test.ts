import { describe, expect, test } from 'vitest';
import { aCanary, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { condition, good, healthy, sizes, steps, until, weights, work } from './played.ts';

const spec = { strategy: aCanary({ steps }), traffic: routed };

describe('while somebody refuses what is to be written', () => {
  test('what is whole is not called so, and the words of who refuses are in the status', () => {
    const world = healthy(spec);
    world.refuse('Services');
    world.newTemplate(good);
    work(world);
    expect(world.status).toMatchObject({
      phase: 'Progressing',
      message: 'Revision 2, step 1/2 (weight 20 %): cannot write Services: a webhook is down',
    });
    expect(condition(world, 'Stalled')).toBe('True');
    expect(world.status?.conditions[0]).toMatchObject({ type: 'Ready', reason: 'WriteRefused' });
    world.refuse('Nothing');
    work(world);
    expect(world.status?.phase).toBe('Paused');
    expect(condition(world, 'Stalled')).toBe('False');
  });

  test('what serves everything is not Healthy for that', () => {
    const world = healthy(spec);
    const refused = {
      reason: 'NameTaken',
      message: 'the Service shop-all is not of this Deployment',
    } as const;
    const { status } = planDeployment({ ...world.observe(), refused });
    expect(status).toMatchObject({ phase: 'Progressing', message: refused.message });
    expect(status.conditions.find(({ type }) => type === 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'NameTaken',
    });
  });

  test('no traffic goes to what has no Service, and the deadline counts', () => {
    const world = healthy(spec);
    world.refuse('Services');
    world.newTemplate(good);
    work(world);
    expect(sizes(world)).toEqual({ r1: 10, r2: 2 });
    expect(weights(world)).toEqual({ r1: 100 });
    until(world, 'TimedOut');
    expect(world.status?.failed?.message).toContain('a webhook is down');
    expect(weights(world)).toEqual({ r1: 100 });
  });

  test('pods are scaled, and an abort is done as far as it can be', () => {
    const world = healthy(spec);
    world.newTemplate(good);
    work(world);
    world.refuse('Route');
    world.change({ replicas: 12 });
    world.ask('Abort', 0);
    work(world);
    expect(world.status?.lastRequest).toMatchObject({ verb: 'Abort', outcome: 'Done' });
    // Its pods may still have traffic.
    expect(sizes(world)).toEqual({ r1: 12, r2: 2 });
    until(world, 'Aborted');
    expect(sizes(world)).toEqual({ r1: 12, r2: 2 });
    world.refuse('Nothing');
    work(world);
    expect(weights(world)).toEqual({ r1: 100 });
  });

  test('a revision that cannot be made begins once it can', () => {
    const world = healthy(spec);
    world.refuse('Create');
    world.newTemplate(good);
    work(world);
    expect(sizes(world)).toEqual({ r1: 10 });
    expect(world.status?.message).toContain('cannot write Create');
    world.refuse('Nothing');
    work(world);
    expect(world.status?.phase).toBe('Paused');
  });
});
