import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CanaryStep, Strategy } from '../../../crds/deployment/schema.ts';
import { aSpec, routed } from './builders.ts';
import { planDeployment } from './deployment.ts';
import { type Invariant, Violation } from './invariants.ts';
import { mutants } from './mutants.ts';
import type { Spec } from './observation.ts';
import { good, play, type Story, withoutGateway } from './stories.ts';
import { anAnalysis, type Fate } from './world.ts';

/** Runs of the property; more by the environment variable of that name. */
const runs = Number(process.env.DEPLOYMENT_RUNS ?? 20_000);

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
  pods: fc.constantFrom('Good', 'Good', 'Good', 'Good', 'NeverReady', 'Crash', 'NoImage', 'NoNode'),
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
    arbitrary: fc.tuple(canarySteps, amount, amount, fc.boolean(), fc.boolean()).map(
      ([steps, maxSurge, maxUnavailable, dynamic, sticky]) =>
        (gateway: boolean): Strategy => ({
          type: 'Canary',
          canary: {
            maxSurge,
            maxUnavailable,
            dynamicStableScale: gateway && dynamic,
            ...(gateway && sticky && { stickiness: {} }),
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

/** What happens to a Deployment, from its creation on. */
const story: fc.Arbitrary<Story> = fc.record({
  spec,
  fate: fc.constantFrom<Fate>(good, good, good, { pods: 'Crash', metrics: 'Pass' }),
  fates: fc.array(fate, { minLength: 3, maxLength: 3 }),
  steps: canarySteps,
  other: strategy,
  flapping: fc.nat(7).map((one) => one === 0),
  events: fc.array(fc.record({ kind: fc.nat(99), pick: fc.nat(11) }), {
    minLength: 4,
    maxLength: 50,
    size: 'max',
  }),
  busy: fc.boolean(),
});

test('whatever happens: every write is safe, every run ends, and going back ends in the stable revision', () => {
  let plans = 0;
  let promotions = 0;
  let returns = 0;
  fc.assert(
    fc.property(story, (given) => {
      const world = play(given, planDeployment);
      plans += world.plans;
      if (world.status?.failed !== undefined) returns += 1;
      else if ((world.status?.stable?.revision ?? 0) > 1) promotions += 1;
    }),
    { numRuns: runs },
  );
  console.log(`${plans} plans, ${promotions} runs promoted, ${returns} went back`);
  // The stories must not be so wild that nothing ever comes to its end.
  expect(promotions).toBeGreaterThan(runs / 10);
  expect(returns).toBeGreaterThan(runs / 10);
}, 300_000);

test.each(Object.entries(mutants))(
  'a planner with %s is found out',
  (_name, { plan, breaks }) => {
    const found = new Set<Invariant>();
    fc.check(
      fc.property(story, (given) => {
        try {
          play(given, plan);
        } catch (error) {
          if (!(error instanceof Violation)) throw error;
          found.add(error.invariant);
          return error.invariant !== breaks;
        }
        return true;
      }),
      { numRuns: 5000, endOnFailure: true },
    );
    expect([...found]).toContain(breaks);
  },
  60_000,
);
