import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, startCluster } from '../../cluster/index.ts';
import { reportName } from '../../controllers/policy/reports/marks.ts';
import { wgpolicy } from '../../manifests/reportDefinitions.ts';
import { connect, HttpClient, isNotFound } from '../../operator/index.ts';
import { eventually } from '../../test/eventually.ts';
import { untilEstablished } from '../../test/installation.ts';
import { Kubectl } from '../../test/kubectl.ts';
import { bundle, image } from '../../test/operatorImage.ts';
import { pooled } from '../pooled.ts';
import { useOf } from '../processUse.ts';
import { RequestLog } from '../requests.ts';
import { namespaceNames, podOf, podsOf, type Size } from './world.ts';

/** What looking at everything came to. */
export interface Background {
  readonly size: Size;
  /** Seconds from full caches to all looked at, and to the last report written. */
  readonly lookedAfter: number;
  readonly reportedAfter: number;
  /** Seconds from its start to full caches. */
  readonly fullAfter: number;
  /** Its CPU seconds from full caches to the last report: what is steady on a machine with neighbours. */
  readonly cpu: number;
  /** Megabytes: the most ever, and at rest. */
  readonly peak: number;
  readonly resident: number;
  /** Of reports, at the beginning; and how many reports there are. */
  readonly writes: number;
  readonly reports: number;
  /** Bytes of all reports, as the API server has them. */
  readonly reportBytes: number;
  readonly results: number;
  /** Seconds from a changed pod's answer to its report, each time. */
  readonly changes: readonly number[];
  /** Seconds from a changed Policy to all looked at, and reports that were written for it. */
  readonly policyAfter: number;
  readonly policyWrites: number;
  /** Requests but watches in `restSeconds` of rest, and the share of one core that it took. */
  readonly restRequests: number;
  readonly restCpu: number;
  /** Writes after a restart with nothing changed. */
  readonly restartWrites: number;
}

const root = new URL('../../', import.meta.url).pathname;
/** Milliseconds without a request after which it has finished what it did. */
const calm = 3000;

export async function background(size: Size, restSeconds: number): Promise<Background> {
  await using cluster = await startCluster({ auditLog: true });
  const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  await kubectl.apply(wgpolicy);
  for (const { metadata } of wgpolicy) await untilEstablished(kubectl, metadata.name);
  const connection = await connect({ kubeconfig: cluster.kubeconfig });
  const client = new HttpClient(connection, { fieldManager: 'bench' });
  try {
    await fill(client, size);
    await bundle({ scan: join(root, 'bench/policy/scanProgram.ts') }, cluster.directory);
    return await measure(cluster, client, size, restSeconds);
  } finally {
    await connection.close();
  }
}

async function fill(client: HttpClient, size: Size): Promise<void> {
  const began = performance.now();
  const names = namespaceNames(size);
  const post = (path: string, body: object) => client.request<unknown>({ method: 'POST', path, body });
  await pooled(names, 16, async (name) => {
    await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  });
  await pooled(names, 16, async (namespace) => {
    const path = `/api/v1/namespaces/${namespace}`;
    await eventually(() => client.request({ method: 'GET', path: `${path}/serviceaccounts/default` }));
    for (const pod of podsOf(namespace, size)) await post(`${path}/pods`, pod);
  });
  console.log(`${size.pods} pods in ${Math.round((performance.now() - began) / 1000)} s`);
}

