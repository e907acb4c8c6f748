import { set } from '../projects.ts';
import type { Manifest } from '../server.ts';

/** Good Deployments, from which each case of the tables changes one. */

export type Base = 'canary' | 'blueGreen' | 'abTest' | 'rolling' | 'plain' | 'selective';

const match = {
  headers: [{ name: 'x-team', value: 'checkout', type: 'Exact' }],
  cookies: [{ name: 'beta', value: 'tester' }],
  query: [{ name: 'preview', value: '1' }],
};

/** Every field but those of the other strategies, and expressions of the selector. */
const canary = {
  replicas: 10,
  selector: { matchLabels: { app: 'checkout' } },
  template: {
    metadata: { labels: { app: 'checkout', tier: 'web' } },
    spec: {
      containers: [
        {
          name: 'app',
          image: 'registry.example.com/checkout:1',
          env: [{ name: 'LOG_LEVEL', value: 'info' }],
          ports: [{ name: 'http', containerPort: 8080 }],
          resources: { requests: { cpu: 0.5, memory: '64Mi' } },
        },
      ],
    },
  },
  minReadySeconds: 5,
  progressDeadlineSeconds: 600,
  revisionHistoryLimit: 5,
  paused: false,
  strategy: {
    type: 'Canary',
    canary: {
      maxSurge: '25%',
      maxUnavailable: 0,
      dynamicStableScale: true,
      stickiness: { cookie: 'seen', ttl: '1h' },
      steps: [
        { match: [match], replicas: 1, pause: {} },
        { mirror: '10%', pause: { duration: '5m' } },
        { weight: 5, pause: { duration: '1h30m' } },
        { weight: 25, replicas: '50%', analysis: { duration: '5m', metrics: ['errors', 'p99'] } },
        { weight: 50, analysis: {}, pause: {} },
        { weight: 100 },
      ],
    },
  },
  traffic: {
    ports: [
      { name: 'http', port: 80, targetPort: 'http', appProtocol: 'http' },
      { name: 'metrics', port: 81, targetPort: 9090 },
    ],
    gateway: {
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: 'public',
          namespace: 'gateways',
          sectionName: 'https',
          port: 443,
        },
      ],
      hostnames: ['shop.example.com'],
      path: '/',
      kind: 'HTTPRoute',
      preview: { hostnames: ['preview.shop.example.com'] },
    },
    drain: '30s',
    settle: '5s',
  },
  analysis: {
    interval: '15s',
    prometheus: {
      address: 'http://prometheus.monitoring:9090',
      secretRef: { name: 'prometheus', key: 'token' },
    },
    metrics: [
      {
        name: 'errors',
        preset: 'error-rate',
        max: '1%',
        failureLimit: 3,
        onNoData: 'Pause',
        onError: 'Fail',
        onInconclusive: 'Pass',
      },
      {
        name: 'errors-vs-stable',
        preset: 'error-rate',
        compare: { maxIncrease: '0.5%', confidence: 0.95 },
      },
      { name: 'p99', preset: 'latency', quantile: 0.99, max: 0.3 },
      { name: 'orders', query: 'sum(rate(orders_total{{{canary}}}[{{interval}}]))', min: '10' },
      {
        name: 'quality',
        web: {
          url: 'https://quality.example.com/checkout?of=canary',
          jsonPath: '{$.score}',
          headers: [
            { name: 'authorization', valueFrom: { secretKeyRef: { name: 'quality', key: 'token' } } },
            { name: 'accept', value: 'application/json' },
          ],
          timeout: '10s',
        },
        min: 0.9,
      },
      {
        name: 'smoke',
        job: {
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image: 'smoke' }] } },
        },
      },
    ],
  },
  rollback: { automatic: true, window: { revisions: 3 } },
  configSnapshots: { enabled: true, secrets: ['checkout-tls'] },
  request: { id: '7f3c', verb: 'Promote', revision: 12, step: 3 },
  adopt: true,
  deletionPolicy: 'Release',
};

const { strategy: _, analysis: __, ...withoutStrategy } = canary;
const { traffic: ___, ...withoutTraffic } = withoutStrategy;

const plain = {
  ...withoutTraffic,
  strategy: { type: 'Canary', canary: { steps: [{ weight: 20, pause: {} }, { weight: 60 }] } },
};

const specs: Readonly<Record<Base, object>> = {
  canary,
  blueGreen: {
    ...canary,
    strategy: {
      type: 'BlueGreen',
      blueGreen: {
        previewReplicas: 2,
        autoPromotion: true,
        autoPromotionAfter: '10m',
        scaleDownDelay: '30s',
        preAnalysis: { metrics: ['errors', 'smoke'] },
        postAnalysis: { duration: '5m', metrics: ['errors', 'p99'] },
      },
    },
  },
  abTest: {
    ...canary,
    strategy: {
      type: 'ABTest',
      abTest: {
        match: [match],
        replicas: '50%',
        duration: '168h',
        analysis: { metrics: ['orders', 'smoke'] },
      },
    },
  },
  rolling: {
    ...withoutStrategy,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  },
  plain,
  selective: {
    ...plain,
    selector: {
      ...plain.selector,
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['web', 'api'] },
        { key: 'legacy', operator: 'DoesNotExist' },
      ],
    },
  },
};

/** A good Deployment with other values at some fields (`spec.strategy.type`); undefined takes the field away. */
export function deploymentWith(
  changes: Readonly<Record<string, unknown>>,
  base: Base = 'canary',
): Deployment {
  const deployment = structuredClone({
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Deployment',
    metadata: { name: 'checkout', namespace: 'default' },
    spec: specs[base],
  });
  for (const [path, value] of Object.entries(changes)) set(deployment, path, value);
  return deployment;
}

interface Deployment extends Manifest {
  readonly spec: object;
}

/** The base that has the field which a case changes. */
export function baseOf(path: string): Base {
  if (path.startsWith('spec.strategy.blueGreen')) return 'blueGreen';
  if (path.startsWith('spec.strategy.abTest')) return 'abTest';
  if (path.startsWith('spec.selector.matchExpressions')) return 'selective';
  return path.startsWith('spec.strategy.rollingUpdate') ? 'rolling' : 'canary';
}
