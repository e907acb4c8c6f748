import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Deployment, deployments } from '../../../controllers/deployment/deployment.ts';
import { httpRoutes, type Route } from '../../../controllers/deployment/route/routes.ts';
import { eventually } from '../../eventually.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const folder = new URL('../../../examples/deployment/', import.meta.url);
type Status = NonNullable<Deployment['status']>;

/** Applies an example, and then the same with another image; resolves when it pauses. */
async function rollOut(file: string, name: string): Promise<Status> {
  const text = readFileSync(new URL(file, folder), 'utf8');
  await stage.kubectl.apply(text);
  await until(name, ({ phase }) => phase === 'Healthy');
  await stage.kubectl.apply(text.replace(/(image: .*):1/, '$1:2'));
  return until(name, ({ phase }) => phase === 'Paused');
}

function until(name: string, what: (status: Status) => boolean): Promise<Status> {
  return eventually(async () => {
    const { metadata, status } = await stage.client.get(deployments, { namespace: 'default', name });
    if (status?.observedGeneration === metadata.generation && status !== undefined && what(status))
      return status;
    throw new Error(`${name} is not as awaited: ${JSON.stringify(status)}`);
  });
}

async function ask(name: string, verb: string): Promise<void> {
  const request = { id: verb.toLowerCase(), verb, revision: 2, step: null };
  const body = JSON.stringify({ spec: { request } });
  await stage.kubectl.run('patch', 'mdep', name, '--type=merge', '-p', body);
}

const route = (name: string): Promise<Route> => stage.client.get(httpRoutes, { namespace: 'default', name });
const hashOf = (status: Status, which: 'stable' | 'canary') => status[which]?.replicaSet ?? '';

it('canary.yaml: only the team meets it at first, and it comes through when somebody says so', async () => {
  const status = await rollOut('canary.yaml', 'checkout');
  expect(status).toMatchObject({ step: { text: '1/4' }, weight: { verified: 0, by: 'Probe' } });
  const { rules = [] } = (await route('checkout')).spec;
  const [team] = rules.filter(({ matches }) => matches?.[0]?.headers !== undefined);
  expect(team).toMatchObject({
    matches: [{ path: { value: '/checkout' }, headers: [{ name: 'x-team', value: 'checkout' }] }],
    backendRefs: [{ name: hashOf(status, 'canary') }],
  });
  await ask('checkout', 'PromoteAll');
  const { stable } = await until('checkout', ({ phase }) => phase === 'Healthy');
  expect(stable?.images).toEqual(['registry.example.com/checkout:2']);
});

it('blue-green.yaml: the new one is whole and under its own hostname, until somebody promotes it', async () => {
  const status = await rollOut('blue-green.yaml', 'catalog');
  expect(status.canary?.available).toBe(4);
  expect(await stage.gateway.weights('catalog')).toEqual({ [hashOf(status, 'stable')]: 100 });
  const preview = await eventually(async () => {
    const found = await route('catalog-preview');
    expect(found.spec.rules?.at(-1)?.backendRefs?.[0]?.name).toBe(hashOf(status, 'canary'));
    return found;
  });
  expect(preview.spec.hostnames).toEqual(['preview.catalog.example.com']);
  await ask('catalog', 'Promote');
  await until('catalog', ({ phase }) => phase === 'Healthy');
  expect(await stage.gateway.weights('catalog')).toEqual({ [hashOf(status, 'canary')]: 100 });
});

it('ab-test.yaml: who has the cookie meets the new one, and an abort ends it', async () => {
  const status = await rollOut('ab-test.yaml', 'search');
  expect(status.canary?.available).toBe(2);
  const { rules = [] } = (await route('search')).spec;
  const [cookie] = rules.flatMap(({ matches = [] }) => matches.flatMap(({ headers = [] }) => headers));
  expect('a=1; ranking=new; b=2').toMatch(new RegExp(cookie?.value ?? 'nothing'));
  expect('ranking=newer').not.toMatch(new RegExp(cookie?.value ?? 'nothing'));
  await ask('search', 'Abort');
  await until('search', ({ phase }) => phase === 'Aborted');
  expect((await route('search')).spec.rules?.some(({ matches }) => matches?.[0]?.headers !== undefined)).toBe(
    false,
  );
});

