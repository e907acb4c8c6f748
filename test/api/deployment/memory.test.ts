import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster } from '../../../cluster/index.ts';
import { type Deployment, deployments } from '../../../controllers/deployment/deployment.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { configMaps, connect, HttpClient, replicaSets } from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { untilEstablished } from '../../installation.ts';
import { Kubectl } from '../../kubectl.ts';
import { FakeGateway } from './fakeGateway.ts';
import { textsOf } from './heap.ts';
import { template } from './stage.ts';

/**
 * How much memory a process takes says little of what it remembers, nor how many objects of what class it has at a moment. So
 * its heap is searched for names of revisions that are gone.
 */

/** Of each Deployment. */
const rollouts = 10;

const namespace = 'default';
const open = new AsyncDisposableStack();
let client: HttpClient;
let operator: ChildProcess;
let directory: string;
/** What metrics ask. */
let quality: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mainstay-heap-'));
  open.defer(() => rm(directory, { recursive: true }));
  const cluster = open.use(await startCluster({ nodes: 'simulated:2' }));
  const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  const connection = await connect({ kubeconfig: cluster.kubeconfig });
  open.defer(() => connection.close());
  client = new HttpClient(connection, { fieldManager: 'test' });
  await kubectl.apply([customResourceDefinition(deploymentKind)]);
  await untilEstablished(kubectl, `${deploymentKind.plural}.${deploymentKind.group}`);
  const gateway = await FakeGateway.start(kubectl, client);
  open.defer(() => gateway.stop());
  const service = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end('{"errors":0}');
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  open.defer(() => void service.close());
  quality = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
  operator = fork(fileURLToPath(new URL('./memoryOperator.ts', import.meta.url)), [cluster.kubeconfig], {
    // A name may stand anywhere in a long text.
    execArgv: ['--expose-gc', '--heap-snapshot-string-limit=10000000'],
  });
  open.defer(() => operator.disconnect());
});
afterAll(() => open.disposeAsync());

const traffic = (name: string) => ({
  ports: [{ port: 80 }],
  gateway: { parentRefs: [{ name: 'public' }], hostnames: [`${name}.example.com`] },
  drain: '0s',
  settle: '0s',
});
const byWeight = { strategy: { type: 'Canary', canary: { steps: [{ weight: 50, analysis: {} }] } } };
const paused = { strategy: { type: 'Canary', canary: { steps: [{ weight: 50, pause: {} }] } } };

/** How each Deployment rolls out, by its name. */
const shapes: Readonly<Record<string, (name: string) => object>> = {
  rolling: () => ({}),
  canary: (name) => ({
    ...byWeight,
    traffic: traffic(name),
    analysis: {
      interval: '1s',
      metrics: [{ name: 'errors', web: { url: quality, jsonPath: '$.errors' }, max: 0.01 }],
    },
  }),
  switched: (name) => ({
    strategy: { type: 'BlueGreen', blueGreen: { scaleDownDelay: '0s' } },
    traffic: traffic(name),
  }),
  aborted: (name) => ({ ...paused, traffic: traffic(name) }),
  frozen: () => ({ configSnapshots: { enabled: true } }),
};
const names = Object.keys(shapes);

const manifest = (name: string, turn: number) => {
  const envFrom = name === 'frozen' ? [{ configMapRef: { name: 'settings' } }] : [];
  const asked = shapes[name]?.(name) ?? {};
  return {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      revisionHistoryLimit: 1,
      selector: { matchLabels: { app: name } },
      ...asked,
      template: template(name, imageOf(name, turn), { envFrom }),
    },
  };
};
const imageOf = (name: string, turn: number) => `registry.example.com/${name}:turn-${turn}-`;

/** All have another revision, and come to its end. */
async function rollOut(turn: number): Promise<void> {
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace } };
  const said = { ...settings, data: { turn: String(turn) } };
  if (turn === 1) await client.create(configMaps, said);
  else await client.patch(configMaps, said.metadata, { type: 'merge', body: said });
  await Promise.all(
    names.map(async (name) => {
      const deployment = manifest(name, turn);
      if (turn === 1) await client.create(deployments, deployment as unknown as Deployment);
      else await change(name, { template: deployment.spec.template });
      if (name !== 'aborted' || turn === 1) {
        await until(name, turn, ({ phase, stable }) => phase === 'Healthy' && isOf(turn, stable));
        return;
      }
      const { canary } = await until(
        name,
        turn,
        ({ phase, canary: on }) => phase === 'Paused' && isOf(turn, on),
      );
      const id = `stop-${turn}`;
      await change(name, { request: { id, verb: 'Abort', revision: canary?.revision ?? 0 } });
      await until(name, turn, ({ phase, lastRequest }) => phase === 'Aborted' && lastRequest?.id === id);
    }),
  );
}

async function change(name: string, spec: object): Promise<void> {
  await client.patch(deployments, { namespace, name }, { type: 'merge', body: { spec } });
}

type Status = NonNullable<Deployment['status']>;

const isOf = (turn: number, revision: Status['stable']) =>
  revision?.images[0]?.endsWith(`:turn-${turn}-`) === true;

function until(name: string, turn: number, what: (status: Status) => boolean): Promise<Status> {
  return eventually(
    async () => {
      const { metadata, status } = await client.get(deployments, { namespace, name });
      if (status?.observedGeneration === metadata.generation && status !== undefined && what(status))
        return status;
      throw new Error(`${name} does not end turn ${turn}: ${JSON.stringify(status)}`);
    },
    { within: 60_000, every: 200 },
  );
}

/** What a revision is known by, of all that are there. */
async function standing(): Promise<readonly string[]> {
  const [sets, copies] = await Promise.all([
    client.list(replicaSets, { namespace }),
    client.list(configMaps, { namespace, labelSelector: 'mainstay.dev/deployment' }),
  ]);
  const images = sets.items.flatMap(({ spec }) => spec?.template?.spec?.containers[0]?.image ?? []);
  return [...[...sets.items, ...copies.items].map(({ metadata }) => metadata.name), ...images];
}

/** What the operator holds once it has nothing more to do. */
async function held(): Promise<readonly string[]> {
  const path = join(directory, 'operator.heapsnapshot');
  operator.send(path);
  await once(operator, 'message', { signal: AbortSignal.timeout(60_000) });
  return textsOf(path);
}

it('of revisions that are gone no name is remembered', { timeout: 600_000 }, async () => {
  const seen = new Set<string>();
  for (let turn = 1; turn <= rollouts; turn += 1) {
    await rollOut(turn);
    for (const one of await standing()) seen.add(one);
  }
  // Of each Deployment two revisions are kept, and copies go with theirs.
  await eventually(async () => expect((await standing()).length).toBeLessThanOrEqual(names.length * 4 + 4));
  const there = new Set(await standing());
  const gone = [...seen].filter((one) => !there.has(one));
  expect(gone.length).toBeGreaterThan(names.length * (rollouts - 3));
  // What is under way passes, and what is remembered does not.
  await eventually(
    async () => {
      const texts = await held();
      expect(gone.filter((one) => texts.some((text) => text.includes(one)))).toEqual([]);
    },
    { within: 90_000, every: 1_000 },
  );
});
