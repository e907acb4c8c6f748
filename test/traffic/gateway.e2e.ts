import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceLabel } from '../../cluster/gateway/traefik.ts';
import { eventually, until } from '../eventually.ts';
import { applicationPod, revisionObjects } from './objects.ts';
import { failed, shareOf, summaryOf, within } from './records.ts';
import { type Change, now, Shop } from './shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  const revisions = [
    { name: 'shop-a', revision: 'a', replicas: 2 },
    { name: 'shop-b', revision: 'b', replicas: 2 },
    { name: 'nobody', revision: 'c', replicas: 0 },
  ];
  await shop.kubectl.apply(revisions.flatMap(revisionObjects));
  for (const { name } of revisions) await available(name);
});
afterAll(async () => shop?.[Symbol.asyncDispose]());

test('each revision gets its share, and no request fails, while weights move from 80/20 to 20/80', async () => {
  await shop.serve({ 'shop-a': 80, 'shop-b': 20 });
  const load = shop.load({ rate: 120, seconds: 90 });
  const steps: { readonly weight: number; readonly change: Change; readonly until: number }[] = [];
  for (const weight of [20, 40, 60, 80]) {
    const change = await shop.serve({ 'shop-a': 100 - weight, 'shop-b': weight });
    await until('enough requests', () => within(load.records, { from: change.served }).length >= 520);
    steps.push({ weight, change, until: now() });
  }
  const records = await load.stop();
  for (const { weight, change, until: to } of steps) {
    const answers = within(records, { from: change.served, to });
    console.log(`weight ${weight} %: ${timesOf(change)}; ${summaryOf(answers)}`);
    expect(answers.length).toBeGreaterThanOrEqual(500);
    expect(Math.abs(shareOf(answers, 'b') - weight / 100)).toBeLessThanOrEqual(0.05);
  }
  expect(failed(records)).toEqual([]);
});

test('who gets the answer of the new probe rule gets the new weights from then on', async () => {
  const load = shop.load({ rate: 200, seconds: 90 });
  const changes: { readonly revision: string; readonly change: Change; readonly until: number }[] = [];
  for (let number = 0; number < 10; number += 1) {
    const revision = number % 2 === 0 ? 'a' : 'b';
    const other = number % 2 === 0 ? 'b' : 'a';
    const change = await shop.serve({ [`shop-${revision}`]: 100, [`shop-${other}`]: 0 });
    // Long enough for more than one of the kept connections to be used again, and odd, so that it fits no period.
    await delay(137 * (1 + (number % 3)));
    changes.push({ revision, change, until: now() });
  }
  const records = await load.stop();
  for (const { revision, change, until: to } of changes) {
    const answers = within(records, { from: change.served, to });
    console.log(`all to ${revision}: ${timesOf(change)}; then ${answers.length} requests`);
    expect(shareOf(answers, revision)).toBe(1);
  }
  expect(failed(records)).toEqual([]);
});

test('Prometheus counts the requests of each Service', async () => {
  await shop.serve({ 'shop-a': 50, 'shop-b': 50 });
  const [a, b] = ['shop-a', 'shop-b'].map((name) => serviceLabel('default', name, 80)) as [string, string];
  const counts = () => shop.query('sum by (service) (traefik_service_requests_total{code="200"})', 'service');
  // Whatever was sent before has been scraped once two looks, more than a scrape apart, show the same.
  const before = await eventually(async () => {
    const first = await counts();
    await delay(2500);
    expect(await counts()).toEqual(first);
    return first;
  });
  const records = await shop.load({ rate: 100, seconds: 2 }).finished();
  await eventually(async () => {
    const after = await counts();
    const grown = [a, b].map((label) => (after[label] ?? 0) - (before[label] ?? 0));
    expect(grown).toEqual(
      ['a', 'b'].map((revision) => Math.round(shareOf(records, revision) * records.length)),
    );
  });
  const slow =
    'histogram_quantile(0.99, sum by (service, le) (rate(traefik_service_request_duration_seconds_bucket[1m])))';
  expect((await shop.query(slow, 'service'))[a]).toBeGreaterThan(0);
});

test('headers, exact and by expression, cookies and query parameters choose a revision', async () => {
  const toB = { backendRefs: [{ name: 'shop-b', port: 80 }] };
  const header = (name: string, value: string, type = 'Exact') => ({ headers: [{ type, name, value }] });
  const matches = [
    header('x-team', 'checkout'),
    header('x-agent', '^canary-[0-9]+$', 'RegularExpression'),
    // A cookie is in no match of the Gateway API: it is looked for in the header that carries all of them.
    header('cookie', '(^|; )beta=yes(;|$)', 'RegularExpression'),
    { queryParams: [{ name: 'beta', value: 'yes' }] },
  ];
  await shop.serve({ 'shop-a': 100, 'shop-b': 0 }, [{ ...toB, matches }]);
  const revisionFor = async (headers: Readonly<Record<string, string>>, path = '/') =>
    (await shop.ask(path, headers)).revision;
  const table: readonly (readonly [string, Readonly<Record<string, string>>, string?])[] = [
    ['b', { 'x-team': 'checkout' }],
    ['a', { 'x-team': 'checkouts' }],
    ['b', { 'X-Agent': 'canary-12' }],
    ['a', { 'x-agent': 'canary-x' }],
    ['b', { cookie: 'beta=yes' }],
    ['b', { cookie: 'theme=dark; beta=yes; id=1' }],
    ['a', { cookie: 'notbeta=yes; beta=yesterday' }],
    ['b', {}, '/?beta=yes'],
    ['a', {}, '/?beta=no'],
    ['a', {}],
  ];
  const answers = await Promise.all(table.map(([, headers, path]) => revisionFor(headers, path)));
  expect(answers).toEqual(table.map(([revision]) => revision));
});

