import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leases } from '../../../operator/resources/builtin.ts';
import { until } from '../../eventually.ts';
import { randomFrom } from '../../faults/churn.ts';
import { report } from '../figures.ts';
import { noneFailed, tell } from '../judgement.ts';
import type { Load } from '../load.ts';
import { shareOf, within } from '../records.ts';
import { RolloutStage } from '../rolloutStage.ts';
import { now } from '../shop.ts';

/** `ROLLOUTS` for another number; `SEED` for the same moments again, as far as a machine does the same twice. */
const rollouts = Number(process.env.ROLLOUTS ?? 50);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** They roll out at the same time, so that each kill is in the middle of all of them. */
const names = [1, 2, 3, 4, 5].map((number) => `shop-${number}`);
const rounds = Math.ceil(rollouts / names.length);
const replicas = 2;

let stage: RolloutStage;
beforeAll(async () => {
  // A lease that is over soon: more kills in less time.
  const lease = { LEASE_DURATION: '4s', RENEW_DEADLINE: '2500ms', RETRY_PERIOD: '500ms' };
  const settings = Object.entries(lease).map(([key, value]) => [`MAINSTAY_LEADER_ELECTION_${key}`, value]);
  stage = await RolloutStage.open({ settings: Object.fromEntries(settings) });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

test(`${rounds * names.length} rollouts in which the operator is killed at random end as if it had lived`, {
  timeout: 120_000 + rounds * 240_000,
}, async () => {
  const random = randomFrom(seed);
  const steps = [{ weight: 20 }, { weight: 60, pause: { duration: '3s' } }, { weight: 100 }];
  const spec = { revisionHistoryLimit: 2, strategy: { type: 'Canary', canary: { steps } } };
  const roll = async (name: string, number: number): Promise<Ended> => {
    const began = now();
    await stage.apply({ name, revision: `r${number}`, replicas, spec });
    const { at } = await stage.healthy(name, number, { within: 240_000 });
    return { began, at };
  };
  const shops = await Promise.all(
    names.map(async (name) => {
      await roll(name, 1);
      return { name, load: stage.load(name, { seconds: 60 + rounds * 240, rate: 20 }) };
    }),
  );
  const kills: number[] = [];
  const done: (Ended & { readonly load: Load; readonly revision: string; readonly to: number })[] = [];
  for (let number = 2; number <= rounds + 1; number += 1) {
    const over = new AbortController();
    const rolling = Promise.all(
      shops.map(async ({ name, load }) => ({ ...(await roll(name, number)), load })),
    ).finally(() => over.abort());
    const [ended, killed] = await Promise.all([rolling, killSome(over.signal, random)]);
    kills.push(...killed);
    await until('some more requests', () =>
      ended.every(({ load, at }) => within(load.records, { from: at }).length >= 20),
    );
    const to = now();
    done.push(...ended.map((one) => ({ ...one, revision: `r${number}`, to })));
  }
  for (const { name } of shops) {
    await until('the old pods are gone', async () => (await stage.pods(name)).length === replicas, {
      within: 60_000,
    });
  }
  const records = (await Promise.all(shops.map(({ load }) => load.stop()))).flat();
  const longest = Math.max(...done.map(({ began, at }) => at - began));
  const hit = done.filter(({ began, at }) => kills.some((kill) => kill > began && kill < at));
  await report(
    'operator killed',
    `${kills.length} kills in ${done.length} rollouts (SEED=${seed}), the longest took ${(longest / 1000).toFixed(1)} s; ${tell(records)}`,
    [
      ...noneFailed('operator-killed', records),
      {
        name: 'operator-killed-in-the-middle',
        value: hit.length,
        unit: 'rollouts',
        limit: done.length,
        better: 'higher',
      },
    ],
  );
  for (const { load, revision, at, to } of done)
    expect(shareOf(within(load.records, { from: at, to }), revision)).toBe(1);
  const services = (await stage.kubectl.run('get', 'services', '-o', 'name')).split('\n');
  for (const name of names) {
    const kept = await stage.kubectl.run('get', 'replicasets', '-l', `app=${name}`, '-o', 'name');
    expect(kept.trim().split('\n')).toHaveLength(Math.min(3, rounds + 1));
    // One of all pods, one of the revision that serves.
    expect(services.filter((one) => one.startsWith(`service/${name}-`))).toHaveLength(2);
  }
});

/** A rollout: when it was applied, and when it was told to be whole. */
interface Ended {
  readonly began: number;
  readonly at: number;
}

/**
 * Kills it at any moment of its work and starts it again, one to three times or until the rollouts are over. Gives when.
 * Only who leads does anything, so that the moments are counted from there.
 */
async function killSome(signal: AbortSignal, random: () => number): Promise<readonly number[]> {
  const most = 1 + Math.floor(random() * 3);
  const kills: number[] = [];
  while (kills.length < most) {
    // No rollout is over before the first.
    await delay(random() * (kills.length === 0 ? 6000 : 8000), undefined, { signal }).catch(() => {});
    if (signal.aborted && kills.length > 0) break;
    const before = await leader();
    kills.push(now());
    await stage.operator.kill();
    await delay(random() * 1000);
    await stage.operator.startAgain();
    await until('it leads again', async () => (await leader()) !== before, { within: 90_000, every: 100 });
  }
  return kills;
}

async function leader(): Promise<string | undefined> {
  const { spec } = await stage.client.get(leases, { namespace: 'mainstay-system', name: 'mainstay' });
  return spec?.holderIdentity ?? undefined;
}
