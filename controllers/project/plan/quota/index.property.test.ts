import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdTime } from './elastic.ts';
import { planQuota } from './index.ts';
import { hardOf, numberOf, QuotaModel, resources, type WriteCheck } from './quotaModel.ts';

const small = fc.nat(5);
const resource = fc.constantFrom(...resources);
const amount = fc.integer({ min: 1, max: 4 });
const lags = fc.array(fc.nat(6), { minLength: 1, maxLength: 4 });
interface Step {
  readonly label: string;
  readonly run: (model: QuotaModel) => void;
}
const step = (label: string, run: Step['run']): Step => ({ label, run });

/** What goes on in a cluster while we plan and write. */
const churn: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: lags.map((lag) => step(`plan ${lag}`, (model) => void model.plan(lag))) },
  { weight: 8, arbitrary: fc.constant(step('write', (model) => model.write())) },
  { weight: 1, arbitrary: fc.constant(step('lose', (model) => model.lose())) },
  { weight: 1, arbitrary: fc.constant(step('arrive', (model) => model.arrive())) },
  { weight: 1, arbitrary: fc.constant(step('confirm', (model) => model.confirm())) },
  { weight: 1, arbitrary: fc.constant(step('crash', (model) => model.crash())) },
  { weight: 6, arbitrary: small.map((index) => step(`sync ${index}`, (model) => model.sync(index))) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(small, resource, amount)
      .map(([index, name, many]) =>
        step(`create ${index} ${name} ${many}`, (model) => model.create(index, name, many)),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(small, resource, amount)
      .map(([index, name, many]) =>
        step(`delete ${index} ${name} ${many}`, (model) => model.delete(index, name, many)),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 400_000 }).map((ms) =>
      step(`pass ${ms}`, (model) => {
        model.now += ms;
      }),
    ),
  },
);

/** What people do to the Project. */
const change: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(resource, fc.nat(14)).map(([name, total]) =>
    step(`total ${name} ${total}`, (model) => {
      model.total = { ...model.total, [name]: total };
    }),
  ),
  resource.map((name) =>
    step(`unlimit ${name}`, (model) => {
      if (Object.keys(model.total).length < 2) return;
      const { [name]: _, ...rest } = model.total;
      model.total = rest;
    }),
  ),
  fc.tuple(small, fc.nat(3)).map(([index, weight]) =>
    step(`weight ${index} ${weight}`, (model) => {
      const environment = model.environments[index % model.environments.length];
      if (environment !== undefined) environment.weight = weight;
    }),
  ),
  fc.tuple(small, fc.option(fc.record({ pods: fc.nat(8) }), { nil: undefined })).map(([index, explicit]) =>
    step(`hard ${index} ${explicit?.pods}`, (model) => {
      const environment = model.environments[index % model.environments.length];
      if (environment !== undefined) environment.explicit = explicit;
    }),
  ),
  fc.tuple(fc.nat(3), fc.oneof(fc.constant(0), fc.nat(10))).map(([weight, content]) =>
    step(`add ${weight} ${content}`, (model) => {
      if (model.environments.length < 5) model.addEnvironment(weight, content);
    }),
  ),
  small.map((index) => step(`remove ${index}`, (model) => model.removeEnvironment(index))),
  fc.constant(step('release', (model) => model.release())),
  fc.constantFrom<'Static' | 'Elastic'>('Static', 'Elastic').map((mode) =>
    step(mode, (model) => {
      model.mode = mode;
    }),
  ),
);

const history = fc.record({
  mode: fc.constantFrom<'Static' | 'Elastic'>('Static', 'Elastic'),
  weights: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
  steps: fc.array(fc.oneof({ weight: 8, arbitrary: churn }, { weight: 1, arbitrary: change }), {
    minLength: 10,
    maxLength: 70,
    size: 'max',
  }),
});

function run(
  { mode, weights, steps }: typeof history extends fc.Arbitrary<infer T> ? T : never,
  onWrite: (check: WriteCheck) => void = () => {},
): QuotaModel {
  const model = new QuotaModel(onWrite);
  model.mode = mode;
  for (const weight of weights) model.addEnvironment(weight, 0);
  for (const { run: happen } of steps) happen(model);
  return model;
}

const epsilon = 1e-9;
const options = { numRuns: 5000 };

