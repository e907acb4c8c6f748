/** Histories of a Deployment, and how they are played. */

import type { CanaryStep, Strategy } from '../../../crds/deployment/schema.ts';
import { Invariants } from './invariants.ts';
import type { Spec } from './observation.ts';
import { checkRest } from './resting.ts';
import { settle } from './settling.ts';
import { able, type Fate, type Planner, World } from './world.ts';

/** Pods that become ready, and metrics that pass. */
export const good: Fate = { pods: 'Good', metrics: 'Pass' };
export interface Story {
  readonly spec: Spec;
  readonly fate: Fate;
  readonly fates: readonly Fate[];
  readonly steps: readonly CanaryStep[];
  /** What the strategy may be changed to. */
  readonly other: (gateway: boolean) => Strategy;
  /** Whether many others roll out as well, so that what may wait to be told does. */
  readonly busy: boolean;
  /** Whether an autoscaler goes up and down when all else is over. */
  readonly flapping: boolean;
  readonly events: readonly { readonly kind: number; readonly pick: number }[];
}

/** Plays a story with a planner, checks every write, and lets it come to its end. */
export function play(given: Story, plan: Planner): World {
  const invariants = new Invariants();
  let repeated = 0;
  const world = new World(given.spec, given.fate, plan, (where, write) => {
    invariants.check(where, write);
    if (write.change.type !== 'Status' || !write.change.alone) return;
    // Most say what was said before: a few of those are enough.
    const isNews = write.plan.status.message !== write.observation.deployment.status?.message;
    if (isNews || repeated++ % 8 === 0) checkRest(plan, write);
  });
  world.busy = given.busy;
  // A beginning, so that most stories are about what comes after.
  for (let round = 0; round < 6; round += 1) reconcileAll(world, round);
  for (const { kind, pick } of given.events) happenings[kind % happenings.length]?.(world, pick, given);
  settle(world, given.flapping);
  return world;
}

type Happening = (world: World, pick: number, given: Story) => unknown;

const happenings: readonly Happening[] = [
  ...often(1, (world, pick) => world.change({ replicas: pick % 8 })),
  ...often(3, (world, pick, { fates }) => world.newTemplate(fates[pick % fates.length] ?? good)),
  ...often(1, (world, pick) => world.oldTemplate(pick)),
  ...often(1, (world, _, { steps }) => changeSteps(world, steps)),
  ...often(1, (world, pick, { other }) => pick < 4 && world.change({ strategy: other(world.routed) })),
  ...often(1, (world) => world.change({ paused: !world.spec.paused })),
  ...often(1, (world, pick) => world.edge.break(pick)),
  ...often(1, (world, pick) => {
    world.gateway = gateways[pick % gateways.length];
  }),
  ...often(1, (world, pick) => world.refuse(refusals[pick % refusals.length] ?? 'Nothing')),
  ...often(1, (world, pick) =>
    world.knowTemplate(pick % 3 === 0 ? 'Unknown' : pick % 3 === 1 ? 'Invalid' : 'Known'),
  ),
  ...often(3, (world, pick) =>
    world.ask(pick % 4 === 3 ? 'PromoteAll' : 'Promote', pick % 3 === 2 ? pick % 4 : 0),
  ),
  ...often(1, (world, pick) => world.ask('Abort', pick % 5 === 1 ? 1 : 0)),
  ...often(1, (world, pick) => world.ask(pick % 2 === 0 ? 'Pause' : 'Resume', 0)),
  ...often(1, (world, pick) => world.ask(pick % 2 === 0 ? 'Retry' : 'Rollback', pick % 5 === 4 ? 1 : 0)),
  ...often(1, (world, pick) => world.askAgain(pick)),
  ...often(1, (world, pick) => world.crash(pick)),
  ...often(1, (world) => world.arrive()),
  ...often(1, (world, pick) => pick === 0 && world.forget()),
  ...often(1, (world, pick) => world.die(pick)),
  ...often(2, (world) => world.measure()),
  ...often(2, (world, pick) => world.pass(5000 * (pick + 1))),
  ...often(4, (world) => world.passToWakeUp(60_000)),
  ...often(2, (world) => world.serve()),
  ...often(2, (world, pick) => world.sync(pick)),
  ...often(2, (world, pick) => world.run(pick)),
  ...often(2, (world, pick) => world.reach(pick)),
  ...often(2, (world) => world.plan()),
  ...often(3, (world, pick) => world.write(pick)),
  ...often(2, reconcile),
  ...often(8, reconcileAll),
];

/** One that can do everything, one that can do what every gateway can, and one of which nothing is known. */
const gateways = [able, { ...able, query: false, mirror: false, sticky: false }, undefined];

const refusals: readonly World['refuses'][] = ['Services', 'Route', 'Create', 'Nothing'];

function often(times: number, happening: Happening): readonly Happening[] {
  return Array.from({ length: times }, () => happening);
}

function reconcile(world: World, pick: number): void {
  world.plan();
  world.writeAll(pick);
}

/** A round in which everybody does his part, but that endpoints or the gateway may lag behind. */
function reconcileAll(world: World, pick: number): void {
  reconcile(world, pick);
  for (let one = 0; one < world.replicaSets.size; one += 1) {
    world.sync(one);
    world.run(one);
    world.run(one);
    world.sync(one);
    if (pick % 4 !== 1) world.reach(one);
  }
  if (pick % 3 !== 2) world.serve();
}

function changeSteps(world: World, steps: readonly CanaryStep[]): void {
  const { strategy: now } = world.spec;
  if (now.canary?.steps === undefined || steps.length === 0) return;
  const changed = world.routed ? steps : steps.map(withoutGateway);
  world.change({ strategy: { ...now, canary: { ...now.canary, steps: changed } } });
}

/** What of a step needs no gateway. */
export function withoutGateway({ replicas: _, match: __, mirror: ___, ...step }: CanaryStep): CanaryStep {
  return step;
}
