import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeploymentStatus } from '../../../crds/deployment/schema.ts';
import { until } from '../../eventually.ts';
import { claimed, hasWeight } from '../claims.ts';
import { report } from '../figures.ts';
import { noneFailed, shareFigures, tell } from '../judgement.ts';
import { hostnameOf } from '../objects.ts';
import { failed, shareOf, within } from '../records.ts';
import { namespace, RolloutStage } from '../rolloutStage.ts';
import { now } from '../shop.ts';

let stage: RolloutStage;
beforeAll(async () => {
  stage = await RolloutStage.open();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const canary = (...steps: readonly object[]) => ({ strategy: { type: 'Canary', canary: { steps } } });
const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;

test('while the gateway is dead no weight is claimed, and once it is back the rollout goes on', async () => {
  const { traefik } = stage.shop.gateway;
  const name = 'gateway';
  const spec = canary({ weight: 25, pause: {} }, { weight: 75, pause: {} }, { weight: 100 });
  await stage.apply({ name, revision: 'a', spec });
  await stage.healthy(name, 1);
  const load = stage.load(name);
  await stage.apply({ name, revision: 'b', spec });
  await stage.until(name, hasWeight(2, 25));

  const killed = now();
  await traefik.kill();
  // Whoever comes anew knows no more than status tells.
  await stage.operator.kill();
  await stage.operator.startAgain();
  await stage.request(name, { verb: 'Promote', revision: 2, step: 1 });
  await stage.until(name, ({ canary: on, weight }) => weight?.desired === 75 && (on?.available ?? 0) >= 3);
  await until('the route is written', async () => (await weightsOf(name)).includes(75));
  // As long as whoever believes that a written route is a served one would take to say so.
  const written = now();
  await until('the gateway has been asked for long', () => now() > written + 20_000);
  const claims = stage.history(name).filter(({ status }) => status.weight?.verified === 75);
  const again = now();
  await traefik.startAgain();
  const back = now();
  const { at: served } = await stage.until(name, hasWeight(2, 75));
  await until('enough requests', () => within(load.records, { from: served }).length > 520);
  const promoting = now();
  await stage.request(name, { verb: 'Promote', revision: 2, step: 2 });
  await stage.healthy(name, 2);
  const records = await load.stop();
  const window = claimed(stage.history(name), hasWeight(2, 75)) ?? { to: 0 };
  const share = shareFigures('gateway-killed-75', records, { revision: 'b', weight: 75, window });
  const outside = records.filter(({ sentAt, latency }) => sentAt + latency < killed || sentAt > back + 1000);
  await report(
    'gateway killed',
    `dead for ${seconds(killed, back)}, weight verified ${seconds(again, served)} after it was started again; ${share.text}; ${tell(outside)}`,
    [...share.figures, ...noneFailed('gateway-killed-while-it-lived', outside)],
  );
  expect(claims).toEqual([]);
  expect(failed(within(records, { from: promoting }))).toEqual([]);
});

test('an abort while the gateway is dead is served as soon as it is back', async () => {
  const { traefik } = stage.shop.gateway;
  const name = 'abort';
  const spec = canary({ weight: 50, pause: {} }, { weight: 100 });
  await stage.apply({ name, revision: 'a', spec });
  await stage.healthy(name, 1);
  await stage.apply({ name, revision: 'b', spec });
  await stage.until(name, hasWeight(2, 50));
  await traefik.kill();
  const asked = now();
  const id = await stage.request(name, { verb: 'Abort', revision: 2 });
  const answer = await stage.answer(name, id);
  expect(answer).toMatchObject({ outcome: 'Done' });
  const { at: answered } = await stage.until(name, ({ phase }) => phase === 'RollingBack');
  await until('the route is written', async () => (await weightsOf(name)).every((weight) => weight === 100));
  const again = now();
  await traefik.startAgain();
  const load = stage.load(name);
  const { at } = await stage.until(name, ({ phase }) => phase === 'Aborted');
  await until('enough requests', () => within(load.records, { from: at }).length > 200);
  const records = within(await load.stop(), { from: at });
  await report(
    'abort without a gateway',
    `going back ${seconds(asked, answered)} after it was asked for, Aborted ${seconds(again, at)} after the gateway was started again; ${tell(records)}`,
    noneFailed('abort-without-gateway', records),
  );
  expect(shareOf(records, 'a')).toBe(1);
});

/** What keeps a route from being served, until it is mended. */
const breakages = [
  {
    name: 'dead',
    what: 'the gateway is dead',
    prepare: async () => {},
    breakIt: () => stage.shop.gateway.traefik.kill(),
    mend: () => stage.shop.gateway.traefik.startAgain(),
    says: 'the gateway has not been seen to serve the route yet',
  },
  {
    name: 'taken',
    what: 'an older route takes the hostname',
    prepare: () => older('elsewhere'),
    breakIt: () => older('taken'),
    mend: () => older('elsewhere'),
    says: 'takes the same requests ahead of ours',
  },
] as const;

test.for(breakages)('a rollout is given up by its deadline while $what', async (broken) => {
  const { name } = broken;
  const deadline = 15;
  const steps = canary({ weight: 25, pause: {} }, { weight: 75, pause: {} });
  const spec = { ...steps, progressDeadlineSeconds: deadline };
  await broken.prepare();
  await stage.apply({ name, revision: 'a', spec });
  await stage.healthy(name, 1);
  await stage.apply({ name, revision: 'b', spec });
  await stage.until(name, hasWeight(2, 25));
  await broken.breakIt();
  const asked = now();
  await stage.request(name, { verb: 'Promote', revision: 2, step: 1 });
  const isGivenUp = ({ failed: given }: DeploymentStatus) => given?.ending === 'TimedOut';
  const { at, status } = await stage.until(name, isGivenUp, { within: 90_000 });
  const mended = now();
  await broken.mend();
  const load = stage.load(name);
  const back = await stage.until(name, ({ phase }) => phase === 'TimedOut');
  await until('enough requests', () => within(load.records, { from: back.at }).length > 200);
  const records = within(await load.stop(), { from: back.at });
  await until('the pods of the canary are gone', async () => (await stage.pods(name, 'b')).length === 0, {
    within: 60_000,
  });
  await report(
    `deadline while ${broken.what}`,
    `given up ${seconds(asked, at)} after it was to go on, TimedOut ${seconds(mended, back.at)} after it was mended; ${tell(records)}`,
    [
      {
        name: `deadline-${name}`,
        value: (at - asked) / 1000,
        unit: 's',
        // Pods are progress, and come first.
        limit: deadline + 15,
        better: 'lower',
      },
      ...noneFailed(`deadline-${name}`, records),
    ],
  );
  expect(status.failed).toMatchObject({ revision: 2, reason: 'DeadlineExceeded' });
  expect(status.failed?.message).toContain(broken.says);
  expect(shareOf(records, 'a')).toBe(1);
  expect(await stage.pods(name, 'a')).toHaveLength(4);
});

/** A route that was there before ours, for the host name of this. */
async function older(name: string): Promise<void> {
  await stage.kubectl.apply([
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'ahead', namespace },
      spec: {
        parentRefs: [stage.shop.gateway.reference],
        hostnames: [hostnameOf(name)],
        rules: [{ backendRefs: [{ name: 'taken-all', port: 80 }] }],
      },
    },
  ]);
}

