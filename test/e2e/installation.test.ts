import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDockerfile } from '../../cluster/node/dockerfile.ts';
import { type RealCluster, startRealCluster } from '../../cluster/node/realCluster.ts';
import { eventually } from '../eventually.ts';
import { Kubectl } from '../kubectl.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const image = 'docker.io/library/mainstay:dev';

let cluster: RealCluster;
let kubectl: Kubectl;

/** What a platform engineer does: build the image, apply one file, apply Projects. */
beforeAll(async () => {
  const work = await mkdtemp(join(tmpdir(), 'mainstay-installation-'));
  try {
    const archive = join(work, 'mainstay.tar');
    await promisify(execFile)('npm', ['run', 'bundle'], { cwd: root });
    const dockerfile = join(root, 'Dockerfile');
    const node = process.execPath;
    await buildDockerfile({ dockerfile, context: root, target: 'prebuilt', name: image, node, archive });
    cluster = await startRealCluster();
    await cluster.node.loadImage(archive);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  await kubectl.run('apply', '-f', join(root, 'manifests/dist/install.yaml'));
  await kubectl.run('rollout', 'status', 'deployment/mainstay', '-n', 'mainstay-system', '--timeout=120s');
  // The kinds are new to the API server: it may answer for some seconds that it does not know them.
  await eventually(() => kubectl.run('apply', '-f', join(root, 'examples/')));
}, 300_000);
afterAll(async () => cluster?.stop());

test('the image runs as installed, with both replicas ready and one of them leading', async () => {
  const { items } = await kubectl.get<{ readonly items: readonly Pod[] }>('pods', '-n', 'mainstay-system');
  expect(
    items.map((pod) => pod.status.containerStatuses.map(({ ready, restartCount }) => [ready, restartCount])),
  ).toEqual([[[true, 0]], [[true, 0]]]);
  const lease = await kubectl.get<{ readonly spec: { readonly holderIdentity: string } }>(
    'lease/mainstay',
    '-n',
    'mainstay-system',
  );
  expect(items.some((pod) => lease.spec.holderIdentity.startsWith(pod.metadata.name))).toBe(true);
});

test('the examples converge', async () => {
  await kubectl.run('wait', '--for=condition=Ready', 'project', '--all', '--timeout=120s');
  const lines = (await kubectl.run('get', 'projects', '--no-headers')).trim().split('\n');
  console.log(await kubectl.run('get', 'projects'));
  expect(lines.map((line) => line.split(/\s+/).slice(0, 3))).toEqual([
    ['ledger', 'True', '2/2'],
    ['payments', 'True', '2/2'],
    ['storefront', 'True', '2/2'],
  ]);
});

test('an administrator cannot delete a wall; deleted with the rights of the operator, it comes back', async () => {
  const wall = ['networkpolicy/mainstay-isolation', '-n', 'payments-prod'];
  const uid = () => kubectl.run('get', ...wall, '-o', 'jsonpath={.metadata.uid}');
  const before = await uid();
  const refused = await kubectl.attempt(['delete', ...wall]);
  expect(refused.stderr).toContain('belongs to the Project payments');
  expect(await uid()).toBe(before);
  await kubectl.run('delete', ...wall, '--wait=false', '--as=system:serviceaccount:mainstay-system:mainstay');
  await eventually(async () => expect(await uid()).not.toBe(before));
});

test('a leader that is deleted is followed by the other replica', async () => {
  const holder = () =>
    kubectl.run('get', 'lease/mainstay', '-n', 'mainstay-system', '-o', 'jsonpath={.spec.holderIdentity}');
  const before = await holder();
  const { items } = await kubectl.get<{ readonly items: readonly Pod[] }>('pods', '-n', 'mainstay-system');
  const leader = items.find((pod) => before.startsWith(pod.metadata.name));
  await kubectl.run('delete', 'pod', leader?.metadata.name ?? '', '-n', 'mainstay-system', '--wait=false');
  await eventually(async () => expect(await holder()).not.toBe(before), { within: 60_000 });
  const description = { metadata: { name: 'later' }, spec: { environments: [{ name: 'only' }] } };
  await kubectl.apply([{ apiVersion: 'mainstay.dev/v1alpha1', kind: 'Project', ...description }]);
  await kubectl.run('wait', '--for=condition=Ready', 'project/later', '--timeout=60s');
});

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly containerStatuses: readonly { readonly ready: boolean; readonly restartCount: number }[];
  };
}
