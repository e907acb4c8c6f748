import type { Client } from '../client/client.ts';
import { type Clock, monotonicClock } from '../queue/clock.ts';
import type { Resource } from '../resources/resource.ts';
import { type DiscoveryAnswer, resourcesOf, type ServedResource } from './servedResource.ts';

export interface DiscoveryOptions {
  readonly client: Pick<Client, 'request'>;
  /** Milliseconds for which an answer is believed. Default 300,000. */
  readonly maxAge?: number;
  readonly clock?: Clock;
}

/** Which kind is meant. Without a version: the one that the server prefers. */
export interface KindQuery {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly version?: string;
}

/**
 * What the API server serves: Kubernetes' own resources, those of CustomResourceDefinitions, and those of aggregated
 * servers. Two requests answer everything, and the answer is kept; whoever learns that it has changed (a
 * CustomResourceDefinition came or went) says so by `expire`.
 *
 *     const discovery = new Discovery({ client });
 *     const routes = await discovery.find({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' });
 *     if (routes !== undefined) manager.follow({ resource: routes });
 *
 * Needs Kubernetes 1.30 or later.
 */
export class Discovery {
  readonly #client: Pick<Client, 'request'>;
  readonly #maxAge: number;
  readonly #clock: Clock;
  #known: { readonly at: number; readonly resources: Promise<readonly ServedResource[]> } | undefined;

  constructor({ client, maxAge = 300_000, clock = monotonicClock }: DiscoveryOptions) {
    this.#client = client;
    this.#maxAge = maxAge;
    this.#clock = clock;
  }

  /**
   * Every resource in every version, groups and versions in the server's order. Whoever asks while an answer is on its
   * way shares it. Rejects with an `ApiError` or a `ConnectionError`; that is not kept.
   */
  served(): Promise<readonly ServedResource[]> {
    const now = this.#clock.now();
    if (this.#known !== undefined && now - this.#known.at < this.#maxAge) return this.#known.resources;
    const asked = { at: now, resources: this.#ask() };
    this.#known = asked;
    asked.resources.catch(() => {
      if (this.#known === asked) this.#known = undefined;
    });
    return asked.resources;
  }

  /** Where a kind is served; `undefined` where it is not. */
  async find({ group, kind, version }: KindQuery): Promise<ServedResource | undefined> {
    const served = await this.served();
    return served.find(
      (resource) =>
        resource.group === group &&
        resource.kind === kind &&
        (version === undefined ? resource.preferred : resource.version === version),
    );
  }

  /** True if the server serves the resource in just that version. */
  async serves({ group, version, plural }: Resource): Promise<boolean> {
    const served = await this.served();
    return served.some(
      (resource) => resource.group === group && resource.version === version && resource.plural === plural,
    );
  }

  /** What is known may be wrong by now: the next question is asked of the server. */
  expire(): void {
    this.#known = undefined;
  }

  async #ask(): Promise<readonly ServedResource[]> {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const ask = (path: string) =>
      this.#client.request<DiscoveryAnswer>({ method: 'GET', path, headers: { accept } });
    const answers = await Promise.all([ask('/api'), ask('/apis')]);
    return answers.flatMap(resourcesOf);
  }
}
