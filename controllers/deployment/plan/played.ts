/** Deployments whose story is played in a World, up to where a test begins. */

import type { CanaryStep } from '../../../crds/deployment/schema.ts';
import { aSpec } from './builders.ts';
import { planDeployment } from './deployment.ts';
import type { Spec } from './observation.ts';
import { type Fate, World } from './world.ts';

export const good: Fate = { pods: 'Good', metrics: 'Pass' };

/** A step that waits for somebody, and one that goes on by itself. */
export const steps: readonly CanaryStep[] = [
  { weight: 20, pause: {} },
  { weight: 50, pause: { duration: '30s' } },
];

/** A Deployment whose first revision is Healthy. */
export function healthy(spec: Partial<Spec>): World {
  const world = new World(
    aSpec({ replicas: 10, progressDeadlineSeconds: 120, ...spec }),
    good,
    planDeployment,
    () => {},
  );
  return until(world, 'Healthy');
}

/** The operator and the cluster do their part, and no time passes. */
export function work(world: World, rounds = 12): World {
  for (let round = 0; round < rounds; round += 1) {
    world.plan();
    world.writeAll(round);
    world.act();
  }
  return world;
}

/** Time passes until a phase is there. */
export function until(world: World, phase: string): World {
  for (let round = 0; round < 60; round += 1) {
    work(world, 1);
    if (world.status?.phase === phase) return world;
    world.passToWakeUp(30_000);
  }
  throw new Error(`is ${world.status?.phase} and not ${phase}: ${world.status?.message}`);
}

/** Pods that each ReplicaSet is to have. */
export const sizes = (world: World) =>
  Object.fromEntries([...world.replicaSets.values()].map(({ hash, desired }) => [hash, desired]));

export const weights = (world: World) => Object.fromEntries(world.edge.route?.weights ?? []);

export const condition = (world: World, type: string) =>
  world.status?.conditions.find((one) => one.type === type)?.status;
