import { expect, test } from 'vitest';
import { tryCrashes } from './crashes/trial.ts';

/** The whole of it, with 50 Projects and 200 kills: `npm run crashes`. */
test('an operator that is killed at any instant leaves what one leaves that is not', {
  timeout: 600_000,
}, async () => {
  const seed = Number(process.env.MAINSTAY_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}`);
  const report = await tryCrashes({ kills: 6, projects: 4, seed, elasticStays: false });
  const { kills, quiet, crashed } = report;
  expect(kills.AnyTime + kills.BetweenWrites + kills.BeforeAnswer).toBe(6);
  expect(report.differences).toEqual([]);
  expect(report.orphans).toEqual([]);
  for (const { open, exceeded, early } of [quiet, crashed]) {
    expect({ open, exceeded, early }).toEqual({ open: [], exceeded: [], early: [] });
  }
  expect(report.objects).toBeGreaterThan(40);
  expect(crashed.walls).toBeGreaterThan(20);
  expect(crashed.grants).toBeGreaterThan(20);
  expect(crashed.quotaWrites).toBeGreaterThan(10);
});
