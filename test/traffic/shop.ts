import { join } from 'node:path';
import { addGateway, type Gateway } from '../../cluster/gateway/gateway.ts';
import { type RealCluster, startRealCluster } from '../../cluster/node/realCluster.ts';
import { eventually, until } from '../eventually.ts';
import { Kubectl } from '../kubectl.ts';
import { type Answer, ask, probe } from './ask.ts';
import { writeApplicationImage } from './image.ts';
import { Load, type LoadOptions } from './load.ts';
import { probeRule, route } from './objects.ts';

/** When a change of the route was written, said to be accepted, and served. Milliseconds since the epoch. */
export interface Change {
  readonly written: number;
  readonly accepted: number;
  readonly served: number;
}

const hostname = 'shop.example.test';
const path = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes';

/** A real cluster with a gateway and the image of the test application, and one route that is changed at will. */
export class Shop implements AsyncDisposable {
  readonly cluster: RealCluster;
  readonly gateway: Gateway;
  readonly kubectl: Kubectl;
  #changes = 0;

  private constructor(cluster: RealCluster, gateway: Gateway, kubectl: Kubectl) {
    this.cluster = cluster;
    this.gateway = gateway;
    this.kubectl = kubectl;
  }

  static async open(): Promise<Shop> {
    const cluster = await startRealCluster();
    try {
      const archive = join(cluster.controlPlane.directory, 'application.tar');
      const loaded = writeApplicationImage(archive).then(() => cluster.node.loadImage(archive));
      const [gateway] = await Promise.all([addGateway(cluster), loaded]);
      return new Shop(cluster, gateway, await Kubectl.forCluster(cluster.kubeconfig));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Writes the route with these weights, by the names of Services, and waits until the gateway serves it. */
  async serve(weights: Readonly<Record<string, number>>, rules: readonly object[] = []): Promise<Change> {
    this.#changes += 1;
    const token = `change-${this.#changes}`;
    const parent = this.gateway.reference;
    const desired = route({ parent, hostname, weights, before: [probeRule(token), ...rules] });
    // Once more if the gateway writes its status in between.
    const generation = await eventually(() => this.#write(desired), { within: 5000 });
    const written = now();
    const [accepted, served] = await Promise.all([
      reached(
        'the route is accepted',
        async () => (await this.conditions()).Accepted?.observedGeneration === generation,
      ),
      reached('the route is served', async () => (await probe(this.gateway.url, hostname)) === token),
    ]);
    return { written, accepted, served };
  }

  /** Of the route, as the gateway reports them. */
  async conditions(): Promise<Readonly<Record<string, Condition>>> {
    const { status } = JSON.parse(
      await this.cluster.controlPlane.api.request('GET', `${path}/shop`),
    ) as HttpRoute;
    const conditions = status?.parents?.[0]?.conditions ?? [];
    return Object.fromEntries(conditions.map((condition) => [condition.type, condition]));
  }

  load(options: Omit<LoadOptions, 'url'>): Load {
    return Load.start({ ...options, url: this.gateway.url, headers: { host: hostname, ...options.headers } });
  }

  /** One request through the gateway. */
  ask(requestPath?: string, headers?: Readonly<Record<string, string>>): Promise<Answer> {
    return ask(this.gateway.url, hostname, requestPath, headers);
  }

  /** An instant query of Prometheus: each value by one of its labels. */
  async query(expression: string, label: string): Promise<Readonly<Record<string, number>>> {
    const url = new URL('/api/v1/query', this.gateway.prometheus.url);
    url.searchParams.set('query', expression);
    const answer = (await (await fetch(url, { signal: AbortSignal.timeout(5000) })).json()) as QueryAnswer;
    return Object.fromEntries(
      answer.data.result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.stop();
  }

  /** The generation that the write made. */
  async #write(desired: object): Promise<number> {
    const { api } = this.cluster.controlPlane;
    const existing = await api.request('GET', `${path}/shop`).catch(() => undefined);
    if (existing === undefined) {
      return (JSON.parse(await api.request('POST', path, desired)) as HttpRoute).metadata.generation;
    }
    const { metadata } = JSON.parse(existing) as HttpRoute;
    const text = await api.request('PUT', `${path}/shop`, { ...desired, metadata });
    return (JSON.parse(text) as HttpRoute).metadata.generation;
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

interface HttpRoute {
  readonly metadata: { readonly generation: number };
  readonly status?: { readonly parents?: readonly { readonly conditions: readonly Condition[] }[] };
}

interface QueryAnswer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** Milliseconds since the epoch, on the clock of a load's records. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

async function reached(what: string, probeOnce: () => Promise<boolean>): Promise<number> {
  await until(what, probeOnce, { every: 10 });
  return now();
}
