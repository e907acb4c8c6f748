import { expect, test } from 'vitest';
import type { CanaryStep } from '../../../crds/deployment/schema.ts';
import { aCanary } from './builders.ts';
import { good, healthy, sizes, steps, until, work } from './played.ts';
import { anAnalysis, type World } from './world.ts';

const timed: readonly CanaryStep[] = [20, 60, 80].map((weight) => ({ weight, pause: { duration: '5s' } }));

/** A rollout among many, of which nothing is told, in the pause of that step. */
function untold(canary: readonly CanaryStep[], step: number): World {
  const world = healthy({ strategy: aCanary({ steps: [...canary] }) });
  world.busy = true;
  world.newTemplate(good);
  while (until(world, 'Paused').status?.step?.index !== step) world.passToWakeUp(5000);
  return world;
}

test.each([1, 2, 3])('killed in step %i before any was told, it goes on there', (step) => {
  const world = untold(timed, step);
  const before = sizes(world);
  world.crash(0);
  expect(world.status).toMatchObject({ phase: 'Healthy', stable: { hash: 'r1' } });
  const { status, replicaSets } = world.plan();
  expect(status).toMatchObject({ phase: 'Paused', step: { index: step, stage: 'Pausing' } });
  expect(Object.fromEntries(replicaSets.map(({ hash, replicas }) => [hash, replicas]))).toEqual(before);
  expect(until(world, 'Healthy').status?.stable?.hash).toBe('r2');
});

test.each<[string, (world: World) => void]>([
  ['its template is not known yet', (world) => world.knowTemplate('Unknown')],
  ['its template became invalid', (world) => world.knowTemplate('Invalid')],
  ['it was suspended', (world) => world.change({ paused: true })],
])('killed, it stays where it is where %s', (_, happen) => {
  const world = untold(timed, 2);
  const before = sizes(world);
  world.crash(0);
  happen(world);
  work(world, 4);
  expect(sizes(world)).toEqual(before);
  world.knowTemplate('Known');
  world.change({ paused: false });
  expect(world.plan().status).toMatchObject({ step: { index: 2 } });
  expect(until(world, 'Healthy').status?.stable?.hash).toBe('r2');
});

test('killed, and its steps are others before it is told: it is marked with those', () => {
  const world = untold(timed, 2);
  world.change({ strategy: aCanary({ steps: [...timed, { weight: 90, pause: { duration: '5s' } }] }) });
  work(world, 1);
  const before = sizes(world);
  world.crash(0);
  expect(world.plan().status.step?.index).toBe(2);
  expect(sizes(world)).toEqual(before);
});

test('what somebody is waited for, or is measured, is not passed by a mark', () => {
  const [asked = {}, next = {}] = steps;
  for (const first of [asked, { weight: 20, analysis: { duration: '30s' } }]) {
    const world = healthy({ strategy: aCanary({ steps: [first, next] }), analysis: anAnalysis });
    world.newTemplate(good);
    for (let round = 0; round < 3; round += 1) {
      world.plan();
      world.writeAll(0);
      world.act();
    }
    const canary = world.replicaSets.get('r2');
    if (canary === undefined) throw new Error('it has not begun');
    canary.step = { index: 2, hash: world.status?.step?.hash ?? '' };
    expect(world.plan().status.step?.index).toBe(1);
  }
});

test.each<[string, Partial<{ index: number; hash: string }>]>([
  ['an earlier step', { index: 1 }],
  ['other steps', { hash: 'others', index: 3 }],
])('a mark of %s says nothing', (_, mark) => {
  const world = untold(timed, 2);
  const canary = world.replicaSets.get('r2');
  if (canary?.step === undefined) throw new Error('it has no mark');
  canary.step = { ...canary.step, ...mark };
  expect(world.plan().status.step?.index).toBe(2);
});

test('a revision that is given up has no mark, so that it begins anew where it is tried again', () => {
  const world = untold(timed, 3);
  expect(world.replicaSets.get('r2')?.step?.index).toBe(3);
  world.ask('Abort', 0);
  world.plan();
  world.writeAll(0);
  expect(world.replicaSets.get('r2'), 'still with pods').toMatchObject({ step: undefined });
  expect(sizes(world).r2).toBeGreaterThan(0);
  world.ask('Retry', 0);
  expect(world.plan().status.step?.index).toBe(1);
});
