import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planDeployment } from './deployment.ts';
import { type Invariant, Violation } from './invariants.ts';
import { mutants } from './mutants.ts';
import { play, story } from './stories.ts';

/** Runs of the property; more by the environment variable of that name. */
const runs = Number(process.env.DEPLOYMENT_RUNS ?? 20_000);

test('whatever happens: every write is safe, every run ends, and going back ends in the stable revision', () => {
  const seed = Number(process.env.DEPLOYMENT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  let plans = 0;
  let promotions = 0;
  let returns = 0;
  console.log(`deployment property: ${runs} runs, seed ${seed}`);
  fc.assert(
    fc.property(story, (given) => {
      const world = play(given, planDeployment);
      plans += world.plans;
      if (world.status?.failed !== undefined) returns += 1;
      else if ((world.status?.stable?.revision ?? 0) > 1) promotions += 1;
    }),
    { numRuns: runs, seed },
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
