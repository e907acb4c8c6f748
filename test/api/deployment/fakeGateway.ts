import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Gateway, gatewayClasses, gateways } from '../../../controllers/deployment/route/gateway.ts';
import { grpcRoutes, httpRoutes, type Route } from '../../../controllers/deployment/route/routes.ts';
import { type HttpClient, isNotFound, type KubernetesObject } from '../../../operator/index.ts';
import { untilEstablished } from '../../installation.ts';
import type { Kubectl } from '../../kubectl.ts';

/**
 * Stands in for a gateway's controller: says of each route that it is taken, or why not. What a real one serves is shown
 * end to end; here it is about what we do with what it says.
 */
export class FakeGateway {
  /** What it says of routes. */
  problem: string | undefined;
  /** It says of routes that it takes them, and goes on serving what it had. */
  slow = false;
  readonly #served = new Map<string, Route>();
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #client: HttpClient;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  private constructor(client: HttpClient) {
    this.#client = client;
    this.#running = this.#run();
    this.#running.catch(() => {});
  }

  static async start(kubectl: Kubectl, client: HttpClient): Promise<FakeGateway> {
    await kubectl.apply([
      definition('HTTPRoute', 'httproutes', 'Namespaced'),
      definition('GRPCRoute', 'grpcroutes', 'Namespaced'),
      definition('Gateway', 'gateways', 'Namespaced'),
      definition('GatewayClass', 'gatewayclasses', 'Cluster'),
    ]);
    for (const { plural, group } of [httpRoutes, grpcRoutes, gateways, gatewayClasses])
      await untilEstablished(kubectl, `${plural}.${group}`);
    const apiVersion = 'gateway.networking.k8s.io/v1';
    await kubectl.apply([
      {
        apiVersion,
        kind: 'GatewayClass',
        metadata: { name: 'fake' },
        spec: { controllerName: 'example.com/fake' },
      },
      {
        apiVersion,
        kind: 'Gateway',
        metadata: { name: 'public', namespace: 'default' },
        spec: { gatewayClassName: 'fake' } satisfies Gateway['spec'],
      },
    ]);
    const gateway = new FakeGateway(client);
    await gateway.#listen();
    return gateway;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    const name = { namespace: 'default', name: 'public' };
    const listeners = [{ name: 'web', port, protocol: 'HTTP' }];
    await this.#client.patch(gateways, name, { type: 'merge', body: { spec: { listeners } } });
    const body = { status: { addresses: [{ value: '127.0.0.1' }] } };
    await this.#client.patch(gateways, name, { type: 'merge', body }, { subresource: 'status' });
  }

  /** As much of a gateway as redirects are. */
  #answer({ url, headers }: IncomingMessage, response: ServerResponse): void {
    for (const { spec } of this.#served.values()) {
      if (spec.hostnames?.includes(headers.host ?? '') !== true) continue;
      for (const { matches, filters } of spec.rules ?? []) {
        const [filter] = filters ?? [];
        if (matches?.[0]?.path?.value !== url || filter?.type !== 'RequestRedirect') continue;
        const { hostname, statusCode } = filter.requestRedirect;
        response.writeHead(statusCode, { location: `http://${hostname}${url}` }).end();
        return;
      }
    }
    response.writeHead(404).end();
  }

  /** Weights of a route's last rule, by the Services' names. */
  async weights(name: string): Promise<Readonly<Record<string, number>>> {
    const route = await this.#client.get<Route>(httpRoutes, { namespace: 'default', name });
    const backends = route.spec.rules?.at(-1)?.backendRefs ?? [];
    return Object.fromEntries(backends.map((backend) => [backend.name, backend.weight ?? 1]));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { items } = await this.#client.list<Route>(httpRoutes, { namespace: 'default' });
      for (const route of items) {
        await this.#judge(route);
        if (!this.slow && this.problem === undefined) this.#served.set(route.metadata.name, route);
      }
      await pause(100, undefined, { signal }).catch(() => {});
    }
  }

  async #judge(route: Route): Promise<void> {
    const { name, generation = 0 } = route.metadata;
    const accepted = this.problem === undefined ? 'True' : 'False';
    const known = route.status?.parents?.[0]?.conditions?.find(({ type }) => type === 'Accepted');
    if (known?.observedGeneration === generation && known.status === accepted) return;
    const condition = (type: string, status: string, message: string) => ({
      type,
      status,
      reason: status === 'True' ? type : 'Refused',
      message,
      observedGeneration: generation,
      lastTransitionTime: new Date().toISOString(),
    });
    const conditions = [
      condition('Accepted', accepted, this.problem ?? ''),
      condition('ResolvedRefs', 'True', ''),
    ];
    const parents = [{ parentRef: { name: 'public' }, controllerName: 'example.com/fake', conditions }];
    const body = { status: { parents } };
    await this.#client
      .patch<KubernetesObject>(
        httpRoutes,
        { namespace: 'default', name },
        { type: 'merge', body },
        { subresource: 'status' },
      )
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}

/** As much of Gateway API's kinds as it takes here: any content, and a status. */
function definition(kind: string, plural: string, scope: 'Namespaced' | 'Cluster'): object {
  const group = 'gateway.networking.k8s.io';
  const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // Groups of Kubernetes' own are kept for what was approved.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, test-only' },
    },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: any, status: any } } },
        },
      ],
    },
  };
}
