import type { Client } from '../../../operator/client/client.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import type { Facts } from '../compile/index.ts';

/** What the API server is and serves. */
export interface Server {
  readonly facts: Facts['server'];
  /** The same list for as long as nothing was seen to change. */
  readonly served: readonly ServedResource[];
}

export interface Discoverer {
  served(): Promise<readonly ServedResource[]>;
  expire(): void;
}

/** Asks the API server for what it is. Discovery keeps its answer; the version is asked for with it. */
export class ServerFacts {
  readonly #client: Pick<Client, 'request'>;
  readonly #discovery: Discoverer;
  #known: Server | undefined;

  constructor(client: Pick<Client, 'request'>, discovery: Discoverer) {
    this.#client = client;
    this.#discovery = discovery;
  }

  /** What is known may be wrong by now. */
  expire(): void {
    this.#discovery.expire();
  }

  async get(signal: AbortSignal): Promise<Server> {
    const served = await this.#discovery.served();
    if (this.#known?.served === served) return this.#known;
    const version = await this.#client.request<{ readonly minor?: string }>({
      method: 'GET',
      path: '/version',
      signal,
    });
    const serves = (plural: string) =>
      served.some(
        (one) =>
          one.group === 'admissionregistration.k8s.io' && one.version === 'v1' && one.plural === plural,
      );
    this.#known = {
      served,
      facts: {
        // Some providers write `34+`.
        minor: Number.parseInt(version.minor ?? '', 10) || 30,
        validating: serves('validatingadmissionpolicies'),
        mutating: serves('mutatingadmissionpolicies'),
      },
    };
    return this.#known;
  }
}
