import { type Cluster, startCluster } from '../../cluster/index.ts';
import { connect, HttpClient, Informer, namespaces, serviceAccounts } from '../../operator/index.ts';
import { until } from '../../test/eventually.ts';
import { Kubectl } from '../../test/kubectl.ts';
import { pooled } from '../pooled.ts';
import { clusterUse } from '../processUse.ts';
import { RequestLog } from '../requests.ts';
import type { Rollout, RolloutContestant } from './contestants.ts';
import { commonSpec, type Named, named } from './world.ts';

/** How many Deployments are written at a time: as many as one `kubectl apply` of somebody in a hurry would. */
const inFlight = 32;

/** A cluster of its own for one contestant, and all Deployments of it as the watch has them. */
export class RolloutScene implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly contestant: RolloutContestant;
  readonly size: number;
  /** A kubeconfig with exactly the rights of the contestant's operator. */
  readonly kubeconfig: string;
  readonly administrator: HttpClient;
  readonly #log: RequestLog | undefined;
  readonly #live: Informer<Rollout>;
  readonly #watched = new AbortController();
  readonly #watching: Promise<unknown>;

  private constructor(
    cluster: Cluster,
    set: Pick<RolloutScene, 'contestant' | 'size' | 'kubeconfig' | 'administrator'>,
  ) {
    this.cluster = cluster;
    this.contestant = set.contestant;
    this.size = set.size;
    this.kubeconfig = set.kubeconfig;
    this.administrator = set.administrator;
    const { operator, resource } = set.contestant;
    this.#log = operator && new RequestLog(cluster.auditLog, operator.user);
    this.#live = new Informer(set.administrator, { resource, transform: outline, freeze: false });
    this.#watching = this.#live.run(this.#watched.signal);
  }

  /** Resolves when everything is there that the contestant needs, and no Deployment yet. */
  static async open(contestant: RolloutContestant, size: number): Promise<RolloutScene> {
    const all = named(size);
    const cluster = await startCluster({
      // A node takes a thousand pods, of which a rollout has one more than replicas.
      nodes: `simulated:${Math.max(2, Math.ceil(size / 200))}`,
      auditLog: true,
      controllerManagerQps: 5000,
      // The scheduler allows itself 50 binds a second: then it would be what is measured.
      flags: { scheduler: ['--kube-api-qps=5000', '--kube-api-burst=10000'] },
    });
    try {
      const { operator } = contestant;
      if (operator !== undefined) {
        const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
        await operator.install(kubectl);
        await untilFollowed(kubectl, contestant.resource);
      }
      const kubeconfig =
        operator === undefined
          ? cluster.kubeconfig
          : cluster.kubeconfigFor(operator.user, serviceAccountGroups(operator.user));
      const administrator = new HttpClient(await connect({ kubeconfig: cluster.kubeconfig }), {
        fieldManager: 'bench',
      });
      await makeNamespaces(administrator, new Set(all.map(({ namespace }) => namespace)));
      return new RolloutScene(cluster, { contestant, size, kubeconfig, administrator });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** What the contestant's operator asks of the API server. */
  get requests(): RequestLog {
    if (this.#log === undefined) throw new Error(`${this.contestant.name} has no operator`);
    return this.#log;
  }

  /** All Deployments, as far as they are looked at. */
  get live(): readonly Rollout[] {
    return [...this.#live.list()];
  }

  /** Makes all Deployments with the image. */
  async create(image: string): Promise<void> {
    const { resource, spec } = this.contestant;
    await this.#each(async (one) => {
      const { group, version, kind } = resource;
      await this.administrator.create<Rollout>(resource, {
        apiVersion: `${group}/${version}`,
        kind,
        metadata: { ...one },
        spec: { ...commonSpec(one, image), ...spec },
      });
    });
  }

  /** Gives all Deployments the image. */
  async update(image: string): Promise<void> {
    await this.#each(async (one) => {
      const path = '/spec/template/spec/containers/0/image';
      const body = [{ op: 'replace', path, value: image }] as const;
      await this.administrator.patch(this.contestant.resource, one, { type: 'json', body });
    });
  }

  /** Resolves when every Deployment meets it; rejects after so many seconds, with how many do. */
  async until(what: (rollout: Rollout) => boolean, patience: number): Promise<void> {
    const met = new Set<string>();
    const all = Promise.withResolvers<void>();
    const see = (rollout: Rollout) => {
      const { uid = '' } = rollout.metadata;
      if (what(rollout)) met.add(uid);
      else met.delete(uid);
      if (met.size === this.size) all.resolve();
    };
    const forget = this.#live.onChange(({ object }) => see(object));
    for (const rollout of this.#live.list()) see(rollout);
    const late = setTimeout(() => {
      all.reject(new Error(`after ${patience} s ${met.size} of ${this.size} Deployments are done`));
    }, patience * 1000);
    try {
      await all.promise;
    } finally {
      clearTimeout(late);
      forget();
    }
  }

  /** CPU seconds that the API server has used. */
  async apiServerCpu(): Promise<number> {
    return (await clusterUse(this.cluster.directory)).get('kube-apiserver')?.cpuSeconds ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watched.abort();
    await this.#watching;
    await this.cluster.stop();
  }

  async #each(write: (one: Named) => Promise<void>): Promise<void> {
    await pooled(named(this.size), inFlight, write);
  }
}

