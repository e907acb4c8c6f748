import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leases } from '../../../operator/resources/builtin.ts';
import { until } from '../../eventually.ts';
import { randomFrom } from '../../faults/churn.ts';
import { report } from '../figures.ts';
import { noneFailed, tell } from '../judgement.ts';
import { shareOf, type Window, within } from '../records.ts';
import { RolloutStage } from '../rolloutStage.ts';
import { now } from '../shop.ts';

/** `ROLLOUTS=50` for the whole proof; `SEED` for the same moments again, as far as a machine does the same twice. */
const rollouts = Number(process.env.ROLLOUTS ?? 5);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

const name = 'shop';
let stage: RolloutStage;
beforeAll(async () => {
  // A lease that is over soon: more kills in less time.
  const lease = { LEASE_DURATION: '4s', RENEW_DEADLINE: '2500ms', RETRY_PERIOD: '500ms' };
  const settings = Object.entries(lease).map(([key, value]) => [`MAINSTAY_LEADER_ELECTION_${key}`, value]);
  stage = await RolloutStage.open({ settings: Object.fromEntries(settings) });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

test(`${rollouts} rollouts in which the operator is killed at random end as if it had lived`, {
  timeout: 120_000 + rollouts * 240_000,
}, async () => {
  const random = randomFrom(seed);
  const steps = [{ weight: 20 }, { weight: 60, pause: { duration: '3s' } }, { weight: 100 }];
  const spec = { revisionHistoryLimit: 2, strategy: { type: 'Canary', canary: { steps } } };
  await stage.apply({ name, revision: 'r1', spec });
  await stage.healthy(name, 1);
  const load = stage.load(name, { seconds: 60 + rollouts * 240, rate: 60 });
  let kills = 0;
  let longest = 0;
  const whole: { readonly revision: string; readonly window: Window }[] = [];
  for (let revision = 2; revision <= rollouts + 1; revision += 1) {
    const began = now();
    await stage.apply({ name, revision: `r${revision}`, spec });
    const ended = new AbortController();
    const killing = killSome(ended.signal, random);
    const healthy = stage.healthy(name, revision, { within: 240_000 }).finally(() => ended.abort());
    const [{ at }, killed] = await Promise.all([healthy, killing]);
    kills += killed;
    longest = Math.max(longest, at - began);
    await until('some more requests', () => within(load.records, { from: at }).length >= 20);
    whole.push({ revision: `r${revision}`, window: { from: at, to: now() } });
  }
  await until('the old pods are gone', async () => (await stage.pods(name)).length === 4, {
    within: 60_000,
  });
  const records = await load.stop();
  await report(
    'operator killed',
    `${kills} kills in ${rollouts} rollouts (SEED=${seed}), the longest took ${(longest / 1000).toFixed(1)} s; ${tell(records)}`,
    [
      ...noneFailed('operator-killed', records),
      { name: 'operator-killed-kills', value: kills, unit: 'kills', limit: rollouts, better: 'higher' },
    ],
  );
  for (const { revision, window } of whole) expect(shareOf(within(records, window), revision)).toBe(1);
  const kept = await stage.kubectl.run('get', 'replicasets', '-l', `app=${name}`, '-o', 'name');
  expect(kept.trim().split('\n')).toHaveLength(3);
  // One of all pods, one of the revision that serves.
  const services = await stage.kubectl.run('get', 'services', '-o', 'name');
  expect(services.split('\n').filter((one) => one.startsWith(`service/${name}-`))).toHaveLength(2);
});

/**
 * Kills it at any moment of its work and starts it again, one to three times or until the rollout is over. Gives how often.
 * Only who leads does anything, so that the moments are counted from there.
 */
async function killSome(signal: AbortSignal, random: () => number): Promise<number> {
  const most = 1 + Math.floor(random() * 3);
  for (let kills = 0; kills < most; kills += 1) {
    await delay(random() * 8000, undefined, { signal }).catch(() => {});
    if (signal.aborted && kills > 0) return kills;
    const before = await leader();
    await stage.operator.kill();
    await delay(random() * 1000);
    await stage.operator.startAgain();
    await until('it leads again', async () => (await leader()) !== before, { within: 90_000, every: 100 });
  }
  return most;
}

async function leader(): Promise<string | undefined> {
  const { spec } = await stage.client.get(leases, { namespace: 'mainstay-system', name: 'mainstay' });
  return spec?.holderIdentity ?? undefined;
}
