import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCluster } from '../../cluster/index.ts';
import { type Project, projects } from '../../controllers/project/project.ts';
import { labels } from '../../crds/project/names.ts';
import {
  connect,
  HttpClient,
  Informer,
  isNotFound,
  type KubernetesObject,
  limitRanges,
  namespaces,
  networkPolicies,
  type Resource,
  resourceQuotas,
  roleBindings,
} from '../../operator/index.ts';
import { eventually } from '../eventually.ts';
import { install, operatorProgram, writeOperatorKubeconfig } from '../installation.ts';
import { Kubectl } from '../kubectl.ts';

interface CrashOptions {
  /** How often the operator is killed while people work. */
  readonly kills: number;
  readonly projects: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** How a run ended. */
export interface CrashReport {
  /** Each object, by kind and name, as text without what differs between any two runs: UIDs, times, versions. */
  readonly objects: Readonly<Record<string, string>>;
  /** RoleBindings that were there before the walls of their namespace. */
  readonly early: readonly string[];
  readonly kills: number;
}

/**
 * People create, change, delete and re-create Projects on a cluster of its own, each step after the one before is
 * reported as done, while the operator (with a lease of 2 s) is killed again and again, at instants chosen by chance
 * after it has begun to lead.
 */
export async function runWithKills({ kills, projects: count, random }: CrashOptions): Promise<CrashReport> {
  await using cluster = await startCluster();
  const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  await install(kubectl);
  const kubeconfig = join(cluster.directory, 'operator.yaml');
  await writeOperatorKubeconfig(kubectl, cluster.kubeconfig, kubeconfig);
  const connection = await connect({ kubeconfig: cluster.kubeconfig });
  const admin = new HttpClient(connection, { fieldManager: 'people' });
  const walls = await watchWalls(admin);
  let killing = kills > 0;
  let killed = 0;
  let operator = start(kubeconfig);
  const killer = async () => {
    for (; killed < kills; killed += 1) {
      await operator.leads;
      await pause(random() * 800);
      await operator.kill();
      operator = start(kubeconfig);
    }
    killing = false;
  };
  try {
    const names = Array.from({ length: count }, (_, index) => `crash-${index}`);
    await Promise.all([killer(), ...names.map((name, index) => work(admin, name, index, () => killing))]);
    const objects = await settledObjects(admin);
    return { objects, early: walls.early(), kills: killed };
  } finally {
    await operator.kill();
    await walls.stop();
    await connection.close();
  }
}

/** The life of one Project: at least once through all of it, and again while the operator is being killed. */
async function work(admin: HttpClient, name: string, index: number, again: () => boolean): Promise<void> {
  const whole = ['dev', 'prod'];
  do {
    await put(admin, name, whole, 'first-team');
    await put(admin, name, ['dev'], 'second-team');
    await put(admin, name, whole, 'second-team');
    await admin.delete(projects, { name });
    await eventually(() => gone(admin, name), { within: 120_000, every: 50 });
  } while (again());
  if (index % 3 < 2) await put(admin, name, index % 3 === 0 ? whole : ['dev'], 'last-team');
}

/** Applies the Project, and waits until it says of this very spec that it is Ready. */
async function put(
  admin: HttpClient,
  name: string,
  environments: readonly string[],
  team: string,
): Promise<void> {
  const spec = {
    owners: [{ kind: 'Group', name: team }],
    // Always the same: after a change, Ready does not wait until the last share of a quota is given out.
    quota: { mode: 'Static', hard: { pods: '20' } },
    environments: environments.map((environment) => ({ name: environment })),
  };
  // By way of the resource without its type: people leave out what has a default.
  const resource: Resource = projects;
  await admin.apply(resource, {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Project',
    metadata: { name },
    ...{ spec },
  });
  await eventually(
    async () => {
      const project = await admin.get(projects, { name });
      if (!isReady(project)) throw new Error(`${name} is not Ready: ${JSON.stringify(project.status)}`);
    },
    { within: 120_000, every: 50 },
  );
}

function isReady({ metadata, status }: Project): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}

async function gone(admin: HttpClient, name: string): Promise<void> {
  const found = await admin.get(projects, { name }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    return undefined;
  });
  if (found !== undefined) throw new Error(`${name} is still there`);
}

