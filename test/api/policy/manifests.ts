import fc from 'fast-check';

/** Manifests as people write them, for comparing what the API server makes of them with what we do. */

export type Manifest = Readonly<Record<string, unknown>>;

/** A record with some of these fields. */
function some(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Manifest> {
  return fc.record(fields, { requiredKeys: [] });
}

const flag = fc.boolean();
const amount = fc.constantFrom<unknown>('1', 2, '0.5', '100m', '1500m', 0.25, '1e3', '0.1m');
const size = fc.constantFrom<unknown>(
  '64Mi',
  '1024Mi',
  '1.5Gi',
  134217728,
  '128974848',
  '1G',
  '0.5Gi',
  '2048Ki',
);
const image = fc.constantFrom(
  'nginx',
  'nginx:latest',
  'nginx:1.27',
  'registry:5000/team/app',
  'registry:5000/team/app:v1',
  'nginx@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
);

const probe = fc
  .tuple(
    fc.constantFrom<Manifest>(
      { httpGet: { port: 80 } },
      { httpGet: { port: 'web', path: '/healthz', scheme: 'HTTPS' } },
      { tcpSocket: { port: 80 } },
      { grpc: { port: 80 } },
      { exec: { command: ['true'] } },
    ),
    some({
      initialDelaySeconds: fc.constantFrom(0, 5),
      periodSeconds: fc.constantFrom(0, 3),
      timeoutSeconds: fc.constantFrom(0, 2),
      failureThreshold: fc.constantFrom(0, 5),
    }),
  )
  .map(([action, times]) => ({ ...action, ...times }));

const securityContext = some({
  privileged: fc.constant(false),
  allowPrivilegeEscalation: flag,
  readOnlyRootFilesystem: flag,
  runAsNonRoot: flag,
  runAsUser: fc.constantFrom(0, 1000),
  capabilities: fc.constantFrom({ drop: ['ALL'] }, { add: ['NET_ADMIN'], drop: [] }, {}),
  seccompProfile: fc.constant({ type: 'RuntimeDefault' }),
  procMount: fc.constant('Default'),
});

const env = fc.constantFrom<Manifest>(
  { name: 'A', value: 'b' },
  { name: 'B', value: '' },
  { name: 'C' },
  { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
  { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: false } } },
);

function containers(name: string): fc.Arbitrary<readonly Manifest[]> {
  return fc
    .uniqueArray(
      fc
        .tuple(
          image,
          some({
            imagePullPolicy: fc.constantFrom('', 'Always', 'Never'),
            command: fc.constantFrom([], ['sh', '-c', 'true']),
            args: fc.constant(null),
            env: fc.uniqueArray(env, { selector: ({ name: key }) => key }),
            envFrom: fc.constantFrom([], [{ configMapRef: { name: 'c' } }]),
            tty: flag,
            stdin: flag,
            workingDir: fc.constantFrom('', '/tmp'),
            resources: fc.oneof(
              fc.constantFrom({}, null),
              fc.record({ limits: some({ cpu: fc.constant('4'), memory: fc.constant('8Gi') }) }),
              fc.record({ requests: some({ cpu: amount, memory: size }) }),
            ),
            ports: fc.constantFrom<readonly Manifest[]>(
              [],
              [{ containerPort: 80, name: 'web' }],
              [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 8080 }],
            ),
            securityContext,
            volumeMounts: fc.constantFrom<readonly Manifest[]>(
              [],
              [{ name: 'v0', mountPath: '/v0', readOnly: false }],
              [{ name: 'v0', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
            ),
            lifecycle: fc.constant({ preStop: { httpGet: { port: 80 } } }),
          }),
        )
        .map(([of, fields]) => ({ image: of, ...fields })),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.map((fields, index) => ({ name: `${name}${index}`, ...fields })));
}

const volumeSource = fc.constantFrom<Manifest>(
  {},
  { emptyDir: {} },
  { emptyDir: { sizeLimit: '0.5Gi', medium: 'Memory' } },
  { secret: { secretName: 's' } },
  { configMap: { name: 'c', defaultMode: 256, items: [{ key: 'k', path: 'p' }] } },
  { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
  { projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { secret: { name: 's' } }] } },
  { hostPath: { path: '/var/log' } },
  { hostPath: { path: '/var/log', type: 'Directory' } },
  { nfs: { server: 'nfs', path: '/', readOnly: false } },
  { persistentVolumeClaim: { claimName: 'data', readOnly: false } },
  { csi: { driver: 'csi.example.com', readOnly: false } },
  {
    ephemeral: {
      volumeClaimTemplate: {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
      },
    },
  },
  { iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
  { rbd: { monitors: ['10.0.0.1'], image: 'foo' } },
  { azureDisk: { diskName: 'd', diskURI: '/subscriptions/d' } },
  { image: { reference: 'registry/app:v1' } },
);

/** A pod's spec; of a template, what must restart for ever has no probes of its first containers. */
export const podSpecs: fc.Arbitrary<Manifest> = fc
  .tuple(
    containers('c'),
    fc.option(containers('i'), { nil: undefined, freq: 4 }),
    fc.array(volumeSource, { minLength: 1, maxLength: 4 }),
    fc.option(probe, { nil: undefined, freq: 2 }),
    some({
      hostNetwork: flag,
      hostPID: fc.constant(false),
      hostIPC: flag,
      hostUsers: fc.constant(true),
      shareProcessNamespace: fc.constant(false),
      automountServiceAccountToken: flag,
      serviceAccountName: fc.constantFrom('default', ''),
      enableServiceLinks: flag,
      terminationGracePeriodSeconds: fc.constantFrom(0, 5),
      securityContext: some({
        runAsNonRoot: flag,
        fsGroup: fc.constant(1000),
        supplementalGroups: fc.constant([]),
      }),
      nodeSelector: fc.constantFrom({}, { disk: 'ssd' }),
      tolerations: fc.constantFrom<readonly Manifest[]>(
        [],
        [{ operator: 'Exists' }],
        [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
        [{ key: 'gpu', value: 'yes' }],
      ),
      affinity: fc.constantFrom<Manifest>(
        {},
        {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
            ],
          },
        },
      ),
      imagePullSecrets: fc.constantFrom([], [{ name: 'pull' }]),
      hostname: fc.constantFrom('', 'me'),
      dnsConfig: fc.constant({ options: [{ name: 'ndots', value: '2' }] }),
      topologySpreadConstraints: fc.constant([
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
      ]),
    }),
  )
  .map(([all, init, sources, live, fields]) => ({
    containers: all.map((one, index) =>
      index === 0 && live !== undefined ? { ...one, livenessProbe: live } : one,
    ),
    ...(init === undefined ? {} : { initContainers: init.map(({ lifecycle: _, ...one }) => one) }),
    volumes: sources.map((source, index) => ({ name: `v${index}`, ...source })),
    ...fields,
  }));

