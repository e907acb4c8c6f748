import { eachOf, isRecord, record, text } from './json.ts';
import type { Defaulter, Json } from './shape.ts';

/** What is filled in of all the rest. */
export const otherDefaults: Readonly<Record<string, Defaulter>> = {
  'core.v1.PersistentVolumeClaimSpec': (spec) => ({ volumeMode: 'Filesystem', ...spec }),
  'core.v1.PersistentVolumeSpec': (spec) => ({
    persistentVolumeReclaimPolicy: 'Retain',
    volumeMode: 'Filesystem',
    ...spec,
  }),
  'core.v1.LimitRangeItem': (item) => {
    if (item.type !== 'Container') return item;
    const limits = { ...record(item.max), ...record(item.default) };
    const requests = { ...record(item.min), ...limits, ...record(item.defaultRequest) };
    return {
      ...item,
      ...(Object.keys(limits).length > 0 ? { default: limits } : {}),
      ...(Object.keys(requests).length > 0 ? { defaultRequest: requests } : {}),
    };
  },
  'core.v1.EndpointPort': (port) => ({ protocol: 'TCP', ...port }),
  'networking.v1.NetworkPolicySpec': (spec) => ({
    policyTypes: ['Ingress', ...(spec.egress === undefined ? [] : ['Egress'])],
    ...spec,
  }),
  'networking.v1.NetworkPolicyPort': (port) => ({ protocol: 'TCP', ...port }),
  'networking.v1.IngressClassParametersReference': (parameters) => ({ scope: 'Cluster', ...parameters }),
  'rbac.v1.RoleRef': (reference) => ({ ...reference, apiGroup: text(reference.apiGroup) || rbac }),
  'rbac.v1.Subject': (subject) =>
    ['User', 'Group'].includes(text(subject.kind)) ? { apiGroup: rbac, ...subject } : subject,
  'discovery.v1.EndpointPort': (port) => ({ name: '', protocol: 'TCP', ...port }),
  'autoscaling.v1.HorizontalPodAutoscalerSpec': (spec) => ({
    minReplicas: 1,
    targetCPUUtilizationPercentage: 80,
    ...spec,
  }),
  'autoscaling.v2.HorizontalPodAutoscalerSpec': (spec) => ({
    minReplicas: 1,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ],
    ...(isRecord(spec.behavior) ? { ...spec, behavior: scaling(spec.behavior) } : spec),
  }),
  'storage.v1.CSIDriverSpec': (spec) => ({
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
    ...spec,
  }),
};

const rbac = 'rbac.authorization.k8s.io';

function scaling({ scaleUp, scaleDown }: Json): Json {
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
      ...record(scaleUp),
    },
    scaleDown: {
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      ...record(scaleDown),
    },
  };
}

/** Stands for the address that the server would take: one that nobody has (RFC 5737). */
const someAddress = '192.0.2.1';
/** Stands for the port that the server would take. */
const someNodePort = 30_000;

export function serviceDefaulted(service: Json): Json {
  const given = record(service.spec);
  const { type = 'ClusterIP', sessionAffinity = 'None' } = given;
  const external = type === 'ExternalName';
  const exposed = type === 'NodePort' || type === 'LoadBalancer';
  const reachable = exposed || (type === 'ClusterIP' && given.externalIPs !== undefined);
  const allocates = type === 'NodePort' || given.allocateLoadBalancerNodePorts !== false;
  const { sessionAffinityConfig: affinity, ...spec } = eachOf(given, 'ports', (port) => ({
    ...port,
    targetPort: [undefined, 0, ''].some((none) => none === port.targetPort) ? port.port : port.targetPort,
    ...(exposed && allocates ? { nodePort: port.nodePort ?? someNodePort } : {}),
  }));
  return {
    ...service,
    spec: {
      ...(external ? {} : addressed(spec)),
      ...(reachable ? { externalTrafficPolicy: 'Cluster' } : {}),
      ...(external ? {} : { internalTrafficPolicy: 'Cluster' }),
      ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
      ...(type === 'LoadBalancer' && given.externalTrafficPolicy === 'Local'
        ? { healthCheckNodePort: someNodePort }
        : {}),
      ...spec,
      type,
      sessionAffinity,
      ...(sessionAffinity === 'ClientIP'
        ? {
            sessionAffinityConfig: {
              clientIP: { timeoutSeconds: 10_800, ...record(record(affinity).clientIP) },
            },
          }
        : {}),
    },
    status: { loadBalancer: {} },
  };
}

function addressed({ clusterIP = someAddress, ipFamilyPolicy = 'SingleStack' }: Json): Json {
  const headless = clusterIP === 'None';
  return {
    clusterIP,
    clusterIPs: [clusterIP],
    ipFamilies: [!headless && text(clusterIP).includes(':') ? 'IPv6' : 'IPv4'],
    ipFamilyPolicy,
  };
}

/** What was given as text becomes bytes. */
export function secretDefaulted({ stringData, ...secret }: Json): Json {
  const texts = Object.entries(record(stringData)).map(([key, value]) => [
    key,
    Buffer.from(text(value)).toString('base64'),
  ]);
  const data = { ...record(secret.data), ...Object.fromEntries(texts) };
  return { type: 'Opaque', ...secret, ...(Object.keys(data).length > 0 ? { data } : {}) };
}

/** A namespace has its name as a label. */
export function namespaceDefaulted(namespace: Json): Json {
  const metadata = record(namespace.metadata);
  const name = text(metadata.name);
  const labels = { ...record(metadata.labels), 'kubernetes.io/metadata.name': name };
  return {
    ...namespace,
    metadata: name === '' ? metadata : { ...metadata, labels },
    spec: { finalizers: ['kubernetes'], ...record(namespace.spec) },
    status: { phase: 'Active' },
  };
}
