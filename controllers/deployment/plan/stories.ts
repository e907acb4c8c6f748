/** Random histories of a Deployment. */

import fc from 'fast-check';
import type { CanaryStep, Strategy } from '../../../crds/deployment/schema.ts';
import { aSpec, routed } from './builders.ts';
import { Invariants } from './invariants.ts';
import type { Spec } from './observation.ts';
import { settle } from './settling.ts';
import { anAnalysis, type Fate, type Planner, World } from './world.ts';

const good: Fate = { pods: 'Good', metrics: 'Pass' };
const amount = fc.constantFrom<number | string>(0, 1, 2, '25%', '50%', '100%');
const seconds = fc.constantFrom('5s', '30s', '2m');
const pause = fc.option(fc.oneof(fc.constant({}), fc.record({ duration: seconds })), { nil: undefined });
const analysis = fc.option(fc.constantFrom({}, { duration: '30s' }), { nil: undefined });

const canarySteps = fc
  .array(
    fc.record({
      weight: fc.constantFrom(undefined, 1, 10, 20, 33, 50, 75, 100),
      replicas: fc.constantFrom<number | string | undefined>(undefined, undefined, 1, '50%'),
      match: fc.constantFrom(undefined, undefined, [{ headers: [{ name: 'x-team', value: 'shop' }] }]),
      mirror: fc.constantFrom(undefined, undefined, '10%'),
      pause,
      analysis,
    }),
    { maxLength: 4 },
  )
  .map((steps) => {
    // Weights never go down.
    let least = 0;
    return steps.map((step): CanaryStep => {
      least = Math.max(least, step.weight ?? 0);
      return { ...step, weight: step.weight === undefined ? undefined : least };
    });
  });

const fate: fc.Arbitrary<Fate> = fc.record({
  pods: fc.constantFrom('Good', 'Good', 'Good', 'Good', 'NeverReady', 'Crash', 'NoImage'),
  metrics: fc.constantFrom('Pass', 'Pass', 'Pass', 'Fail', 'NoData', 'Error', 'Inconclusive'),
});

const strategy: fc.Arbitrary<(gateway: boolean) => Strategy> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(amount, amount).map(
      ([maxSurge, maxUnavailable]) =>
        (): Strategy => ({
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge, maxUnavailable },
        }),
    ),
  },
  { weight: 1, arbitrary: fc.constant((): Strategy => ({ type: 'Recreate' })) },
  {
    weight: 6,
    arbitrary: fc.tuple(canarySteps, amount, amount, fc.boolean()).map(
      ([steps, maxSurge, maxUnavailable, dynamic]) =>
        (gateway: boolean): Strategy => ({
          type: 'Canary',
          canary: {
            maxSurge,
            maxUnavailable,
            dynamicStableScale: gateway && dynamic,
            ...(steps.length === 0 ? {} : { steps: gateway ? steps : steps.map(withoutGateway) }),
          },
        }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        previewReplicas: fc.constantFrom(undefined, 1),
        autoPromotion: fc.boolean(),
        scaleDownDelay: seconds,
        preAnalysis: analysis,
        postAnalysis: analysis,
      })
      .map((blueGreen) => (): Strategy => ({ type: 'BlueGreen', blueGreen })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.option(seconds, { nil: undefined }), analysis).map(
      ([duration, watched]) =>
        (): Strategy => ({
          type: 'ABTest',
          abTest: { match: [{ cookies: [{ name: 'beta', value: 'yes' }] }], duration, analysis: watched },
        }),
    ),
  },
);

const spec: fc.Arbitrary<Spec> = fc
  .record({
    replicas: fc.integer({ min: 0, max: 7 }),
    gateway: fc.boolean(),
    preview: fc.boolean(),
    strategy,
    metrics: fc.boolean(),
    automatic: fc.constantFrom(undefined, undefined, false),
    window: fc.constantFrom(undefined, 2, 3),
    history: fc.constantFrom(0, 1, 10),
    drain: fc.constantFrom('10s', '30s'),
  })
  .map(({ replicas, gateway, preview, strategy: make, metrics, automatic, window, history, drain }) => {
    const gate =
      preview && routed.gateway
        ? { ...routed.gateway, preview: { hostnames: ['p.example.com'] } }
        : routed.gateway;
    return aSpec({
      replicas,
      strategy: make(gateway),
      progressDeadlineSeconds: 120,
      revisionHistoryLimit: history,
      ...(gateway ? { traffic: { ...routed, gateway: gate, drain } } : {}),
      ...(metrics ? { analysis: anAnalysis } : {}),
      rollback: {
        automatic: automatic ?? true,
        ...(window === undefined ? {} : { window: { revisions: window } }),
      },
    });
  });

export interface Story {
  readonly spec: Spec;
  readonly fate: Fate;
  readonly fates: readonly Fate[];
  readonly steps: readonly CanaryStep[];
  /** What the strategy may be changed to. */
  readonly other: (gateway: boolean) => Strategy;
  readonly events: readonly { readonly kind: number; readonly pick: number }[];
}

/** What happens to a Deployment, from its creation on. */
export const story: fc.Arbitrary<Story> = fc.record({
  spec,
  fate: fc.constantFrom<Fate>(good, good, good, { pods: 'Crash', metrics: 'Pass' }),
  fates: fc.array(fate, { minLength: 3, maxLength: 3 }),
  steps: canarySteps,
  other: strategy,
  events: fc.array(fc.record({ kind: fc.nat(99), pick: fc.nat(11) }), {
    minLength: 4,
    maxLength: 50,
    size: 'max',
  }),
});

/** Plays a story with a planner, checks every write, and lets it come to its end. */
export function play(given: Story, plan: Planner): World {
  const invariants = new Invariants();
  const world = new World(given.spec, given.fate, plan, (where, write) => invariants.check(where, write));
  // A beginning, so that most stories are about what comes after.
  for (let round = 0; round < 6; round += 1) reconcileAll(world, round);
  for (const { kind, pick } of given.events) happenings[kind % happenings.length]?.(world, pick, given);
  settle(world);
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
  ...often(1, (world, pick) => world.breakGateway(pick)),
  ...often(1, (world, pick) =>
    world.knowTemplate(pick % 3 === 0 ? 'Unknown' : pick % 3 === 1 ? 'Invalid' : 'Known'),
  ),
  ...often(3, (world, pick) =>
    world.ask(pick % 4 === 3 ? 'PromoteAll' : 'Promote', pick % 3 === 2 ? pick % 4 : 0),
  ),
  ...often(1, (world, pick) => world.ask('Abort', pick % 5 === 1 ? 1 : 0)),
  ...often(1, (world, pick) => world.ask(pick % 2 === 0 ? 'Pause' : 'Resume', 0)),
  ...often(1, (world, pick) => world.ask(pick % 2 === 0 ? 'Retry' : 'Rollback', pick % 5 === 4 ? 1 : 0)),
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

function withoutGateway({ replicas: _, match: __, mirror: ___, ...step }: CanaryStep): CanaryStep {
  return step;
}
