import { expect, test } from 'vitest';
import { randomFrom } from './churn.ts';
import { runWithKills } from './crashes.ts';

/** `MAINSTAY_KILLS=200 MAINSTAY_KILLED_PROJECTS=50 npx vitest run --project faults test/faults/crashes.test.ts` is the whole of it. */
const kills = Number(process.env.MAINSTAY_KILLS ?? 6);
const projects = Number(process.env.MAINSTAY_KILLED_PROJECTS ?? 4);
const seed = Number(process.env.MAINSTAY_SEED ?? Math.floor(Math.random() * 2 ** 31));

test('an operator that is killed at any instant leaves what one leaves that is not', {
  timeout: 120_000 + kills * 15_000 + projects * 5000,
}, async () => {
  console.log(`${kills} kills, ${projects} Projects, seed ${seed}`);
  const quiet = await runWithKills({ kills: 0, projects, random: randomFrom(seed) });
  const crashed = await runWithKills({ kills, projects, random: randomFrom(seed) });
  expect(crashed.kills).toBe(kills);
  expect([...quiet.early, ...crashed.early]).toEqual([]);
  expect(Object.keys(quiet.objects).length).toBeGreaterThan(projects * 4);
  expect(crashed.objects).toEqual(quiet.objects);
});
