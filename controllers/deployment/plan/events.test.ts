import { describe, expect, test } from 'vitest';
import type { DeploymentStatus } from '../../../crds/deployment/schema.ts';
import { aCanary, anObservation, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { obstacleEvents } from './events.ts';
import { good, healthy } from './played.ts';
import type { World } from './world.ts';

const refused = (message: string): DeploymentStatus =>
  planDeployment(anObservation({ refused: { reason: 'WriteRefused', message } })).status;
const free: DeploymentStatus = planDeployment(anObservation({})).status;

/** All that was told since the last time, in its order. */
function told(world: World, rounds = 12): readonly string[] {
  const events: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = world.status;
    const plan = world.plan();
    world.writeAll(round);
    // As the reconciler does: what is written tells.
    if (world.status !== before)
      events.push(...plan.events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`));
    world.act();
  }
  return events;
}

describe('a canary that is played', () => {
  const steps = [
    { weight: 20, pause: {} },
    { weight: 50, pause: { duration: '30s' } },
  ];

  test('tells of each step, of what was asked for and of its end, once', () => {
    const world = healthy({ strategy: aCanary({ steps }), traffic: routed });
    expect(told(world)).toEqual([]);
    world.newTemplate(good);
    expect(told(world)).toEqual(['Normal RolloutStarted: Revision 2 is on its way']);
    world.ask('Promote', 1);
    expect(told(world)).toEqual([
      'Warning RequestRefused: Request ask-1 (Promote): it is for revision 3, and revision 2 is on its way',
    ]);
    world.ask('Promote', 0);
    expect(told(world)).toEqual([
      'Normal RequestDone: Request ask-2 (Promote): step 1 of 2 is done',
      'Normal StepStarted: Revision 2: step 2/2',
    ]);
    world.pass(30_000);
    expect(told(world)).toEqual(['Normal Promoted: Revision 2 serves everything']);
    world.pass(60_000);
    expect(told(world)).toEqual([]);
  });

  test('tells of its abort, of why it goes back and of how it ended, once', () => {
    const world = healthy({ strategy: aCanary({ steps }), traffic: routed });
    world.newTemplate(good);
    told(world);
    world.ask('Abort', 0);
    expect(told(world)).toEqual([
      'Normal RequestDone: Request ask-1 (Abort): back to revision 1',
      'Warning RollingBack: AbortRequested: aborted by a request',
      'Warning Ended: Aborted: Back to revision 1: aborted by a request. Change the template, or ask for a Retry of revision 2',
    ]);
    world.pass(60_000);
    expect(told(world)).toEqual([]);
  });

  test('tells that it is held, once', () => {
    const world = healthy({
      strategy: aCanary({ steps }),
      traffic: routed,
      rollback: { automatic: false },
    });
    world.newTemplate({ pods: 'Crash', metrics: 'Pass' });
    expect(told(world)).toEqual([
      'Normal RolloutStarted: Revision 2 is on its way',
      expect.stringMatching(
        /^Warning Held: Revision 2, step 1\/2 \(weight 20 %\): held, since revision 2: as is its fate/,
      ),
    ]);
    world.pass(60_000);
    expect(told(world)).toEqual([]);
  });
});

describe('what is refused', () => {
  test('is told once, however often it is tried and whoever starts anew meanwhile', () => {
    expect(obstacleEvents(undefined, refused('a quota is full'))).toEqual([
      {
        type: 'Warning',
        reason: 'Obstructed',
        note: expect.stringMatching(/^WriteRefused: .*a quota is full/),
      },
    ]);
    expect(obstacleEvents(refused('a quota is full'), refused('a quota is still full'))).toEqual([]);
  });

  test('is told again when it was not meanwhile', () => {
    expect(obstacleEvents(refused('a quota is full'), free)).toEqual([]);
    expect(obstacleEvents(free, refused('a quota is full'))).toHaveLength(1);
  });
});
