/** The objects of the traffic tests, with only what matters to a test spelt out. */
import { applicationImage } from './image.ts';

export interface Revision {
  /** Of the workload and its Service. */
  readonly name: string;
  /** What its pods answer with. */
  readonly revision: string;
  readonly replicas?: number;
  /** See behaviour.ts. */
  readonly behaviour?: string;
  /** Limit of its container, such as `128Mi`; none unless told. */
  readonly memory?: string;
  /** Beside, or in place of, what its container has here: another image, requests, variables, … */
  readonly container?: Readonly<Record<string, unknown>>;
}

/** A native Deployment of the test application, and a Service of its own. */
export function revisionObjects(wanted: Revision): readonly object[] {
  const { name, replicas = 1 } = wanted;
  const labels = { app: name };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: applicationPod(wanted) },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { selector: labels, ports: [{ name: 'web', port: 80, targetPort: 8080 }] },
    },
  ];
}

/** The spec of a pod of the test application. */
export function applicationPod({
  revision,
  behaviour = '',
  memory,
  container = {},
}: Pick<Revision, 'revision' | 'behaviour' | 'memory' | 'container'>): object {
  return {
    containers: [
      {
        name: 'application',
        image: applicationImage,
        imagePullPolicy: 'Never',
        env: [
          { name: 'REVISION', value: revision },
          { name: 'BEHAVIOUR', value: behaviour },
        ],
        ...(memory !== undefined && { resources: { limits: { memory } } }),
        ports: [{ name: 'http', containerPort: 8080 }],
        // A machine that is busy for seconds makes no pod unready.
        readinessProbe: {
          httpGet: { path: '/ready', port: 8080 },
          periodSeconds: 1,
          timeoutSeconds: 5,
          failureThreshold: 5,
        },
        ...container,
      },
    ],
  };
}

export interface Rollout extends Revision {
  /** What its route is attached to. */
  readonly parent: { readonly name: string; readonly namespace: string };
  /** Beside, or in place of, what a rollout has here: `strategy`, `analysis`, `request`, … */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Of `spec.traffic`, in the same way. */
  readonly traffic?: Readonly<Record<string, unknown>>;
}

/** Where the requests of a Deployment of ours go. */
export const hostnameOf = (name: string): string => `${name}.example.test`;
export const previewHostnameOf = (name: string): string => `preview.${name}.example.test`;

/** A Deployment of ours of the test application, behind the gateway. Its server drains 5 s, and so do its revisions. */
export function rollout(wanted: Rollout): object {
  const { name, replicas = 4, parent, spec = {}, traffic = {} } = wanted;
  const labels = { app: name };
  return {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: applicationPod(wanted) },
      traffic: {
        ports: [{ name: 'web', port: 80, targetPort: 'http' }],
        gateway: { parentRefs: [parent], hostnames: [hostnameOf(name)] },
        drain: '5s',
        ...traffic,
      },
      ...spec,
    },
  };
}

export interface Route {
  readonly parent: { readonly name: string; readonly namespace: string };
  readonly hostname: string;
  /** By the name of a Service. */
  readonly weights: Readonly<Record<string, number>>;
  /** Rules before the one that the weights are in. */
  readonly before?: readonly object[];
}

/** An HTTPRoute named `shop`. */
export function route({ parent, hostname, weights, before = [] }: Route): object {
  const backendRefs = Object.entries(weights).map(([name, weight]) => ({ name, port: 80, weight }));
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { parentRefs: [parent], hostnames: [hostname], rules: [...before, { backendRefs }] },
  };
}

/** Where a probe rule listens. */
export const probePath = '/.well-known/mainstay';

/**
 * A rule that the gateway answers by itself: a redirection to a host that is named after the token. It is in the same
 * route as the weights, so who gets this token's answer knows that this route's weights are served. A redirection of
 * the host is in the core of the Gateway API, that of the path is not.
 */
export function probeRule(token: string): object {
  return {
    matches: [{ path: { type: 'Exact', value: probePath } }],
    filters: [
      {
        type: 'RequestRedirect',
        requestRedirect: { hostname: `${token}.mainstay.invalid`, statusCode: 302 },
      },
    ],
  };
}