/** What the pages for those who come from elsewhere tell of routes that are there already. */
const theirs = (name: string, hostname: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name, namespace: 'default' },
  spec: {
    parentRefs: [{ name: 'public' }],
    hostnames: [hostname],
    rules: [{ backendRefs: [{ name: 'theirs', port: 80 }] }],
  },
});
const routed = (name: string, hostname: string) => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    strategy: { type: 'Canary', canary: { steps: [{ weight: 10, pause: {} }] } },
    traffic: {
      ports: [{ port: 80 }],
      gateway: { parentRefs: [{ name: 'public' }], hostnames: [hostname] },
    },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: `${name}:1` }] },
    },
  },
});

it('a new Deployment has its pods and its route, and is Ready once the hostname is its own', async () => {
  // Of two of one age the one whose name comes first is served.
  await stage.kubectl.apply([theirs('ancient', 'new.example.com'), routed('arrived', 'new.example.com')]);
  const waiting = await until(
    'arrived',
    ({ conditions, availableReplicas }) =>
      availableReplicas === 2 &&
      conditions.some(
        ({ type, status, reason }) => type === 'Stalled' && status === 'True' && reason === 'RouteConflict',
      ),
  );
  expect(waiting.message).toContain('default/ancient');
  expect(Object.values(await stage.gateway.weights('arrived'))).toEqual([100]);
  await stage.kubectl.apply([theirs('ancient', 'old.example.com')]);
  await until('arrived', ({ phase }) => phase === 'Healthy');
});

it('a route of the same name that somebody else made is left alone, until it is to be taken over', async () => {
  await stage.kubectl.apply([theirs('named', 'before.example.com')]);
  await stage.kubectl.apply([routed('named', 'after.example.com')]);
  await until('named', ({ conditions, message }) => {
    const stalled = conditions.find(({ type }) => type === 'Stalled');
    return stalled?.reason === 'RouteConflict' && message.includes('HTTPRoute named was there before');
  });
  expect((await route('named')).spec.hostnames).toEqual(['before.example.com']);
  const name = { name: 'named', namespace: 'default' };
  await stage.client.patch(deployments, name, { type: 'merge', body: { spec: { adopt: true } } });
  await until('named', ({ phase }) => phase === 'Healthy');
  const { spec, metadata } = await route('named');
  expect(spec.hostnames).toEqual(['after.example.com']);
  expect(metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'named' }]);
});

it('a route of the same name is made as soon as that of somebody else has gone', async () => {
  await stage.kubectl.apply([theirs('waits', 'before.example.org')]);
  await stage.kubectl.apply([routed('waits', 'after.example.org')]);
  await until('waits', ({ message }) => message.includes('HTTPRoute waits was there before'));
  await stage.client.delete(httpRoutes, { name: 'waits', namespace: 'default' });
  await until('waits', ({ phase }) => phase === 'Healthy');
  expect((await route('waits')).spec.hostnames).toEqual(['after.example.org']);
});

it('a Secret is not frozen outside of a Project, and the status says why', async () => {
  const metadata = { name: 'keys', namespace: 'default' };
  const template = {
    metadata: { labels: { app: 'keys' } },
    spec: { containers: [{ name: 'main', image: 'keys:1', envFrom: [{ secretRef: { name: 'keys' } }] }] },
  };
  const spec = {
    selector: { matchLabels: { app: 'keys' } },
    template,
    configSnapshots: { enabled: true, secrets: ['keys'] },
  };
  await stage.kubectl.apply([
    { apiVersion: 'v1', kind: 'Secret', metadata },
    { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Deployment', metadata, spec },
  ]);
  const { message } = await until('keys', ({ phase }) => phase === 'Invalid');
  expect(message).toContain(
    'configSnapshots: the Secret keys cannot be copied, which is possible only in a namespace that a Project holds: ',
  );
});