test('a Service that is not there answers its share with 500, one without pods with 503', async () => {
  const statusesOf = async (weights: Readonly<Record<string, number>>) => {
    await shop.serve(weights);
    const records = await shop.load({ rate: 100, seconds: 1 }).finished();
    const { Accepted, ResolvedRefs } = await shop.conditions();
    console.log(JSON.stringify({ weights, Accepted, ResolvedRefs }), summaryOf(records));
    const statuses = new Set(
      records.map((record) => (record.kind === 'answered' ? record.status : record.error)),
    );
    return { statuses: [...statuses].sort(), accepted: Accepted?.status, resolved: ResolvedRefs?.reason };
  };
  expect(await statusesOf({ 'shop-a': 50, missing: 50 })).toEqual({
    statuses: [200, 500],
    accepted: 'True',
    resolved: 'BackendNotFound',
  });
  expect(await statusesOf({ 'shop-a': 50, nobody: 50 })).toEqual({
    statuses: [200, 503],
    accepted: 'True',
    resolved: 'ResolvedRefs',
  });
});

test('no request fails while all pods of a revision are replaced', async () => {
  await shop.serve({ 'shop-a': 50, 'shop-b': 50 });
  const load = shop.load({ rate: 100, seconds: 60 });
  await shop.kubectl.run('rollout', 'restart', 'deployment/shop-a');
  await available('shop-a');
  await until(
    'the old pods are gone',
    async () =>
      (await shop.kubectl.run('get', 'pods', '-l', 'app=shop-a', '-o', 'name')).trim().split('\n').length ===
      2,
  );
  const records = await load.stop();
  console.log(summaryOf(records));
  expect(failed(records)).toEqual([]);
});

test('a gateway that was killed serves the same when it is started again', async () => {
  await shop.serve({ 'shop-a': 0, 'shop-b': 100 });
  const load = shop.load({ rate: 50, seconds: 60 });
  await shop.gateway.traefik.kill();
  await delay(300);
  const again = performance.now();
  await shop.gateway.traefik.startAgain();
  await until('it answers', async () => (await shop.ask()).revision === 'b', { every: 10 });
  console.log(`serves again after ${Math.round(performance.now() - again)} ms`);
  await until('the load is answered too', () => shareOf(load.records, 'b') === 1);
  const records = await load.stop();
  console.log(summaryOf(records));
  expect(failed(records).length).toBeGreaterThan(0);
  expect(shareOf(records, 'b')).toBe(1);
});

test('the application fails as it is told, and Kubernetes sees why', async () => {
  const failing = (name: string, behaviour: string, memory?: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      ...applicationPod({ revision: name, behaviour, ...(memory && { memory }) }),
      restartPolicy: 'Never',
    },
  });
  await shop.kubectl.apply([
    failing('leaks', 'leak=200', '128Mi'),
    failing('crashes', 'crash=1'),
    failing('unready', 'ready=never'),
  ]);
  const stateOf = async (name: string) => {
    const { status } = await shop.kubectl.get<Pod>('pod', name);
    const [container] = status.containerStatuses ?? [];
    return { ready: container?.ready, ...container?.state.running, ...container?.state.terminated };
  };
  await eventually(async () => {
    expect(await stateOf('leaks')).toMatchObject({ reason: 'OOMKilled' });
    expect(await stateOf('crashes')).toMatchObject({ reason: 'Error', exitCode: 1 });
    expect(await stateOf('unready')).toMatchObject({ ready: false, startedAt: expect.any(String) });
  });
});

test('nothing of it is left when the cluster is stopped', async () => {
  const { directory } = shop.cluster.controlPlane;
  const naming = () =>
    readdirSync('/proc').flatMap((entry) => {
      try {
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
        return command.includes(directory) ? [/(traefik|prometheus)\0/.exec(command)?.[1] ?? 'other'] : [];
      } catch {
        return []; // Not a process, or one that has just ended.
      }
    });
  expect(naming()).toEqual(expect.arrayContaining(['traefik', 'prometheus']));
  await shop.cluster.stop();
  expect(naming()).toEqual([]);
});

interface Pod {
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly state: {
        readonly running?: { readonly startedAt: string };
        readonly terminated?: { readonly reason: string; readonly exitCode: number };
      };
    }[];
  };
}

async function available(name: string): Promise<void> {
  await shop.kubectl.run('rollout', 'status', `deployment/${name}`, '--timeout=120s');
}

function timesOf({ written, accepted, served }: Change): string {
  return `accepted after ${Math.round(accepted - written)} ms, served after ${Math.round(served - written)} ms`;
}