test('no write of ours makes environments count for more than the Project has, nor for more than before while above it', () => {
  let writes = 0;
  fc.assert(
    fc.property(history, (given) => {
      run(given, ({ total, countedBefore, countedAfter }) => {
        writes += 1;
        for (const [name, most] of Object.entries(total)) {
          const [before = 0, after = 0] = [countedBefore[name], countedAfter[name]];
          expect(
            after <= before + epsilon || after <= most + epsilon,
            `${name}: ${before} to ${after} of ${most}`,
          ).toBe(true);
        }
      });
    }),
    options,
  );
  // The histories must not be so wild that nothing is ever written.
  expect(writes).toBeGreaterThan(2 * options.numRuns);
}, 60_000);

test('an Elastic split takes nothing that is in use, while the whole suffices for what is', () => {
  let taken = 0;
  fc.assert(
    fc.property(history, (given) => {
      run({ ...given, mode: 'Elastic' }, ({ write, before, input, total }) => {
        if (input.quota?.mode !== 'Elastic') return;
        for (const name of Object.keys(total)) {
          const after = numberOf(write.hard, name);
          const limit = numberOf(before?.hard, name);
          const used = numberOf(before?.used, name) ?? 0;
          if (after === undefined || limit === undefined || after >= limit) continue;
          if (
            input.environments.some((one) => one.name === write.environment && one.hard?.[name] !== undefined)
          )
            continue;
          taken += 1;
          if (after >= used - epsilon) continue;
          const free = input.environments.filter((one) => one.hard?.[name] === undefined);
          const fixed = input.environments.reduce((sum, one) => sum + (numberOf(one.hard, name) ?? 0), 0);
          const inUse = free.reduce((sum, one) => sum + (numberOf(one.live?.used, name) ?? 0), 0);
          expect(
            inUse,
            `${write.environment} had ${used} ${name} in use and was left ${after}`,
          ).toBeGreaterThan(Math.max(0, (total[name] ?? 0) - fixed));
        }
      });
    }),
    options,
  );
  expect(taken).toBeGreaterThan(options.numRuns / 10);
}, 60_000);

test('once nothing changes any more, every environment has its share, and it is enforced', () => {
  fc.assert(
    fc.property(history, (given) => {
      const model = run(given);
      while (model.leaving.length > 0) model.release();
      for (const environment of model.environments) environment.actual = {};
      model.refusals = [];
      // Twice the hold time: what was lent may go back after the first.
      for (let round = 0; round < 3; round += 1) {
        model.settle();
        model.now += holdTime + 1;
      }
      const plan = model.settle();
      expect(plan.writes).toEqual([]);
      expect(plan.report.settled).toBe(true);
      const intended = planQuota({
        ...model.input(),
        quota: { hard: hardOf(model.total), mode: 'Static' },
      });
      for (const [index, { name, share }] of plan.report.environments.entries()) {
        // With nothing in use, the Elastic split is that of the weights.
        expect(share).toEqual(intended.report.environments[index]?.share);
        for (const resourceName of Object.keys(share)) {
          expect(model.spec(name, resourceName)).toBe(numberOf(share, resourceName));
        }
      }
    }),
    { numRuns: 1000 },
  );
}, 60_000);

test('a new process finds nothing to write where the one before had settled', () => {
  fc.assert(
    fc.property(history, (given) => {
      const model = run(given);
      while (model.leaving.length > 0) model.release();
      model.refusals = [];
      for (let round = 0; round < 3; round += 1) {
        model.settle();
        model.now += holdTime + 1;
      }
      fc.pre(model.settle().report.settled);
      model.crash();
      expect(model.plan([0]).writes).toEqual([]);
    }),
    { numRuns: 1000 },
  );
}, 60_000);

const load = fc.record({ weight: fc.integer({ min: 0, max: 3 }), used: fc.nat(9) });

test('work that was refused gets its share as long as others do not need it', () => {
  fc.assert(
    fc.property(
      fc.array(load, { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 1, max: 30 }),
      (loads, wanted) => {
        const model = new QuotaModel();
        model.total = { pods: 60 };
        model.mode = 'Static';
        for (const { weight } of loads) model.addEnvironment(weight, 0);
        model.settle();
        model.mode = 'Elastic';
        for (const [index, { used }] of loads.entries()) model.create(index, 'pods', used);
        model.now += holdTime + 1;
        model.refusals = [];
        model.settle();
        model.create(0, 'pods', wanted);
        const needed = model.environments
          .map(({ versions }) => Math.ceil((numberOf(versions.at(-1)?.used, 'pods') ?? 0) * 1.25) + 1)
          .reduce((a, b) => a + b);
        fc.pre(model.refusals.length > 0 && needed + wanted <= 60 && loads.some(({ weight }) => weight > 0));
        model.settle();
        const refused = model.refusals.length;
        model.create(0, 'pods', wanted);
        expect(model.refusals.length).toBe(refused);
      },
    ),
    { numRuns: 1000 },
  );
}, 60_000);
