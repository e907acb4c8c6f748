import { type Cluster, isMutating, readAuditLog, startCluster } from '../../../cluster/index.ts';
import { type Deployment, deployments } from '../../../controllers/deployment/deployment.ts';
import { addDeploymentController } from '../../../controllers/deployment/index.ts';
import { deploymentSettings } from '../../../controllers/deployment/settings.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import {
  connect,
  createLog,
  HttpClient,
  Manager,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../../../operator/index.ts';
import { eventually, type Patience } from '../../eventually.ts';
import { untilEstablished } from '../../installation.ts';
import { Kubectl } from '../../kubectl.ts';

const namespace = 'default';

/** As whom it runs; what it may do is not looked at here. */
const operator = 'the-operator';

/** A cluster with simulated nodes, on which the controller of Deployments runs. */
export class Stage implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #open = new AsyncDisposableStack();
  readonly kubectl: Kubectl;
  readonly client: HttpClient;
  #stop: () => Promise<void> = async () => {};

  private constructor(cluster: Cluster, kubectl: Kubectl, client: HttpClient) {
    this.#cluster = cluster;
    this.kubectl = kubectl;
    this.client = client;
  }

  static async open(): Promise<Stage> {
    const cluster = await startCluster({ nodes: 'simulated:2', auditLog: true });
    const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
    await kubectl.apply([customResourceDefinition(deploymentKind)]);
    await untilEstablished(kubectl, 'deployments.mainstay.dev');
    const connection = await connect({ kubeconfig: cluster.kubeconfig });
    const stage = new Stage(cluster, kubectl, new HttpClient(connection, { fieldManager: 'test' }));
    stage.#open.defer(() => cluster.stop());
    stage.#open.defer(() => connection.close());
    await stage.startOperator();
    return stage;
  }

  /** One runs already; it is stopped first. */
  async startOperator(): Promise<void> {
    await this.stopOperator();
    const kubeconfig = this.#cluster.kubeconfigFor(operator, ['system:masters']);
    const connection = await connect({ kubeconfig });
    const manager = new Manager({
      connection,
      fieldManager: 'mainstay',
      log: createLog({ level: 'silent' }),
    });
    addDeploymentController(manager, deploymentSettings.parse({ analysis: { allow: ['127.0.0.0/8'] } }), []);
    const stopping = new AbortController();
    const running = manager.run(stopping.signal);
    this.#stop = async () => {
      stopping.abort();
      await running;
      await connection.close();
    };
  }

  async stopOperator(): Promise<void> {
    const stop = this.#stop;
    this.#stop = async () => {};
    await stop();
  }

  async apply(name: string, spec: object): Promise<void> {
    await this.kubectl.apply([manifest(name, spec)]);
  }

  get(name: string): Promise<Deployment> {
    return this.client.get(deployments, { namespace, name });
  }

  /** Waits until its status says so of its present generation. */
  async until(
    name: string,
    what: (status: NonNullable<Deployment['status']>) => boolean,
    patience?: Patience,
  ): Promise<NonNullable<Deployment['status']>> {
    return eventually(async () => {
      const { metadata, status } = await this.get(name);
      if (status?.observedGeneration === metadata.generation && status !== undefined && what(status))
        return status;
      throw new Error(`${name} is not as awaited: ${JSON.stringify(status)}`);
    }, patience);
  }

  healthy(name: string, revision: number): Promise<NonNullable<Deployment['status']>> {
    return this.until(name, ({ phase, stable }) => phase === 'Healthy' && stable?.revision === revision);
  }

  /** Its ReplicaSets, the oldest revision first. */
  async revisions(name: string): Promise<readonly ReplicaSet[]> {
    const { items } = await this.client.list(replicaSets, { namespace, labelSelector: `app=${name}` });
    const number = ({ metadata }: ReplicaSet) =>
      Number(metadata.annotations?.['deployment.kubernetes.io/revision']);
    return items.toSorted((a, b) => number(a) - number(b));
  }

  /** Its pods that are not going, by name. */
  async pods(name: string): Promise<readonly Pod[]> {
    const { items } = await this.client.list(pods, { namespace, labelSelector: `app=${name}` });
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  }

  /** What the operator wrote, of all that has ever run here: the names of the objects, in order. */
  async written(): Promise<readonly string[]> {
    const all = await readAuditLog(this.#cluster.auditLog);
    return all
      .filter((request) => isMutating(request) && request.user === operator)
      .map(({ name }) => name ?? '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopOperator();
    await this.#open.disposeAsync();
  }
}

/** As it would be of `apps/v1`, but for what `spec` has. */
function manifest(name: string, spec: object): object {
  return {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 4, selector: { matchLabels: { app: name } }, ...spec },
  };
}

export function template(name: string, image: string, container: object = {}): object {
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'main', image, ...container }] },
  };
}
