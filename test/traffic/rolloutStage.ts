import { randomUUID } from 'node:crypto';
import { type Deployment, deployments } from '../../controllers/deployment/deployment.ts';
import type { DeploymentStatus, Request } from '../../crds/deployment/schema.ts';
import { connect, HttpClient, type Pod, pods } from '../../operator/index.ts';
import { eventually, type Patience } from '../eventually.ts';
import { install } from '../installation.ts';
import type { Kubectl } from '../kubectl.ts';
import { type Answer, ask } from './ask.ts';
import type { Load, LoadOptions } from './load.ts';
import { hostnameOf, previewHostnameOf, type Rollout, rollout } from './objects.ts';
import { OperatorProcess } from './operatorProcess.ts';
import { Shop } from './shop.ts';
import { StatusRecorder, type Told } from './statusRecorder.ts';

/** All of these tests' Deployments are here. */
export const namespace = 'default';

export interface StageOptions {
  /** Further settings of the operator, as environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The shop's cluster with Mainstay installed: the real program moves real traffic, and everything is recorded. */
export class RolloutStage implements AsyncDisposable {
  readonly shop: Shop;
  /** As a cluster administrator. */
  readonly client: HttpClient;
  readonly operator: OperatorProcess;
  readonly #recorder: StatusRecorder;
  readonly #open: AsyncDisposableStack;
  /** What of each Deployment was asked for last. */
  readonly #generations = new Map<string, { readonly uid: string; readonly generation: number }>();

  private constructor(parts: Parts) {
    this.shop = parts.shop;
    this.client = parts.client;
    this.operator = parts.operator;
    this.#recorder = parts.recorder;
    this.#open = parts.open;
  }

  static async open({ settings }: StageOptions = {}): Promise<RolloutStage> {
    await using open = new AsyncDisposableStack();
    const shop = open.use(await Shop.open());
    await install(shop.kubectl);
    // The API server's mutating policies know a kind some seconds later than all else, and until then none can be made.
    const probe = rollout({ name: 'probe', revision: 'a', parent: shop.gateway.reference });
    await eventually(() => shop.kubectl.apply([probe], '--dry-run=server'), { within: 60_000, every: 200 });
    const connection = await connect({ kubeconfig: shop.cluster.kubeconfig });
    open.defer(() => connection.close());
    const client = new HttpClient(connection, { fieldManager: 'test' });
    const recorder = open.use(await StatusRecorder.start(client, namespace));
    const operator = await OperatorProcess.start(shop.cluster, shop.kubectl, settings);
    open.defer(() => operator.stop());
    return new RolloutStage({ shop, client, operator, recorder, open: open.move() });
  }

  get kubectl(): Kubectl {
    return this.shop.kubectl;
  }

  /** `kubectl apply` of a Deployment of ours (objects.ts), as a person changes the image or the strategy. */
  async apply(wanted: Omit<Rollout, 'parent'>): Promise<Deployment> {
    await this.kubectl.apply([rollout({ ...wanted, parent: this.shop.gateway.reference })]);
    return this.asked(wanted.name);
  }

  /** `kubectl patch` of `spec.request`. Gives its id; `answer` waits for what became of it. */
  async request(
    name: string,
    wanted: Pick<Request, 'verb' | 'revision' | 'step'>,
    id: string = randomUUID(),
  ): Promise<string> {
    // A step that was asked for before would stay.
    const request = { step: null, ...wanted, id };
    const words = ['patch', 'deployments.mainstay.dev', name, '-n', namespace, '--type=merge', '-p'];
    await this.kubectl.run(...words, JSON.stringify({ spec: { request } }));
    await this.asked(name);
    return id;
  }

  async answer(name: string, id: string): Promise<NonNullable<DeploymentStatus['lastRequest']>> {
    const { status } = await this.until(name, ({ lastRequest }) => lastRequest?.id === id);
    if (status.lastRequest === undefined) throw new Error(`${name} has no lastRequest`);
    return status.lastRequest;
  }

  /** What there is now; `until` takes no status for an answer that is of an older generation. To be called after other writes. */
  async asked(name: string): Promise<Deployment> {
    const deployment = await this.get(name);
    const { uid = '', generation = 0 } = deployment.metadata;
    this.#generations.set(name, { uid, generation });
    return deployment;
  }

  get(name: string): Promise<Deployment> {
    return this.client.get(deployments, { namespace, name });
  }

  /** The first status that says so of what was asked for last, even one that is past by now. Default: within 60 s. */
  async until(
    name: string,
    what: (status: DeploymentStatus) => boolean,
    { within = 60_000, every = 20 }: Patience = {},
  ): Promise<Told> {
    const asked = this.#generations.get(name);
    const found = (): Told | undefined =>
      this.history(name).find(
        ({ uid, status }) =>
          uid === asked?.uid && status.observedGeneration >= asked.generation && what(status),
      );
    return eventually(
      () => {
        const told = found();
        if (told !== undefined) return told;
        throw new Error(this.operator.ended ?? `not within ${within / 1000} s, ${this.#storyOf(name)}`);
      },
      { within, every },
    );
  }

  /** Until it tells that this revision serves everything. */
  healthy(name: string, revision: number, patience?: Patience): Promise<Told> {
    return this.until(
      name,
      ({ phase, stable }) => phase === 'Healthy' && stable?.revision === revision,
      patience,
    );
  }

  /** Every status that it had, the oldest first. */
  history(name: string): readonly Told[] {
    return this.#recorder.history(name);
  }

  /** Requests to the Deployment's host name through the gateway. */
  load(name: string, options: Partial<Omit<LoadOptions, 'url'>> = {}): Load {
    const headers = { host: hostnameOf(name), ...options.headers };
    return this.shop.load({ rate: 100, seconds: 300, ...options, headers });
  }

  /** One request through the gateway, on a connection of its own. */
  ask(name: string, path = '/', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.shop.gateway.url, hostnameOf(name), path, headers);
  }

  /** One request to the host name of its preview. */
  askPreview(name: string): Promise<Answer> {
    return ask(this.shop.gateway.url, previewHostnameOf(name));
  }

  /** Its pods, those that are going too; where one is named, only those that answer with this revision. */
  async pods(name: string, revision?: string): Promise<readonly Pod[]> {
    const { items } = await this.client.list(pods, { namespace, labelSelector: `app=${name}` });
    return revision === undefined ? items : items.filter((pod) => revisionOf(pod) === revision);
  }

  /** What was told of it, for whoever has to find out why it is not as awaited. */
  #storyOf(name: string): string {
    const lines = this.history(name).map(
      ({ at, status: { phase, message } }) => `\n  ${new Date(at).toISOString()} ${phase}: ${message}`,
    );
    return `${name} was${lines.slice(-12).join('')}\nand is ${JSON.stringify(this.history(name).at(-1)?.status)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}

/** What its pods answer with. */
function revisionOf({ spec }: Pod): string | undefined {
  const variables = spec?.containers.flatMap(({ env = [] }) => env) ?? [];
  return variables.find(({ name }) => name === 'REVISION')?.value;
}

interface Parts {
  readonly shop: Shop;
  readonly client: HttpClient;
  readonly operator: OperatorProcess;
  readonly recorder: StatusRecorder;
  readonly open: AsyncDisposableStack;
}
