import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startCluster } from '../../cluster/index.ts';
import { compile } from '../../controllers/policy/compile/index.ts';
import { connect, HttpClient, isApiError } from '../../operator/index.ts';
import { eventually } from '../../test/eventually.ts';
import { bundle, image } from '../../test/operatorImage.ts';
import { pooled } from '../pooled.ts';
import { benchFacts, restrictedPack } from './packs.ts';
import { podOf } from './world.ts';

export const guards = ['none', 'mainstay', 'webhook'] as const;
export type Guard = (typeof guards)[number];

/** How pods are taken that break no rule. */
export interface Taken {
  /** Milliseconds of each creation, one after the other. */
  readonly latencies: readonly number[];
  /** A second, with eight in flight. */
  readonly throughput: readonly number[];
}

export type Admission = Readonly<Record<Guard, Taken>>;

export interface AdmissionSize {
  /** How often each has its turn. */
  readonly rounds: number;
  /** Pods that are made one after the other in a turn. */
  readonly single: number;
  /** Pods that are made eight at a time in a turn. */
  readonly together: number;
}

const inFlight = 8;
const root = new URL('../../', import.meta.url).pathname;
const registration = '/apis/admissionregistration.k8s.io/v1';

interface Put {
  readonly path: string;
  readonly body: object;
}

/** By turns, so that what the machine does meanwhile strikes all. */
export async function admission(size: AdmissionSize): Promise<Admission> {
  await using cluster = await startCluster();
  const connection = await connect({ kubeconfig: cluster.kubeconfig });
  const client = new HttpClient(connection, { fieldManager: 'bench' });
  await using webhook = await Webhook.start(cluster);
  const taken = Object.fromEntries(
    guards.map((guard) => [guard, { latencies: [] as number[], throughput: [] as number[] }]),
  ) as Record<Guard, { latencies: number[]; throughput: number[] }>;
  try {
    for (let round = 0; round < size.rounds; round += 1) {
      for (const guard of guards) {
        const objects = objectsOf(guard, webhook.configuration);
        await use(client, objects, guard);
        const result = await turn(client, `${guard}-${round}`, size);
        taken[guard].latencies.push(...result.latencies);
        taken[guard].throughput.push(result.throughput);
        await remove(client, objects, guard);
        console.log(
          `round ${round + 1}, ${guard}: ${middle(result.latencies).toFixed(2)} ms, ${result.throughput.toFixed(0)}/s`,
        );
      }
    }
    return taken;
  } finally {
    await connection.close();
  }
}

function objectsOf(guard: Guard, webhook: object): readonly Put[] {
  if (guard === 'webhook')
    return [{ path: `${registration}/validatingwebhookconfigurations`, body: webhook }];
  if (guard === 'none') return [];
  const policies = restrictedPack(root).map((policy) => ({ ...policy, enforcement: 'Deny' as const }));
  return compile(policies, benchFacts()).objects.map((object) => ({
    path: `${registration}/${object.kind.endsWith('Binding') ? 'validatingadmissionpolicybindings' : 'validatingadmissionpolicies'}`,
    body: object,
  }));
}

/** Puts them in force, and waits until a pod that breaks rules is refused. */
async function use(client: HttpClient, objects: readonly Put[], guard: Guard): Promise<void> {
  for (const { path, body } of objects) await client.request({ method: 'POST', path, body });
  if (guard !== 'none') await eventually(async () => expectRefused(await isRefused(client), true));
}

async function remove(client: HttpClient, objects: readonly Put[], guard: Guard): Promise<void> {
  for (const { path, body } of objects.toReversed()) {
    const { metadata } = body as { readonly metadata: { readonly name: string } };
    await client.request({ method: 'DELETE', path: `${path}/${metadata.name}` });
  }
  if (guard !== 'none') await eventually(async () => expectRefused(await isRefused(client), false));
}

function expectRefused(is: boolean, expected: boolean): void {
  if (is !== expected) throw new Error(`a bad pod is ${is ? '' : 'not '}refused`);
}

async function isRefused(client: HttpClient): Promise<boolean> {
  try {
    await client.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/pods',
      query: { dryRun: 'All' },
      body: podOf('default', 0, 0, false),
    });
    return false;
  } catch (error) {
    if (!isApiError(error) || error.status >= 500) throw error;
    return true;
  }
}

async function turn(
  client: HttpClient,
  namespace: string,
  { single, together }: AdmissionSize,
): Promise<{ readonly latencies: readonly number[]; readonly throughput: number }> {
  const post = (path: string, body: object) => client.request<unknown>({ method: 'POST', path, body });
  const path = `/api/v1/namespaces/${namespace}`;
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await eventually(() => client.request({ method: 'GET', path: `${path}/serviceaccounts/default` }));
  // Compiled and connected: that is not what is measured.
  for (let index = 0; index < 20; index += 1) await post(`${path}/pods`, podOf(namespace, 3, index));
  const latencies: number[] = [];
  for (let index = 0; index < single; index += 1) {
    const pod = podOf(namespace, 1, index);
    const began = performance.now();
    await post(`${path}/pods`, pod);
    latencies.push(performance.now() - began);
  }
  const pods = Array.from({ length: together }, (_, index) => podOf(namespace, 2, index));
  const began = performance.now();
  await pooled(pods, inFlight, async (pod) => {
    await post(`${path}/pods`, pod);
  });
  const throughput = together / ((performance.now() - began) / 1000);
  // So many that a busy API server gives up on the way.
  await eventually(() => client.request({ method: 'DELETE', path: `${path}/pods` }), { within: 300_000 });
  return { latencies, throughput };
}

export function middle(values: readonly number[], share = 0.5): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The plain webhook of bench/peers/, running. */
class Webhook implements AsyncDisposable {
  readonly configuration: object;
  readonly #child: ChildProcess;

  private constructor(configuration: object, child: ChildProcess) {
    this.configuration = configuration;
    this.#child = child;
  }

  static async start({
    directory,
    authority,
  }: Pick<Awaited<ReturnType<typeof startCluster>>, 'directory' | 'authority'>): Promise<Webhook> {
    const { certificate, privateKey } = authority.issue({ commonName: 'webhook', hosts: ['127.0.0.1'] });
    const files = [join(directory, 'webhook.crt'), join(directory, 'webhook.key')] as const;
    writeFileSync(files[0], certificate);
    writeFileSync(files[1], privateKey, { mode: 0o600 });
    await bundle({ webhook: join(root, 'bench/peers/webhook/main.ts') }, directory);
    const port = await freePort();
    const child = spawn(process.execPath, [join(directory, 'webhook.mjs'), String(port), ...files], {
      env: { ...process.env, ...image.environment, BENCH_ROOT: root },
      stdio: 'inherit',
    });
    return new Webhook(configurationOf(port, authority.certificate), child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function configurationOf(port: number, authority: string): object {
  const written = (apiGroups: readonly string[], resources: readonly string[]) => ({
    apiGroups,
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources,
    scope: 'Namespaced',
  });
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'bench' },
    webhooks: [
      {
        name: 'rules.bench.example.com',
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(authority).toString('base64'),
        },
        rules: [
          written([''], ['pods', 'replicationcontrollers']),
          written(['apps'], ['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
          written(['batch'], ['cronjobs', 'jobs']),
        ],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return address.port;
}
