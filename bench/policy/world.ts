/** What is looked at: namespaces of ten workloads with ten pods each, of which two break some rules. */

export interface Size {
  readonly pods: number;
  readonly namespaces: number;
}

/** Of each namespace. */
export const workloads = 10;

export function namespaceNames({ namespaces }: Pick<Size, 'namespaces'>): readonly string[] {
  return Array.from({ length: namespaces }, (_, index) => `bench-${String(index + 1).padStart(3, '0')}`);
}

/** The pods of one of the namespaces. */
export function podsOf(namespace: string, { pods, namespaces }: Size): readonly object[] {
  return Array.from({ length: Math.round(pods / namespaces) }, (_, index) =>
    podOf(namespace, index % workloads, Math.floor(index / workloads)),
  );
}

/** Like what a team runs: about 4 KB as the API server has it. Nothing schedules it. */
export function podOf(namespace: string, workload: number, replica: number, good = isGood(workload)): object {
  const app = `app-${workload}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${app}-6d5f7c9b8-${String(replica).padStart(5, 'x')}`,
      namespace,
      labels: { ...labelsOf(namespace, workload), 'pod-template-hash': '6d5f7c9b8' },
      annotations: annotationsOf(workload),
    },
    spec: podSpecOf(workload, good),
  };
}

/** What makes such pods, as a team writes it. */
export function deploymentOf(namespace: string, workload: number): object {
  const labels = labelsOf(namespace, workload);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `app-${workload}`, namespace, labels },
    spec: {
      replicas: 10,
      selector: { matchLabels: { 'app.kubernetes.io/instance': labels['app.kubernetes.io/instance'] } },
      template: {
        metadata: { labels, annotations: annotationsOf(workload) },
        spec: podSpecOf(workload, isGood(workload)),
      },
    },
  };
}

function isGood(workload: number): boolean {
  return workload % 5 !== 0;
}

function labelsOf(namespace: string, workload: number) {
  const app = `app-${workload}`;
  return {
    'app.kubernetes.io/name': app,
    'app.kubernetes.io/instance': `${namespace}-${app}`,
    'app.kubernetes.io/version': `1.${workload}.0`,
    team: namespace,
  };
}

function annotationsOf(workload: number): object {
  return {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': '9090',
    'checksum/config': `${workload}`.repeat(64),
  };
}

function podSpecOf(workload: number, good: boolean): object {
  const app = `app-${workload}`;
  const secure = good
    ? {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      }
    : { readOnlyRootFilesystem: true };
  return {
    schedulerName: 'nobody',
    ...(good && { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } }),
    initContainers: [container('migrate', app, workload, secure, [])],
    containers: [
      container('main', app, workload, secure, [
        { name: 'http', containerPort: 8080 },
        { name: 'metrics', containerPort: 9090 },
      ]),
      container('proxy', 'proxy', 1, secure, [{ name: 'proxy', containerPort: 15000 }]),
    ],
    volumes: [
      { name: 'config', configMap: { name: `${app}-config` } },
      { name: 'tmp', emptyDir: {} },
    ],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': app } },
      },
    ],
  };
}

function container(
  name: string,
  image: string,
  version: number,
  securityContext: object,
  ports: readonly object[],
): object {
  return {
    name,
    image: `registry.example.com/shop/${image}:1.${version}.0`,
    args: ['--config=/etc/app/config.yaml', '--log-format=json'],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'DATABASE', valueFrom: { secretKeyRef: { name: `${image}-database`, key: 'url' } } },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    ...(ports.length > 0 && {
      ports,
      readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 5 },
      livenessProbe: { httpGet: { path: '/live', port: 8080 }, periodSeconds: 10 },
    }),
    volumeMounts: [
      { name: 'config', mountPath: '/etc/app', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    securityContext,
  };
}
