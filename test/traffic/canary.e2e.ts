import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpRoutes } from '../../controllers/deployment/route/routes.ts';
import { until } from '../eventually.ts';
import { claimed, hasWeight } from './claims.ts';
import { report } from './figures.ts';
import { noneFailed, shareFigures, tell } from './judgement.ts';
import { shareOf, within } from './records.ts';
import { namespace, RolloutStage } from './rolloutStage.ts';
import { now } from './shop.ts';

let stage: RolloutStage;
beforeAll(async () => {
  stage = await RolloutStage.open();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** At 100 requests a second, more than the 500 that a share is taken from. */
const pause = { duration: '7s' };
const weights = [5, 25, 50, 100] as const;
const canary = (steps: readonly object[]) => ({ strategy: { type: 'Canary', canary: { steps } } });

test('a canary goes through its weights to the end', async () => {
  const spec = canary(weights.map((weight) => ({ weight, pause })));
  await stage.apply({ name: 'steps', revision: 'a', spec });
  await stage.healthy('steps', 1);
  const load = stage.load('steps');
  await stage.apply({ name: 'steps', revision: 'b', spec });
  const full = await stage.until('steps', hasWeight(2, 100), { within: 120_000 });
  const promoted = new Set((await stage.pods('steps', 'b')).map(({ metadata }) => metadata.uid));
  const end = await stage.healthy('steps', 2);
  await until('the old pods are gone', async () => (await stage.pods('steps', 'a')).length === 0, {
    within: 60_000,
  });
  const records = await load.stop();
  const shares = weights.map((weight) => {
    const window = claimed(stage.history('steps'), hasWeight(2, weight)) ?? { to: 0 };
    return shareFigures(`canary-${weight}`, records, { revision: 'b', weight, window });
  });
  const kept = await stage.pods('steps', 'b');
  await report('canary to the end', `${shares.map(({ text }) => text).join('; ')}; ${tell(records)}`, [
    ...shares.flatMap(({ figures }) => figures),
    ...noneFailed('canary', records),
  ]);
  // From its whole weight on nothing goes back, and no pod that served is made anew.
  expect(shareOf(within(records, { from: full.at }), 'b')).toBe(1);
  expect(new Set(kept.map(({ metadata }) => metadata.uid))).toEqual(promoted);
  expect(end.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
});

test('a step with a match: who matches meets the canary, others by weight alone, and nobody for longer than the step', async () => {
  const spec = canary([
    { match: [{ headers: [{ name: 'x-team', value: 'checkout' }] }], replicas: 1, pause: {} },
    { match: [{ cookies: [{ name: 'beta', value: 'yes' }] }], weight: 25, pause: {} },
    { weight: 50, pause: {} },
  ]);
  await stage.apply({ name: 'matched', revision: 'a', spec });
  await stage.healthy('matched', 1);
  const loads = [
    stage.load('matched', { rate: 60 }),
    stage.load('matched', { rate: 30, headers: { 'x-team': 'checkout' } }),
    stage.load('matched', { rate: 30, headers: { cookie: 'theme=dark; beta=yes' } }),
  ];
  const sent = () => loads.flatMap(({ records }) => records);
  await stage.apply({ name: 'matched', revision: 'b', spec });
  const windows: { readonly from: number; readonly to: number }[] = [];
  for (const step of [1, 2, 3]) {
    const { at } = await stage.until(
      'matched',
      (status) => status.phase === 'Paused' && status.step?.index === step,
    );
    // Of those alone who are split by weight there are to be 500.
    await until('enough requests', () => within(sent(), { from: at }).length >= 720);
    windows.push({ from: at, to: now() });
    await stage.request('matched', { verb: 'Promote', revision: 2, step });
  }
  await stage.healthy('matched', 2);
  const [everybody = [], team = [], beta = []] = await Promise.all(loads.map((load) => load.stop()));
  const shares = windows.map((window) =>
    [everybody, team, beta].map((records) => shareOf(within(records, window), 'b')),
  );
  const [, second = {}, third = {}] = windows;
  const split = [
    shareFigures('match-25', [...everybody, ...team], { revision: 'b', weight: 25, window: second }),
    shareFigures('match-50', [...everybody, ...team, ...beta], { revision: 'b', weight: 50, window: third }),
  ];
  expect(shares[0]).toEqual([0, 1, 0]);
  expect(shares[1]?.[2]).toBe(1);
  expect(shares[2]?.[2]).toBeLessThan(1);
  const records = [...everybody, ...team, ...beta];
  await report('steps with a match', `${split.map(({ text }) => text).join('; ')}; ${tell(records)}`, [
    ...split.flatMap(({ figures }) => figures),
    ...noneFailed('match', records),
  ]);
});

test('an abort in the middle takes the weight back, and no request fails', async () => {
  const spec = canary([{ weight: 50, pause: {} }, { weight: 100 }]);
  await stage.apply({ name: 'abort', revision: 'a', spec });
  await stage.healthy('abort', 1);
  const load = stage.load('abort');
  await stage.apply({ name: 'abort', revision: 'b', spec });
  const { at: half } = await stage.until('abort', hasWeight(2, 50));
  await until('enough requests', () => within(load.records, { from: half }).length > 520);
  const asked = now();
  await stage.request('abort', { verb: 'Abort', revision: 2, step: 1 });
  const back = await stage.until('abort', ({ phase }) => phase === 'Aborted');
  await until('the pods of the canary are gone', async () => (await stage.pods('abort', 'b')).length === 0, {
    within: 60_000,
  });
  const records = await load.stop();
  const share = shareFigures('abort-50', records, {
    revision: 'b',
    weight: 50,
    window: { from: half, to: asked },
  });
  const seconds = (back.at - asked) / 1000;
  await report('abort', `${share.text}; back after ${seconds.toFixed(1)} s; ${tell(records)}`, [
    ...share.figures,
    ...noneFailed('abort', records),
  ]);
  expect(shareOf(within(records, { from: back.at }), 'a')).toBe(1);
  expect(back.status.failed).toMatchObject({ revision: 2, ending: 'Aborted', reason: 'AbortRequested' });
  expect(await stage.pods('abort', 'a')).toHaveLength(4);
});

test('with dynamicStableScale an abort makes the old pods anew before the weight goes back, and no request fails', async () => {
  const steps = [{ weight: 75, pause: {} }, { weight: 100 }];
  const spec = { strategy: { type: 'Canary', canary: { steps, dynamicStableScale: true } } };
  await stage.apply({ name: 'shrunk', revision: 'a', spec });
  await stage.healthy('shrunk', 1);
  const load = stage.load('shrunk');
  await stage.apply({ name: 'shrunk', revision: 'b', spec });
  const { at: most } = await stage.until('shrunk', hasWeight(2, 75));
  await until('the old pods are fewer', async () => (await stage.pods('shrunk', 'a')).length === 1, {
    within: 60_000,
  });
  await stage.until('shrunk', ({ message }) => message.includes('going back needs 3 pods more'));
  await until('enough requests', () => within(load.records, { from: most }).length > 520);
  const asked = now();
  await stage.request('shrunk', { verb: 'Abort', revision: 2, step: 1 });
  const looks: { readonly weight: number; readonly ready: number }[] = [];
  let over = false;
  const looking = (async () => {
    while (!over) {
      // The pods after the weight: they only become more.
      const weight = await weightOf('shrunk');
      looks.push({ weight, ready: await readyOf('shrunk', 'a') });
      await delay(50);
    }
  })();
  const back = await stage
    .until('shrunk', ({ phase }) => phase === 'Aborted', { within: 120_000 })
    .finally(() => {
      over = true;
    });
  await looking;
  await until('the pods of the canary are gone', async () => (await stage.pods('shrunk', 'b')).length === 0, {
    within: 60_000,
  });
  const records = await load.stop();
  const share = shareFigures('shrunk-75', records, {
    revision: 'b',
    weight: 75,
    window: { from: most, to: asked },
  });
  const seconds = (back.at - asked) / 1000;
  const weights = [...new Set(looks.map(({ weight }) => weight))].join(', ');
  await report(
    'abort with dynamicStableScale',
    `${share.text}; back after ${seconds.toFixed(1)} s, by way of ${weights} %; ${tell(records)}`,
    [...share.figures, ...noneFailed('shrunk', records)],
  );
  // Each of the four pods carries a quarter.
  expect(looks[0]?.ready).toBeLessThan(4);
  expect(looks.filter(({ weight, ready }) => weight > 25 * ready)).toEqual([]);
  expect(shareOf(within(records, { from: back.at }), 'a')).toBe(1);
  expect(back.status.failed).toMatchObject({ revision: 2, ending: 'Aborted', reason: 'AbortRequested' });
  expect(await readyOf('shrunk', 'a')).toBe(4);
});

test('a rollback by request goes back to the revision before in one step, and no request fails', async () => {
  const spec = canary([{ weight: 100 }]);
  await stage.apply({ name: 'rollback', revision: 'a', spec });
  await stage.healthy('rollback', 1);
  await stage.apply({ name: 'rollback', revision: 'b', spec });
  await stage.healthy('rollback', 2);
  // Its pods have to be made anew, as they are whenever the way back is a long one.
  await until('the old pods are gone', async () => (await stage.pods('rollback', 'a')).length === 0, {
    within: 60_000,
  });
  const load = stage.load('rollback');
  const asked = now();
  await stage.request('rollback', { verb: 'Rollback', revision: 1 });
  const back = await stage.until('rollback', ({ phase }) => phase === 'RolledBack');
  await until(
    'the pods of the newer one are gone',
    async () => (await stage.pods('rollback', 'b')).length === 0,
    {
      within: 60_000,
    },
  );
  const records = await load.stop();
  const seconds = (back.at - asked) / 1000;
  await report('rollback by request', `back after ${seconds.toFixed(1)} s; ${tell(records)}`, [
    ...noneFailed('rollback', records),
  ]);
  expect(shareOf(within(records, { from: back.at }), 'a')).toBe(1);
  expect(shareOf(within(records, { to: asked }), 'b')).toBe(1);
});

/** Percent that its route gives the stable revision. */
async function weightOf(name: string): Promise<number> {
  const [{ spec }, { status }] = await Promise.all([
    stage.client.get(httpRoutes, { namespace, name }),
    stage.get(name),
  ]);
  const backends = spec.rules?.at(-1)?.backendRefs ?? [];
  return backends.find((one) => one.name === status?.stable?.replicaSet)?.weight ?? 0;
}

async function readyOf(name: string, revision: string): Promise<number> {
  const pods = await stage.pods(name, revision);
  return pods.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  ).length;
}
