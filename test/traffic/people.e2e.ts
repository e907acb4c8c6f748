import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Patience, until } from '../eventually.ts';
import { hasWeight } from './claims.ts';
import { report } from './figures.ts';
import { noneFailed, shareFigures, tell } from './judgement.ts';
import { within } from './records.ts';
import { namespace, RolloutStage } from './rolloutStage.ts';
import { now } from './shop.ts';

/** What people and autoscalers do to a Deployment, in the middle of its rollout. */

let stage: RolloutStage;
beforeAll(async () => {
  stage = await RolloutStage.open();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const canary = (...steps: readonly object[]) => ({ strategy: { type: 'Canary', canary: { steps } } });

test('kubectl scale in the middle: both revisions have what their weight needs, and no request fails', async () => {
  const spec = canary({ weight: 50, pause: {} });
  await stage.apply({ name: 'scaled', revision: 'a', spec });
  await stage.healthy('scaled', 1);
  const load = stage.load('scaled');
  await stage.apply({ name: 'scaled', revision: 'b', spec });
  const half = await stage.until('scaled', hasWeight(2, 50));
  await scale('scaled', 6);
  await sized('scaled', { a: 6, b: 3 });
  await scale('scaled', 3);
  await sized('scaled', { a: 3, b: 2 });
  await until('enough requests', () => within(load.records, { from: half.at }).length >= 520);
  const asked = now();
  await stage.request('scaled', { verb: 'Promote', revision: 2, step: 1 });
  await stage.healthy('scaled', 2);
  await sized('scaled', { a: 0, b: 3 });
  const records = await load.stop();
  const share = shareFigures('scale-50', records, {
    revision: 'b',
    weight: 50,
    window: { from: half.at, to: asked },
  });
  await report('kubectl scale', `4, 6, 3 pods: ${share.text}; ${tell(records)}`, [
    ...share.figures,
    ...noneFailed('scale', records),
  ]);
});

test('a HorizontalPodAutoscaler in the middle is obeyed at every step, and no request fails', async () => {
  // As the manifests are of those who have one: without replicas.
  const spec = { ...canary({ weight: 25, pause: {} }, { weight: 75, pause: {} }), replicas: undefined };
  await stage.apply({ name: 'autoscaled', revision: 'a', spec });
  // There are no metrics here, and without any it still keeps to its bounds.
  await stage.kubectl.run('autoscale', 'deployments.mainstay.dev/autoscaled', '--min=5', '--max=5');
  const wish = async (replicas: number, pods: Readonly<Record<string, number>>): Promise<void> => {
    const bounds = { spec: { minReplicas: replicas, maxReplicas: replicas } };
    await stage.kubectl.run('patch', 'hpa', 'autoscaled', '--type=merge', '-p', JSON.stringify(bounds));
    await sized('autoscaled', pods, patience);
  };
  // It looks every 15 s, and every 30 s at what kinds there are.
  const patience = { within: 120_000 };
  await sized('autoscaled', { a: 5 }, patience);
  const load = stage.load('autoscaled');
  await stage.apply({ name: 'autoscaled', revision: 'b', spec });
  const first = await stage.until('autoscaled', hasWeight(2, 25));
  await wish(7, { a: 7, b: 2 });
  await wish(3, { a: 3, b: 1 });
  const asked = now();
  await stage.request('autoscaled', { verb: 'Promote', revision: 2, step: 1 });
  const second = await stage.until('autoscaled', hasWeight(2, 75));
  await wish(6, { a: 6, b: 5 });
  const promoted = now();
  await stage.request('autoscaled', { verb: 'Promote', revision: 2, step: 2 });
  await stage.healthy('autoscaled', 2);
  await wish(4, { a: 0, b: 4 });
  await stage.kubectl.run('delete', 'hpa', 'autoscaled');
  const records = await load.stop();
  const windows = [
    { weight: 25, window: { from: first.at, to: asked } },
    { weight: 75, window: { from: second.at, to: promoted } },
  ];
  const claims = windows.map(({ weight, window }) =>
    shareFigures(`hpa-${weight}`, records, { revision: 'b', weight, window }),
  );
  await report(
    'autoscaler',
    `wished for 5, 7, 3, 6, 4 pods: ${claims.map(({ text }) => text).join('; ')}; ${tell(records)}`,
    [...claims.flatMap(({ figures }) => figures), ...noneFailed('hpa', records)],
  );
});

test('kubectl wait waits until a rollout is through', async () => {
  const spec = canary({ weight: 50, pause: { duration: '5s' } });
  const wait = (seconds: number) => [
    'wait',
    '--for=condition=Ready',
    'deployments.mainstay.dev/waited',
    `--timeout=${seconds}s`,
  ];
  await stage.apply({ name: 'waited', revision: 'a', spec });
  expect((await stage.kubectl.attempt(wait(60))).code).toBe(0);
  await stage.apply({ name: 'waited', revision: 'b', spec });
  await stage.until('waited', hasWeight(2, 50));
  expect((await stage.kubectl.attempt(wait(1))).code).toBe(1);
  expect((await stage.kubectl.attempt(wait(60))).code).toBe(0);
  expect((await stage.get('waited')).status).toMatchObject({ phase: 'Healthy', stable: { revision: 2 } });
  await report('kubectl wait', 'ends when revision 2 serves everything, and not before', []);
});

test('what is asked of a revision or a step that is past is refused, and nothing moves', async () => {
  const spec = canary({ weight: 25, pause: {} }, { weight: 50, pause: {} });
  await stage.apply({ name: 'past', revision: 'a', spec });
  await stage.healthy('past', 1);
  await stage.apply({ name: 'past', revision: 'b', spec });
  await stage.until('past', hasWeight(2, 25));
  const refused = async (wanted: Parameters<RolloutStage['request']>[1]) => {
    const { outcome, message } = await stage.answer('past', await stage.request('past', wanted));
    expect(outcome).toBe('Refused');
    return message;
  };
  expect(await refused({ verb: 'Promote', revision: 1 })).toContain('revision 2 is on its way');
  expect(await refused({ verb: 'Abort', revision: 1 })).toContain('revision 2 is on its way');
  expect(await refused({ verb: 'Promote', revision: 2, step: 2 })).toContain('step 1 of 2');
  const id = await stage.request('past', { verb: 'Promote', revision: 2, step: 1 });
  expect(await stage.answer('past', id)).toMatchObject({ outcome: 'Done' });
  await stage.until('past', hasWeight(2, 50));
  expect(await refused({ verb: 'Promote', revision: 2, step: 1 })).toContain('step 2 of 2');
  await stage.request('past', { verb: 'Promote', revision: 2, step: 2 });
  await stage.healthy('past', 2);
  expect(await refused({ verb: 'Abort', revision: 2 })).toContain('serves everything');
  const { status } = await stage.get('past');
  expect(status).toMatchObject({ phase: 'Healthy', stable: { revision: 2 } });
  await report('what is past', '5 requests for another revision or step were refused, and nothing moved', []);
});

test('a Deployment that is deleted in the middle goes with all that was made for it, and another goes on', async () => {
  const spec = canary({ weight: 50, pause: {} });
  for (const name of ['deleted', 'neighbour']) {
    await stage.apply({ name, revision: 'a', spec });
    await stage.healthy(name, 1);
    await stage.apply({ name, revision: 'b', spec });
  }
  for (const name of ['deleted', 'neighbour']) await stage.until(name, hasWeight(2, 50));
  const load = stage.load('neighbour');
  await stage.kubectl.run('delete', 'deployments.mainstay.dev', 'deleted', '--timeout=60s');
  await eventually(
    async () => {
      const kinds = 'deployments.mainstay.dev,replicasets,pods,services,httproutes';
      const left = await stage.kubectl.run('get', kinds, '-n', namespace, '-o', 'name');
      expect(left.split('\n').filter((name) => name.includes('/deleted'))).toEqual([]);
    },
    { within: 90_000, every: 500 },
  );
  const { status } = await stage.ask('deleted');
  expect(status).toBe(404);
  const records = await load.stop();
  const { weight } = (await stage.get('neighbour')).status ?? {};
  expect(weight).toMatchObject({ desired: 50, verified: 50 });
  await report(
    'deletion in the middle',
    `of the neighbour ${tell(records)}`,
    noneFailed('deletion', records),
  );
});

test('a Deployment that is made again from the same file replays no request', async () => {
  const spec = canary({ weight: 50, pause: {} });
  const request = { id: 'release-7', verb: 'Promote', revision: 2 };
  await stage.apply({ name: 'again', revision: 'a', spec });
  await stage.healthy('again', 1);
  await stage.apply({ name: 'again', revision: 'b', spec });
  await stage.until('again', hasWeight(2, 50));
  await stage.apply({ name: 'again', revision: 'b', spec: { ...spec, request } });
  await stage.healthy('again', 2);
  await stage.kubectl.run('delete', 'deployments.mainstay.dev', 'again', '--timeout=60s');
  await stage.apply({ name: 'again', revision: 'a', spec: { ...spec, request } });
  await stage.healthy('again', 1, { within: 120_000 });
  const { lastRequest } = (await stage.get('again')).status ?? {};
  expect(lastRequest).toMatchObject({ id: 'release-7', outcome: 'Refused' });
  await stage.apply({ name: 'again', revision: 'b', spec: { ...spec, request } });
  const half = await stage.until('again', hasWeight(2, 50));
  // It stays there: whatever would move it has had its time.
  await delay(5000);
  const { phase, weight } = (await stage.get('again')).status ?? {};
  expect({ phase, weight }).toMatchObject({ phase: 'Paused', weight: { desired: 50, verified: 50 } });
  expect(half.status.lastRequest).toMatchObject({ id: 'release-7', outcome: 'Refused' });
  await report('made again', 'what the file still asks for was refused, and its next rollout waits', []);
});

async function scale(name: string, replicas: number): Promise<void> {
  await stage.kubectl.run('scale', `deployments.mainstay.dev/${name}`, `--replicas=${replicas}`);
  await stage.asked(name);
}

/** Until each revision has so many pods, none of them going, and all ready. */
async function sized(
  name: string,
  wanted: Readonly<Record<string, number>>,
  { within: time = 60_000 }: Patience = {},
): Promise<void> {
  await eventually(
    async () => {
      for (const [revision, count] of Object.entries(wanted)) {
        const pods = await stage.pods(name, revision);
        const ready = pods.filter(({ status }) =>
          status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
        );
        expect([revision, pods.length, ready.length]).toEqual([revision, count, count]);
      }
    },
    { within: time, every: 200 },
  );
}