interface Operator {
  /** Resolves when it has begun to lead. */
  readonly leads: Promise<void>;
  kill(): Promise<void>;
}

function start(kubeconfig: string): Operator {
  const times = { LEASE_DURATION: '2s', RENEW_DEADLINE: '1200ms', RETRY_PERIOD: '250ms' };
  const lease = Object.entries(times).map(([name, time]) => [`MAINSTAY_LEADER_ELECTION_${name}`, time]);
  const child: ChildProcess = spawn(process.execPath, [operatorProgram], {
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      MAINSTAY_PROBES_PORT: '0',
      MAINSTAY_METRICS_PORT: '0',
      ...Object.fromEntries(lease),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  const leads = Promise.withResolvers<void>();
  child.stdout?.on('data', (text) => {
    log = `${log}${text}`.slice(-5000);
    if (log.includes('"msg":"leading"')) leads.resolve();
  });
  let killed = false;
  child.on('exit', (code) => {
    if (!killed) leads.reject(new Error(`the operator ended with ${code}:\n${log}`));
  });
  leads.promise.catch(() => {});
  return {
    leads: leads.promise,
    kill: async () => {
      killed = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const compared: readonly Resource[] = [
  projects,
  namespaces,
  resourceQuotas,
  limitRanges,
  networkPolicies,
  roleBindings,
];

/** The objects once they stay as they are. */
async function settledObjects(admin: HttpClient): Promise<Readonly<Record<string, string>>> {
  let before = '';
  return eventually(
    async () => {
      const objects = await allObjects(admin);
      const now = JSON.stringify(objects);
      const same = now === before;
      before = now;
      if (!same) throw new Error('the objects still change');
      return objects;
    },
    { every: 1000 },
  );
}

async function allObjects(admin: HttpClient): Promise<Readonly<Record<string, string>>> {
  const lists = await Promise.all(
    compared.map(async (resource) => (await admin.list<KubernetesObject>(resource)).items),
  );
  const entries = lists
    .flat()
    .filter(({ kind, metadata }) => kind !== 'Namespace' || metadata.name.startsWith('crash-'))
    .map((object) => [nameOf(object), timeless(object)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Without what the server counts and dates. The hash of what is desired holds the owner's UID. */
function timeless({ metadata, ...rest }: KubernetesObject): string {
  const { labels: marks, annotations, finalizers } = metadata;
  return JSON.stringify({ ...rest, metadata: { marks, annotations, finalizers } }, undefined, 1)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(uid)')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')
    .replace(/"(observedGeneration|generation)": \d+/g, '"$1": (n)')
    .replace(/"mainstay.dev\/desired": "[^"]*"/, '"mainstay.dev/desired": "(hash)"');
}

/** Sees whether a namespace ever had a RoleBinding of ours while it had no wall, in the order of the server. */
async function watchWalls(admin: HttpClient) {
  const stop = new AbortController();
  const selection = { labelSelector: labels.owner };
  const policies = new Informer(admin, { resource: networkPolicies, ...selection });
  const access = new Informer(admin, { resource: roleBindings, ...selection });
  const walls = new Map<string, number>();
  const bindings: { readonly namespace: string; readonly name: string; readonly version: number }[] = [];
  policies.onChange(({ type, object: { metadata } }) => {
    const { namespace = '', resourceVersion } = metadata;
    if (type === 'Added' && !walls.has(namespace)) walls.set(namespace, Number(resourceVersion));
  });
  access.onChange(({ type, object: { metadata } }) => {
    const { namespace = '', name, resourceVersion } = metadata;
    if (type === 'Added') bindings.push({ namespace, name, version: Number(resourceVersion) });
  });
  const running = [policies.run(stop.signal), access.run(stop.signal)];
  await Promise.all([policies.synced, access.synced]);
  return {
    early: () =>
      bindings
        .filter(({ namespace, version }) => !((walls.get(namespace) ?? Number.POSITIVE_INFINITY) < version))
        .map(({ namespace, name }) => `RoleBinding ${namespace}/${name}`),
    stop: async () => {
      stop.abort();
      await Promise.all(running);
    },
  };
}
