import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import { commonLabels, type InstallOptions, installation, ports, selectorLabels } from './options.ts';

const { namespace, serviceAccount } = installation;

/** The operator's pods, how many of them a drain may take, and where its metrics are. */
export class WorkloadChart extends Chart {
  constructor(scope: Construct, options: InstallOptions) {
    super(scope, 'workload', {
      disableResourceNameHashes: true,
      labels: { ...commonLabels, ...selectorLabels },
    });
    new k8s.KubeService(this, 'metrics', {
      metadata: { name: 'mainstay-metrics', namespace },
      spec: {
        selector: { ...selectorLabels },
        ports: [{ name: 'metrics', port: ports.metrics, targetPort: k8s.IntOrString.fromString('metrics') }],
      },
    });
    new k8s.KubePodDisruptionBudget(this, 'disruption', {
      metadata: { name: 'mainstay', namespace },
      spec: {
        // Of one replica too a drain may take the one: nothing of ours is in the way of a request.
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: { ...selectorLabels } },
      },
    });
    new k8s.KubeDeployment(this, 'operator', {
      metadata: { name: 'mainstay', namespace },
      spec: {
        replicas: options.replicas,
        selector: { matchLabels: { ...selectorLabels } },
        template: {
          metadata: {
            labels: { ...commonLabels, ...selectorLabels },
            annotations: { 'kubectl.kubernetes.io/default-container': 'operator' },
          },
          spec: podSpec(options),
        },
      },
    });
  }
}

/** Meets the Pod Security Standard `restricted`, and reads nothing from its disk but itself. */
function podSpec({ image, grantableRoles, settings }: InstallOptions): k8s.PodSpec {
  return {
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    // A clean stop takes at most 30 s, and gives the lease up.
    terminationGracePeriodSeconds: 35,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { ...selectorLabels } },
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
    containers: [
      {
        name: 'operator',
        image,
        imagePullPolicy: 'IfNotPresent',
        env: Object.entries({
          MAINSTAY_PROJECT_GRANTABLE_ROLES: JSON.stringify(grantableRoles),
          ...settings,
        }).map(([name, value]) => ({ name, value })),
        ports: [
          { name: 'metrics', containerPort: ports.metrics },
          { name: 'probes', containerPort: ports.probes },
        ],
        startupProbe: { ...probe('/livez'), periodSeconds: 1, failureThreshold: 60 },
        livenessProbe: { ...probe('/livez'), periodSeconds: 10, failureThreshold: 3 },
        readinessProbe: { ...probe('/readyz'), periodSeconds: 5 },
        // Some 130 MB at rest with few Projects. No CPU limit: a throttled leader loses its lease.
        resources: {
          requests: quantities({ cpu: '100m', memory: '192Mi' }),
          limits: quantities({ memory: '512Mi' }),
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  };
}

function probe(path: string): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString('probes') }, timeoutSeconds: 5 };
}

function quantities(values: Readonly<Record<string, string>>): Record<string, k8s.Quantity> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, k8s.Quantity.fromString(value)]),
  );
}
