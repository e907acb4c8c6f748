import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { FakeGateway } from './fakeGateway.ts';
import { Stage, template } from './stage.ts';

let stage: Stage;
let gateway: FakeGateway;
beforeAll(async () => {
  stage = await Stage.open();
  gateway = await FakeGateway.start(stage.kubectl, stage.client);
});
afterAll(async () => {
  await gateway.stop();
  await stage[Symbol.asyncDispose]();
});

const spec = (image: string, more: object = {}) => ({
  strategy: { type: 'Canary', canary: { steps: [{ weight: 25, pause: {} }, { weight: 100 }] } },
  traffic: {
    ports: [{ name: 'http', port: 80 }],
    gateway: { parentRefs: [{ name: 'public' }], hostnames: ['shop.example.com'] },
    settle: '1s',
    drain: '2s',
  },
  template: template('shop', image),
  ...more,
});
const serviceOf = async (image: string) => {
  const all = await stage.revisions('shop');
  return all.find((one) => one.spec?.template?.spec?.containers[0]?.image === image)?.metadata.name ?? '';
};
const sizes = async () => (await stage.revisions('shop')).map((one) => one.spec?.replicas);

it('the first revision has all of the traffic once it is there', async () => {
  await stage.apply('shop', spec('shop:1'));
  await stage.healthy('shop', 1);
  await eventually(async () =>
    expect(await gateway.weights('shop')).toEqual({ [await serviceOf('shop:1')]: 100 }),
  );
});

it('a canary has its weight once its pods are there, and the stable revision stays whole meanwhile', async () => {
  await stage.apply('shop', spec('shop:2'));
  const status = await stage.until('shop', ({ phase, step }) => phase === 'Paused' && step?.index === 1);
  expect(status.weight).toMatchObject({ desired: 25, verified: 25, by: 'Probe' });
  const [first, second] = [await serviceOf('shop:1'), await serviceOf('shop:2')];
  expect(await gateway.weights('shop')).toEqual({ [first]: 75, [second]: 25 });
  expect(await sizes()).toEqual([4, 1]);
});

it('an abort takes the weight back at once, and the pods of the canary go after that', async () => {
  const request = { id: 'stop', verb: 'Abort', revision: 2 };
  await stage.apply('shop', spec('shop:2', { request }));
  await stage.until('shop', ({ phase }) => phase === 'Aborted');
  expect(await gateway.weights('shop')).toEqual({ [await serviceOf('shop:1')]: 100 });
  await eventually(async () => expect(await sizes()).toEqual([4, 0]));
});

it('what the gateway refuses is told in its own words, and an abort goes on all the same', async () => {
  gateway.problem = 'no listener takes it';
  await stage.apply('shop', spec('shop:3'));
  const status = await stage.until('shop', ({ message }) => message.includes('no listener takes it'));
  expect(status.phase).toBe('Progressing');
  const request = { id: 'stop-again', verb: 'Abort', revision: status.canary?.revision ?? 0 };
  await stage.apply('shop', spec('shop:3', { request }));
  await stage.until(
    'shop',
    ({ lastRequest }) => lastRequest?.id === 'stop-again' && lastRequest.outcome === 'Done',
  );
  gateway.problem = undefined;
  await stage.until('shop', ({ phase }) => phase === 'Aborted');
  expect(await gateway.weights('shop')).toEqual({ [await serviceOf('shop:1')]: 100 });
});

it('promotion re-creates no pod: the canary becomes the stable revision', async () => {
  await stage.apply('shop', spec('shop:4'));
  const { canary } = await stage.until('shop', ({ phase, step }) => phase === 'Paused' && step?.index === 1);
  const before = (await stage.pods('shop')).filter(({ spec: pod }) => pod?.containers[0]?.image === 'shop:4');
  const request = { id: 'go', verb: 'Promote', revision: canary?.revision ?? 0, step: 1 };
  await stage.apply('shop', spec('shop:4', { request }));
  await stage.healthy('shop', canary?.revision ?? 0);
  expect(await gateway.weights('shop')).toEqual({ [await serviceOf('shop:4')]: 100 });
  const after = new Set((await stage.pods('shop')).map(({ metadata }) => metadata.uid));
  for (const { metadata } of before) expect(after).toContain(metadata.uid);
  await eventually(async () => expect((await sizes()).at(-1)).toBe(4));
  await eventually(async () => expect((await sizes()).slice(0, -1).every((size) => size === 0)).toBe(true));
});

