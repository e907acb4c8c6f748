import {
  type AuditedRequest,
  type Cluster,
  isMutating,
  type Nodes,
  readAuditLog,
  startCluster,
} from '../../cluster/index.ts';
import { customResourceDefinition, type Kind } from '../../crds/structural/customResourceDefinition.ts';
import { connect, createLog, HttpClient, Manager } from '../../operator/index.ts';
import { untilEstablished } from '../installation.ts';
import { Kubectl } from '../kubectl.ts';

/** As whom the operator runs; what it may do is not looked at here. */
const operator = 'the-operator';

/** What stands between the operator and the API server. */
export interface Front extends AsyncDisposable {
  /** Leads through it. */
  readonly kubeconfig: string;
}

/** A cluster of its own with definitions of ours, on which controllers run that can be stopped and started. */
export class Operation implements AsyncDisposable {
  readonly kubectl: Kubectl;
  readonly client: HttpClient;
  readonly #cluster: Cluster;
  readonly #add: (manager: Manager) => void;
  readonly #open = new AsyncDisposableStack();
  #front: Front | undefined;
  #stop: () => Promise<void> = async () => {};

  private constructor(
    cluster: Cluster,
    kubectl: Kubectl,
    client: HttpClient,
    add: (manager: Manager) => void,
  ) {
    this.#cluster = cluster;
    this.kubectl = kubectl;
    this.client = client;
    this.#add = add;
  }

  /**
   * Runs already when this resolves. `add` gives a manager its controllers; `behind` what it reaches the API server through.
   */
  static async open(
    nodes: Nodes,
    kinds: readonly Kind[],
    add: (manager: Manager) => void,
    behind?: (cluster: Cluster, client: HttpClient) => Promise<Front>,
  ): Promise<Operation> {
    const cluster = await startCluster({ nodes, auditLog: true });
    const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
    await kubectl.apply(kinds.map(customResourceDefinition));
    for (const { plural, group } of kinds) await untilEstablished(kubectl, `${plural}.${group}`);
    const connection = await connect({ kubeconfig: cluster.kubeconfig });
    const client = new HttpClient(connection, { fieldManager: 'test' });
    const operation = new Operation(cluster, kubectl, client, add);
    operation.#open.defer(() => cluster.stop());
    operation.#open.defer(() => connection.close());
    if (behind !== undefined) operation.#front = operation.#open.use(await behind(cluster, client));
    await operation.start();
    return operation;
  }

  /** One runs already; it is stopped first. */
  async start(): Promise<void> {
    await this.stop();
    const kubeconfig = this.#front?.kubeconfig ?? this.#cluster.kubeconfigFor(operator, ['system:masters']);
    const connection = await connect({ kubeconfig });
    const manager = new Manager({
      connection,
      fieldManager: 'mainstay',
      log: createLog({ level: 'silent' }),
    });
    this.#add(manager);
    const stopping = new AbortController();
    const running = manager.run(stopping.signal);
    this.#stop = async () => {
      stopping.abort();
      await running;
      await connection.close();
    };
  }

  async stop(): Promise<void> {
    const stop = this.#stop;
    this.#stop = async () => {};
    await stop();
  }

  /** What the operator wrote, of all that has ever run here, in order. */
  async written(): Promise<readonly AuditedRequest[]> {
    const all = await readAuditLog(this.#cluster.auditLog);
    return all.filter((request) => isMutating(request) && request.user === operator);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#open.disposeAsync();
  }
}