async function measure(
  cluster: Cluster,
  client: HttpClient,
  size: Size,
  restSeconds: number,
): Promise<Background> {
  const user = 'mainstay-bench';
  const requests = new RequestLog(cluster.auditLog, user);
  const kubeconfig = cluster.kubeconfigFor(user, ['system:masters']);
  const began = Date.now();
  const program = new Program(cluster.directory, kubeconfig);
  const full = await program.next('full');
  const atFull = await useOf(program.pid);
  const looked = await program.next('looked');
  const first = await requests.untilQuiet(began, calm, ({ mutating }) => mutating > 0);
  const atWork = await useOf(program.pid);
  const reports = await reportsOf(client);
  console.log(`looked at after ${looked - full} ms, ${first.mutating} reports, ${atWork.peak.toFixed(0)} MB`);
  const changes = await changeSome(client, size);
  await requests.untilQuiet(began, calm);
  const policyBegan = Date.now();
  program.change('pss-run-as-non-root');
  const changed = await program.next('looked');
  const policyWrites = (await requests.untilQuiet(policyBegan, calm, () => true)).mutating;
  await pause(20_000);
  const restBegan = Date.now();
  const before = await useOf(program.pid);
  await pause(restSeconds * 1000);
  const after = await useOf(program.pid);
  const rest = await requests.since(restBegan);
  await program.end();
  const restartBegan = Date.now();
  const again = new Program(cluster.directory, kubeconfig);
  await again.next('looked');
  await pause(calm);
  const restarted = await requests.since(restartBegan);
  await again.end();
  return {
    size,
    fullAfter: (full - began) / 1000,
    lookedAfter: (looked - full) / 1000,
    reportedAfter: ((first.lastAt ?? full) - full) / 1000,
    cpu: atWork.cpuSeconds - atFull.cpuSeconds,
    peak: atWork.peak,
    resident: after.resident,
    writes: first.mutating,
    ...reports,
    changes,
    policyAfter: (changed - policyBegan) / 1000,
    policyWrites,
    restRequests: rest.lastAt === undefined ? 0 : rest.mutating + rest.events + 1,
    restCpu: (after.cpuSeconds - before.cpuSeconds) / restSeconds,
    restartWrites: restarted.mutating,
  };
}

/** The program under measurement. */
class Program {
  readonly #child: ChildProcess;
  readonly #moments: { readonly what: string; readonly at: number }[] = [];

  constructor(directory: string, kubeconfig: string) {
    this.#child = spawn(process.execPath, [...image.flags, join(directory, 'scan.mjs')], {
      env: { ...process.env, ...image.environment, KUBECONFIG: kubeconfig, BENCH_ROOT: root },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('the program has no output');
    createInterface({ input: stdout }).on('line', (line) => {
      if (line.includes('"what"')) this.#moments.push(JSON.parse(line) as { what: string; at: number });
      else console.error(line);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** When that comes, which has not been asked for yet; milliseconds since 1970. */
  async next(what: string): Promise<number> {
    return eventually(
      () => {
        if (this.#child.exitCode !== null) throw new Error('the program has ended');
        const index = this.#moments.findIndex((moment) => moment.what === what);
        const [moment] = index < 0 ? [] : this.#moments.splice(0, index + 1).slice(-1);
        if (moment === undefined) throw new Error(`it has not told: ${what}`);
        return moment.at;
      },
      { within: 300_000, every: 5 },
    );
  }

  change(policy: string): void {
    this.#child.stdin?.write(`${policy}\n`);
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

interface RawReport {
  readonly metadata: object;
  readonly results?: readonly unknown[];
}

async function reportsOf(
  client: HttpClient,
): Promise<Pick<Background, 'reports' | 'reportBytes' | 'results'>> {
  const path = '/apis/wgpolicyk8s.io/v1alpha2/policyreports';
  const { items } = await client.request<{ readonly items: readonly RawReport[] }>({ method: 'GET', path });
  return {
    reports: items.length,
    reportBytes: items.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0),
    results: items.reduce((sum, { results = [] }) => sum + results.length, 0),
  };
}

/** Gives namespaces one pod more that breaks rules, and waits for it in the report. Seconds, each time. */
async function changeSome(client: HttpClient, size: Size): Promise<readonly number[]> {
  const seconds: number[] = [];
  for (const [index, namespace] of namespaceNames(size).slice(0, 20).entries()) {
    const failures = await failuresIn(client, namespace);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    await client.request({ method: 'POST', path, body: podOf(namespace, 99, index, false) });
    const began = performance.now();
    await eventually(
      async () => {
        if ((await failuresIn(client, namespace)) === failures) throw new Error('not reported');
      },
      { every: 10 },
    );
    seconds.push((performance.now() - began) / 1000);
  }
  return seconds;
}

async function failuresIn(client: HttpClient, namespace: string): Promise<number> {
  const path = `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${namespace}/policyreports/${reportName}`;
  try {
    const report = await client.request<{ readonly summary: { readonly fail: number } }>({
      method: 'GET',
      path,
    });
    return report.summary.fail;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return 0;
  }
}