/** Each with its ServiceAccount, without which it has no pods. */
async function makeNamespaces(client: HttpClient, names: ReadonlySet<string>): Promise<void> {
  const accounts = new Informer(client, {
    resource: serviceAccounts,
    fieldSelector: 'metadata.name=default',
    freeze: false,
  });
  const watched = new AbortController();
  const missing = new Set(names);
  const all = Promise.withResolvers<void>();
  accounts.onChange(({ object }) => {
    missing.delete(object.metadata.namespace ?? '');
    if (missing.size === 0) all.resolve();
  });
  const watching = accounts.run(watched.signal);
  for (const name of names) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await all.promise;
  watched.abort();
  await watching;
}

/** Those that a ServiceAccount's user has. */
function serviceAccountGroups(user: string): readonly string[] {
  const [, , namespace = ''] = user.split(':');
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** Enough to tell whether it is done: the bench shares the machine with what it measures. */
function outline({ apiVersion, kind, metadata, spec, status }: Rollout): Rollout {
  const { name, namespace, uid, resourceVersion, generation } = metadata;
  const { observedGeneration, phase, replicas, updatedReplicas, availableReplicas, step } = status ?? {};
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(generation !== undefined && { generation }),
    },
    spec: {
      template: {
        spec: { containers: (spec?.template?.spec?.containers ?? []).map(({ image = '' }) => ({ image })) },
      },
    },
    status: {
      ...(observedGeneration !== undefined && { observedGeneration }),
      ...(phase !== undefined && { phase }),
      ...(replicas !== undefined && { replicas }),
      ...(updatedReplicas !== undefined && { updatedReplicas }),
      ...(availableReplicas !== undefined && { availableReplicas }),
      ...(step?.stage !== undefined && { step: { stage: step.stage } }),
    },
  };
}

export function imageOf({ spec }: Rollout): string | undefined {
  return spec?.template?.spec?.containers[0]?.image;
}

/**
 * Resolves when the garbage collector follows the kind, which takes it half a minute from its definition on. Until then it
 * asks for the owner of each ReplicaSet twice, whoever works on it; that is no part of any day but the first.
 */
async function untilFollowed(
  kubectl: Kubectl,
  { group, plural }: RolloutContestant['resource'],
): Promise<void> {
  const labels = [`group="${group}"`, `resource="${plural}"`, 'verb="WATCH"'];
  const isFollowed = (line: string) =>
    line.startsWith('apiserver_longrunning_requests{') && labels.every((label) => line.includes(label));
  await until(
    `a watch of ${plural}.${group}`,
    async () => (await kubectl.run('get', '--raw', '/metrics')).split('\n').some(isFollowed),
    { within: 120_000, every: 1000 },
  );
}