const labels = { app: 'web' };
const annotations = fc.constantFrom<unknown>(undefined, {}, { note: 'yes' });

/** Something with a pod in it. */
export const workloads: fc.Arbitrary<Manifest> = fc
  .tuple(
    podSpecs,
    annotations,
    fc.constantFrom(
      'Pod',
      'Deployment',
      'ReplicaSet',
      'StatefulSet',
      'DaemonSet',
      'Job',
      'CronJob',
      'ReplicationController',
    ),
  )
  .map(([spec, annotated, kind]) =>
    workload(kind, spec, annotated === undefined ? {} : { annotations: annotated }),
  );

/** @param metadata besides the name */
export function workload(kind: string, spec: Manifest, metadata: Manifest = {}): Manifest {
  const template = { metadata: { labels }, spec };
  const once = { ...template, spec: { restartPolicy: 'Never', ...spec } };
  const named = { name: 'web', ...metadata };
  switch (kind) {
    case 'Pod':
      return { apiVersion: 'v1', kind, metadata: { ...named, labels }, spec };
    case 'ReplicationController':
      return { apiVersion: 'v1', kind, metadata: named, spec: { template } };
    case 'Job':
      return { apiVersion: 'batch/v1', kind, metadata: named, spec: { template: once } };
    case 'CronJob':
      return {
        apiVersion: 'batch/v1',
        kind,
        metadata: named,
        spec: { schedule: '@daily', jobTemplate: { spec: { template: once } } },
      };
    default:
      return {
        apiVersion: 'apps/v1',
        kind,
        metadata: named,
        spec: {
          selector: { matchLabels: labels },
          template,
          ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
        },
      };
  }
}

const port = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    some({ targetPort: fc.constantFrom<unknown>(8080, 'web', 0), protocol: fc.constantFrom('TCP', 'UDP') }),
  )
  .map(([number, fields]) => ({ name: `p${number}`, port: number, ...fields }));

export const services: fc.Arbitrary<Manifest> = fc
  .record({
    type: fc.constantFrom(undefined, 'ClusterIP', 'NodePort', 'LoadBalancer'),
    ports: fc.uniqueArray(port, { minLength: 1, maxLength: 3, selector: ({ port: number }) => number }),
    others: some({
      sessionAffinity: fc.constantFrom('None', 'ClientIP'),
      publishNotReadyAddresses: flag,
      selector: fc.constantFrom({}, labels),
      externalIPs: fc.constant(['198.51.100.1']),
    }),
  })
  .map(({ type, ports, others }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { ...(type === undefined ? {} : { type }), ports, ...others },
  }));