it('a weight counts once the gateway serves it, whatever it says of the route', async () => {
  gateway.slow = true;
  await stage.apply('shop', spec('shop:5'));
  const { canary } = await stage.until(
    'shop',
    ({ weight }) => weight?.desired === 25 && weight.by === 'Probe',
  );
  await eventually(async () =>
    expect(Object.values(await gateway.weights('shop')).toSorted()).toEqual([25, 75]),
  );
  await pause(2_500);
  const { weight, phase } = (await stage.get('shop')).status ?? {};
  expect([phase, weight?.verified]).toEqual(['Progressing', 0]);
  gateway.slow = false;
  const status = await stage.until('shop', ({ weight: now }) => now?.verified === 25);
  expect(status.canary?.revision).toBe(canary?.revision);
});

const rival = (name: string, host: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name, namespace: 'default' },
  spec: {
    parentRefs: [{ name: 'public' }],
    hostnames: [host],
    rules: [{ backendRefs: [{ name: 'rival', port: 80 }] }],
  },
});

it('another route that takes the same requests ahead of ours is named, and nothing goes on', async () => {
  // Of two of one age the one whose name comes first is served.
  await stage.kubectl.apply([rival('ahead', 'late.example.com')]);
  const { traffic, ...late } = spec('late:1', { template: template('late', 'late:1') });
  const gate = { ...traffic.gateway, hostnames: ['late.example.com'] };
  await stage.apply('late', { ...late, traffic: { ...traffic, gateway: gate } });
  const status = await stage.until('late', ({ conditions }) =>
    conditions.some(
      ({ type, reason, status: is }) => type === 'Stalled' && is === 'True' && reason === 'RouteConflict',
    ),
  );
  expect(status.message).toContain('default/ahead');
  await stage.kubectl.run('delete', 'httproute', 'ahead', '-n', 'default');
  await stage.healthy('late', 1);
});

it('a route that comes later, as any tenant may write one, holds nothing up', async () => {
  await stage.kubectl.apply([rival('younger', 'shop.example.com')]);
  const { status } = await stage.get('shop');
  const request = { id: 'past', verb: 'PromoteAll', revision: status?.canary?.revision ?? 0 };
  await stage.apply('shop', spec('shop:5', { request }));
  await stage.healthy('shop', status?.canary?.revision ?? 0);
  await stage.kubectl.run('delete', 'httproute', 'younger', '-n', 'default');
});

it('steps without a pause follow each other, and the switch of blue/green is one', async () => {
  const quick = { type: 'Canary', canary: { steps: [{ weight: 25 }, { weight: 50 }, { weight: 100 }] } };
  await stage.apply('shop', spec('shop:6', { strategy: quick }));
  const { canary: sixth } = await stage.until('shop', ({ canary }) => canary?.images[0] === 'shop:6');
  await stage.healthy('shop', sixth?.revision ?? 0);
  expect(await gateway.weights('shop')).toEqual({ [await serviceOf('shop:6')]: 100 });
  await stage.apply('shop', spec('shop:7', { strategy: { type: 'BlueGreen' } }));
  const { canary: seventh } = await stage.until('shop', ({ canary }) => canary?.images[0] === 'shop:7');
  await stage.healthy('shop', seventh?.revision ?? 0);
  expect(await gateway.weights('shop')).toEqual({ [await serviceOf('shop:7')]: 100 });
});

it('without a gateway the route goes, and the Services of revisions with it', async () => {
  const { traffic } = spec('shop:7');
  await stage.apply('shop', spec('shop:7', { traffic: { ports: traffic.ports } }));
  await eventually(async () => {
    const text = await stage.kubectl.run(
      'get',
      'httproutes,services',
      '-l',
      'mainstay.dev/owner,mainstay.dev/deployment=shop',
      '-o',
      'name',
    );
    expect(text.trim().split('\n')).toEqual(['service/shop-all']);
  });
});
