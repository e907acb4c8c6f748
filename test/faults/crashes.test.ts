import { expect, test } from 'vitest';
import { randomFrom } from './churn.ts';
import { runWithKills } from './smallCrashes.ts';

// What is small enough for every run. `npm run crashes` kills far more often, and judges every instant.
const kills = 6;
const projects = 4;
const seed = Math.floor(Math.random() * 2 ** 31);

test('an operator that is killed at any instant leaves what one leaves that is not', {
  timeout: 240_000,
}, async () => {
  console.log(`${kills} kills, ${projects} Projects, seed ${seed}`);
  const quiet = await runWithKills({ kills: 0, projects, random: randomFrom(seed) });
  const crashed = await runWithKills({ kills, projects, random: randomFrom(seed) });
  expect(crashed.kills).toBe(kills);
  expect([...quiet.early, ...crashed.early]).toEqual([]);
  expect(Object.keys(quiet.objects).length).toBeGreaterThan(projects * 4);
  expect(crashed.objects).toEqual(quiet.objects);
});
