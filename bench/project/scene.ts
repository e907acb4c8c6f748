import { join } from 'node:path';
import { type Cluster, startCluster } from '../../cluster/index.ts';
import { installation, operatorUser } from '../../crds/project/admission.ts';
import {
  connect,
  defineResource,
  HttpClient,
  Informer,
  type KubernetesObject,
  type Resource,
} from '../../operator/index.ts';
import { type Lease, leases, type NetworkPolicy, networkPolicies } from '../../operator/resources/builtin.ts';
import { install, writeOperatorKubeconfig } from '../../test/installation.ts';
import { Kubectl } from '../../test/kubectl.ts';
import { pooled } from '../pooled.ts';
import { RequestLog } from '../requests.ts';
import { objectsPerEnvironment, projectOf, sharedSecrets } from './world.ts';

/** A Project, as far as it is looked at here. */
export interface BenchProject extends KubernetesObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** By it the bench's own requests are told from the contestant's. */
const benchAgent = 'bench';

export const benchProjects: Resource<BenchProject> = defineResource<BenchProject>({
  group: 'mainstay.dev',
  version: 'v1alpha1',
  kind: 'Project',
  plural: 'projects',
  scope: 'Cluster',
});

/**
 * A cluster of its own with Mainstay installed (all but the workload), and with Projects in it that nobody has looked
 * at yet. What happens then is watched from here, in the same way for whoever does it.
 */
export class Scene implements AsyncDisposable {
  readonly cluster: Cluster;
  /** How many Projects there are. */
  readonly size: number;
  /** How many objects they come to. */
  readonly objects: number;
  /** The path of a kubeconfig with exactly the operator's rights. */
  readonly kubeconfig: string;
  /** May do everything but to touch what is the operator's. */
  readonly administrator: HttpClient;
  /** A client with exactly the operator's rights. */
  readonly operator: HttpClient;
  /** What the contestant asks of the API server. */
  readonly requests: RequestLog;
  /** The walls of all namespaces that were made, without what they say. */
  readonly walls: Informer<NetworkPolicy>;
  readonly #ready = new Map<string, number>();
  readonly #watched = new AbortController();
  readonly #watching: Promise<unknown>;
  #allReady = Promise.withResolvers<number>();

  private constructor(
    cluster: Cluster,
    set: Pick<Scene, 'size' | 'objects' | 'kubeconfig'>,
    clients: Pick<Scene, 'administrator' | 'operator'>,
  ) {
    this.cluster = cluster;
    this.size = set.size;
    this.objects = set.objects;
    this.kubeconfig = set.kubeconfig;
    this.administrator = clients.administrator;
    this.operator = clients.operator;
    this.requests = new RequestLog(
      cluster.auditLog,
      operatorUser,
      ({ userAgent }) => userAgent !== benchAgent,
    );
    const client = this.administrator;
    const projects = new Informer(client, { resource: benchProjects, transform: outline, freeze: false });
    projects.onChange(({ object }) => this.#see(object));
    this.walls = new Informer(client, {
      resource: networkPolicies,
      fieldSelector: 'metadata.name=mainstay-isolation',
      transform: ({ apiVersion, kind, metadata: { labels: _, annotations: __, ...metadata } }) => ({
        apiVersion,
        kind,
        metadata,
      }),
      freeze: false,
    });
    this.#watching = Promise.all([projects.run(this.#watched.signal), this.walls.run(this.#watched.signal)]);
  }

  /** Resolves when all Projects are there. */
  static async open(size: number, environments = 2): Promise<Scene> {
    // Ten times the rate that a test's cluster has: quota, tokens and certificates of namespaces must not be the limit.
    const cluster = await startCluster({ auditLog: true, controllerManagerQps: 5000 });
    try {
      const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
      await install(kubectl);
      await kubectl.apply(sharedSecrets());
      const kubeconfig = join(cluster.directory, 'operator.yaml');
      await writeOperatorKubeconfig(kubectl, cluster.kubeconfig, kubeconfig);
      const administrator = new HttpClient(await connect({ kubeconfig: cluster.kubeconfig }), {
        fieldManager: benchAgent,
      });
      // As an earlier process left it: the first one ever waits two seconds, which is no speed of anything.
      await administrator.create<Lease>(leases, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: installation.namespace, name: 'mainstay' },
        spec: { holderIdentity: '', leaseDurationSeconds: 1 },
      });
      const all = Array.from({ length: size }, (_, at) => projectOf(at + 1, environments));
      await pooled(all, 32, async (project) => {
        await administrator.create<KubernetesObject>(benchProjects, project);
      });
      const objects = size * environments * objectsPerEnvironment;
      const operator = new HttpClient(await connect({ kubeconfig }), { fieldManager: benchAgent });
      return new Scene(cluster, { size, objects, kubeconfig }, { administrator, operator });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** How many Projects are Ready at their present generation. */
  get readyCount(): number {
    return this.#ready.size;
  }

  /** The time (`performance.now()`) at which the last Project was seen to be Ready. */
  get allReady(): Promise<number> {
    return this.#allReady.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watched.abort();
    await this.#watching;
    await this.cluster.stop();
  }

  #see({ metadata, status }: BenchProject): void {
    const ready = status?.conditions?.some(
      (condition) => condition.type === 'Ready' && condition.status === 'True',
    );
    if (ready !== true || status?.observedGeneration !== metadata.generation) return;
    if (!this.#ready.has(metadata.name)) this.#ready.set(metadata.name, performance.now());
    if (this.#ready.size === this.size) this.#allReady.resolve(performance.now());
  }
}

/** Enough to tell whether a Project is ready: the bench shares the machine with what it measures. */
function outline({ apiVersion, kind, metadata, status }: BenchProject): BenchProject {
  const { name, uid, resourceVersion, generation } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      ...(generation && { generation }),
    },
    ...(status && { status }),
  };
}
