import { type Deployment, deployments } from '../../../controllers/deployment/deployment.ts';
import { addDeploymentController } from '../../../controllers/deployment/index.ts';
import { deploymentSettings } from '../../../controllers/deployment/settings.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { type HttpClient, type Pod, pods, type ReplicaSet, replicaSets } from '../../../operator/index.ts';
import { eventually, type Patience } from '../../eventually.ts';
import type { Kubectl } from '../../kubectl.ts';
import { Operation } from '../operation.ts';

const namespace = 'default';

/** A cluster with simulated nodes, on which the controller of Deployments runs. */
export class Stage implements AsyncDisposable {
  readonly #operation: Operation;
  readonly kubectl: Kubectl;
  readonly client: HttpClient;

  private constructor(operation: Operation) {
    this.#operation = operation;
    this.kubectl = operation.kubectl;
    this.client = operation.client;
  }

  static async open(): Promise<Stage> {
    return new Stage(
      await Operation.open('simulated:2', [deploymentKind], (manager) => {
        const settings = deploymentSettings.parse({ analysis: { allow: ['127.0.0.0/8'] } });
        addDeploymentController(manager, settings, []);
      }),
    );
  }

  /** One runs already; it is stopped first. */
  startOperator(): Promise<void> {
    return this.#operation.start();
  }

  stopOperator(): Promise<void> {
    return this.#operation.stop();
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
    return (await this.#operation.written()).map(({ name }) => name ?? '');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#operation[Symbol.asyncDispose]();
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