test('a containerd that crashes in the middle holds a rollout up, and no request fails', async () => {
  const name = 'containerd';
  const spec = canary({ weight: 25, pause: { duration: '2s' } }, { weight: 50 }, { weight: 100 });
  await stage.apply({ name, revision: 'a', spec });
  await stage.healthy(name, 1);
  const load = stage.load(name);
  const began = now();
  await stage.apply({ name, revision: 'b', spec });
  await until('a pod of the canary is on its way', async () => (await stage.pods(name)).length > 4);
  await stage.shop.cluster.node.restartContainerd();
  // Once more in the middle of the steps.
  await stage.until(name, hasWeight(2, 25));
  await stage.shop.cluster.node.restartContainerd();
  const { at } = await stage.healthy(name, 2, { within: 120_000 });
  await until('the old pods are gone', async () => (await stage.pods(name)).length === 4, {
    within: 60_000,
  });
  const records = await load.stop();
  await report(
    'containerd restarted twice',
    `Healthy after ${seconds(began, at)}; ${tell(records)}`,
    noneFailed('containerd-restarted', records),
  );
  const restarts = (await stage.pods(name)).map(({ status }) => status?.containerStatuses?.[0]?.restartCount);
  expect(restarts).toEqual([0, 0, 0, 0]);
});

/** As the route is written. */
async function weightsOf(name: string): Promise<readonly number[]> {
  const { spec } = await stage.kubectl.get<{
    readonly spec: {
      readonly rules: readonly { readonly backendRefs?: readonly { readonly weight: number }[] }[];
    };
  }>('httproute', name);
  return spec.rules.flatMap(({ backendRefs = [] }) => backendRefs.map(({ weight }) => weight));
}
