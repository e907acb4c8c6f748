import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '../../cluster/binaries/index.ts';
import { type Cluster, startCluster } from '../../cluster/index.ts';
import { clusterRoleBindings, connect, HttpClient } from '../../operator/index.ts';
import type { Report } from '../report.ts';
import { bundleContestants, type Contestant, type Run, type RunOptions, run } from './contestants.ts';
import { layOutPod, type Pod } from './pod.ts';
import { createPolicies } from './policies.ts';
import { emptyRecording, type Recording, record } from './recording.ts';
import { reportOf } from './results.ts';
import { type Source, startSource } from './source.ts';

export interface RuntimeOptions {
  /** A few objects and events, once: shows that the benchmark works, and measures nothing. Default false. */
  readonly quick?: boolean;
}

interface Sizes {
  readonly objects: number;
  readonly events: number;
  /** How often each thing is done; the median counts. Odd. */
  readonly times: number;
  /** Milliseconds until memory is taken for that at rest. */
  readonly rest: number;
}

const full: Sizes = { objects: 50_000, events: 200_000, times: 3, rest: 5000 };
const quickly: Sizes = { objects: 600, events: 2000, times: 1, rest: 50 };

/** Our informer beside client-node's: how each starts, lists and follows. Takes some six minutes. */
export async function benchRuntime({ quick = false }: RuntimeOptions = {}): Promise<Report> {
  const sizes = quick ? quickly : full;
  await using cluster = await startCluster();
  const { pod, recording } = await fill(cluster, sizes.objects);
  await bundleContestants(cluster.directory);
  await using source = await startSource(join(cluster.directory, 'source'));
  const common = { directory: cluster.directory, rest: sizes.rest };
  const starts = await sideBySide('start', sizes.times * 2 - 1, () => ({ ...common, pod: source.pod }));
  source.serve(recording);
  const streams = await sideBySide('stream', sizes.times, () => streaming(source, sizes, common));
  const drained = await run('drain', streaming(source, sizes, common));
  const parsed = await run('parse', streaming(source, sizes, common));
  source.serve(emptyRecording);
  const lists = await sideBySide('list', sizes.times, () => ({ ...common, pod }));
  for (const { objects } of [...lists.mainstay, ...lists['client-node'], ...streams.mainstay])
    if (objects !== sizes.objects) throw new Error(`a contestant has ${objects} of ${sizes.objects} objects`);
  return reportOf({
    ...sizes,
    eventBytes: recording.events[0]?.chunk.length ?? 0,
    starts,
    lists,
    streams,
    drained,
    parsed,
    versions: { Kubernetes: versions.kubernetes.replace(/^v/, ''), 'client-node': clientNodeVersion() },
  });
}

/** By turns, so that what the machine does meanwhile strikes both. */
async function sideBySide(
  what: string,
  times: number,
  options: () => RunOptions,
): Promise<Readonly<Record<'mainstay' | 'client-node', readonly Run[]>>> {
  const runs = { mainstay: [] as Run[], 'client-node': [] as Run[] };
  for (let time = 1; time <= times; time++) {
    for (const contestant of ['mainstay', 'client-node'] as const satisfies readonly Contestant[]) {
      console.log(`${what} ${time} of ${times}: ${contestant}`);
      runs[contestant].push(await run(contestant, options()));
    }
  }
  return runs;
}

function streaming(
  source: Source,
  { events }: Sizes,
  common: Pick<RunOptions, 'directory' | 'rest'>,
): RunOptions {
  return { ...common, rest: 0, pod: source.pod, events, synced: () => source.replay(events) };
}

/** Creates the objects and records them. Also makes a ServiceAccount, as which a pod sees the cluster. */
async function fill(
  cluster: Cluster,
  objects: number,
): Promise<{ readonly pod: Pod; readonly recording: Recording }> {
  const connection = await connect({ kubeconfig: cluster.kubeconfig });
  try {
    const client = new HttpClient(connection, { fieldManager: 'bench' });
    const began = performance.now();
    await createPolicies(client, objects);
    const seconds = (performance.now() - began) / 1000;
    console.log(`created ${objects} NetworkPolicies in ${seconds.toFixed(0)} s`);
    const token = await tokenOf(client);
    const { url, authority, directory } = cluster;
    const pod = layOutPod(join(directory, 'pod'), { url, authority: authority.certificate, token });
    return { pod, recording: await record(client) };
  } finally {
    await connection.close();
  }
}

async function tokenOf(client: HttpClient): Promise<string> {
  await client.apply(clusterRoleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'bench' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  });
  const answer = await client.request<{ readonly status: { readonly token: string } }>({
    method: 'POST',
    path: '/api/v1/namespaces/default/serviceaccounts/default/token',
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 86_400 },
    },
  });
  return answer.status.token;
}

function clientNodeVersion(): string {
  const path = join(import.meta.dirname, '../../node_modules/@kubernetes/client-node/package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
