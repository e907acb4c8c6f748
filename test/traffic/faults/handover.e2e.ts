import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, until } from '../../eventually.ts';
import { install, writeOperatorKubeconfig } from '../../installation.ts';
import { ask } from '../ask.ts';
import { report } from '../figures.ts';
import { noneFailed, tell } from '../judgement.ts';
import type { Load } from '../load.ts';
import { revisionObjects, route } from '../objects.ts';
import { RolloutStage } from '../rolloutStage.ts';
import { now } from '../shop.ts';

const installation = fileURLToPath(new URL('../../../manifests/dist/install.yaml', import.meta.url));

/** Somebody's Deployment of `apps/v1`, with their Service and their route of the same name. */
const name = 'shop';
const own = 'own.example.test';
let stage: RolloutStage;
let before: readonly string[];

beforeAll(async () => {
  stage = await RolloutStage.open();
  await stage.kubectl.apply([
    ...revisionObjects({ name, revision: 'a', replicas: 3 }),
    {
      ...route({ parent: stage.shop.gateway.reference, hostname: own, weights: { [name]: 1 } }),
      metadata: { name: 'own', namespace: 'default' },
    },
  ]);
  await stage.kubectl.run('rollout', 'status', `deployment/${name}`, '--timeout=120s');
  const { url } = stage.shop.gateway;
  await until('the gateway serves it', async () => (await ask(url, own)).status === 200);
  before = await pods();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

test('a running Deployment of apps/v1 is taken over, and nobody notices', async () => {
  const load = loadOfOwn();
  const began = now();
  await stage.apply({ name, revision: 'a', replicas: 3, spec: { adopt: true } });
  const { at } = await stage.healthy(name, 1);
  await served(load, at);
  const records = await load.stop();
  await report(
    'adoption',
    `Healthy after ${seconds(began, at)}; ${tell(records)}`,
    noneFailed('adoption', records),
  );
  expect(await pods()).toEqual(before);
  expect(await formerly()).toBeUndefined();
});

test('given back while the operator lives, and nobody notices, neither by the route that was made for it', async () => {
  await stage.apply({ name, revision: 'a', replicas: 3, spec: { deletionPolicy: 'Release' } });
  await stage.healthy(name, 1);
  await eventually(async () => expect(await stage.ask(name)).toMatchObject({ status: 200, revision: 'a' }));
  const [theirs, made] = [loadOfOwn(), stage.load(name, { rate: 40 })];
  const began = now();
  await stage.kubectl.run('delete', 'deployments.mainstay.dev', name, '--timeout=90s');
  const at = now();
  await until('apps/v1 has it', async () => (await formerly())?.status.availableReplicas === 3);
  await Promise.all([theirs, made].map((load) => served(load, now())));
  const records = [...(await theirs.stop()), ...(await made.stop())];
  await report(
    'release',
    `over after ${seconds(began, at)}; ${tell(records)}`,
    noneFailed('release', records),
  );
  expect(await pods()).toEqual(before);
  expect(await ownersOfReplicaSets()).toEqual(['apps/v1']);
});

test('uninstalled while the operator is down, its pods run on, and serve', async () => {
  await stage.apply({ name, revision: 'a', replicas: 3, spec: { adopt: true } });
  await stage.healthy(name, 1);
  const load = loadOfOwn();
  const made = stage.load(name, { rate: 40 });
  await stage.operator.kill();
  await stage.kubectl.run('delete', '-f', installation, '--ignore-not-found', '--wait=false');
  await until('the Deployment is being deleted with its definition', async () => {
    const { metadata } = await stage.get(name);
    return metadata.deletionTimestamp !== undefined;
  });
  const rest = ['namespace/mainstay-system', 'crd/projects.mainstay.dev'];
  await stage.kubectl.run('wait', '--for=delete', ...rest, '--timeout=60s');
  await served(load, now());
  expect(await pods()).toEqual(before);
  expect(await ownersOfReplicaSets()).toEqual(['mainstay.dev/v1alpha1']);

  // Whoever installs it again, to be rid of it well, gets everything back as `apps/v1` has it.
  await install(stage.kubectl);
  const { controlPlane, kubeconfig } = stage.shop.cluster;
  await writeOperatorKubeconfig(stage.kubectl, kubeconfig, join(controlPlane.directory, 'operator.yaml'));
  await stage.operator.startAgain();
  const gone = ['crd/deployments.mainstay.dev', '--timeout=120s'];
  const { code, stderr } = await stage.kubectl.attempt(['wait', '--for=delete', ...gone]);
  expect(code, `${stderr}${(await stage.operator.log()).slice(-4000)}`).toBe(0);
  await until('apps/v1 has it', async () => (await formerly())?.status.availableReplicas === 3);
  await served(load, now());
  const records = [...(await load.stop()), ...(await made.stop())];
  await report('uninstall without an operator', tell(records), noneFailed('uninstall', records));
  expect(await pods()).toEqual(before);
  expect(await ownersOfReplicaSets()).toEqual(['apps/v1']);
});

function loadOfOwn(): Load {
  return stage.load(name, { rate: 60, headers: { host: own } });
}

async function served(load: Load, since: number): Promise<void> {
  await until('some more requests', () => load.records.some(({ sentAt }) => sentAt > since + 3000));
}

/** What a restart would change: of each pod its UID, and since when it and its containers run. */
async function pods(): Promise<readonly string[]> {
  const { items } = await stage.kubectl.get<{ readonly items: readonly Pod[] }>('pods', '-l', `app=${name}`);
  return items
    .map(({ metadata, status }) => {
      const containers = status.containerStatuses.map(({ state, restartCount }) => ({ state, restartCount }));
      return JSON.stringify({ uid: metadata.uid, startTime: status.startTime, containers });
    })
    .toSorted();
}

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly startTime: string;
    readonly containerStatuses: readonly { readonly state: object; readonly restartCount: number }[];
  };
}

async function ownersOfReplicaSets(): Promise<readonly string[]> {
  const { items } = await stage.kubectl.get<{
    readonly items: readonly {
      readonly metadata: { readonly ownerReferences?: readonly { readonly apiVersion: string }[] };
    }[];
  }>('replicasets', '-l', `app=${name}`);
  return items.flatMap(({ metadata: { ownerReferences = [] } }) =>
    ownerReferences.map(({ apiVersion }) => apiVersion),
  );
}

/** As `apps/v1` has it; undefined where it has none. */
async function formerly() {
  const words = ['get', 'deployments.apps', name, '-o', 'json', '--ignore-not-found'];
  const text = await stage.kubectl.run(...words);
  if (text === '') return undefined;
  return JSON.parse(text) as { readonly status: { readonly availableReplicas?: number } };
}

function seconds(from: number, to: number): string {
  return `${((to - from) / 1000).toFixed(1)} s`;
}
