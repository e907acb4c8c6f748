import { describe, expect, test } from 'vitest';
import type { DeploymentStatus } from '../../../crds/deployment/schema.ts';
import { anObservation } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { obstacleEvents } from './events.ts';

const refused = (message: string): DeploymentStatus =>
  planDeployment(anObservation({ refused: { reason: 'WriteRefused', message } })).status;
const free: DeploymentStatus = planDeployment(anObservation({})).status;

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
