import { parseAllDocuments } from 'yaml';
import { type Manifest, workload } from './manifests.ts';

/** One and more of every kind, written as people write them. */
export const handMade: readonly Manifest[] = parseAllDocuments(`
{ apiVersion: v1, kind: Pod, metadata: { name: small }, spec: { containers: [{ name: a, image: a }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: guaranteed }, spec: { containers: [{ name: a, image: a, resources: { limits: { cpu: 1, memory: 1024Mi } } }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: burstable }, spec: { containers: [{ name: a, image: a, resources: { limits: { cpu: 1, memory: 1024Mi }, requests: { cpu: 100m } } }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: limited-as-a-whole }, spec: { resources: { requests: { memory: 64Mi }, limits: { cpu: 2, memory: 1Gi } }, containers: [{ name: a, image: a, resources: { requests: { cpu: 100m, memory: 16Mi } } }, { name: b, image: a, resources: { limits: { cpu: 1 } } }, { name: c, image: a }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: limited-alone }, spec: { resources: { limits: { cpu: 2, memory: 1024Mi } }, containers: [{ name: a, image: a }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: asking-as-a-whole }, spec: { resources: { requests: { memory: 64Mi } }, containers: [{ name: a, image: a, resources: { requests: { cpu: 100m } } }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: limited-beside-preparing }, spec: { resources: { limits: { cpu: 4, memory: 4Gi } }, initContainers: [{ name: a, image: a, resources: { requests: { cpu: 2, memory: 0.5Gi } } }, { name: b, image: a, restartPolicy: Always, resources: { requests: { cpu: 500m, memory: 100M } } }, { name: c, image: a, resources: { requests: { cpu: 2 } } }], containers: [{ name: d, image: a, resources: { requests: { cpu: 0.25, memory: 256Mi } } }, { name: e, image: a, resources: { requests: { cpu: 1m, memory: 1k } } }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: guaranteed-as-a-whole }, spec: { resources: { limits: { cpu: 1, memory: 1073741824 } }, containers: [{ name: a, image: a, resources: { requests: { cpu: 500m, memory: 512Mi } } }, { name: b, image: a, resources: { requests: { cpu: 500m, memory: 512Mi } } }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: huge-pages-in-an-asking-whole }, spec: { resources: { requests: { memory: 64Mi } }, containers: [{ name: a, image: a, resources: { limits: { hugepages-2Mi: 4Mi }, requests: { cpu: 100m } } }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: huge-pages-in-a-limited-whole }, spec: { resources: { limits: { cpu: 2, hugepages-2Mi: 16Mi } }, initContainers: [{ name: a, image: a, resources: { limits: { cpu: 1, hugepages-1Gi: 3Gi } } }], containers: [{ name: b, image: a, resources: { limits: { cpu: 1, hugepages-2Mi: 4Mi, hugepages-1Gi: 1Gi } } }, { name: c, image: a, resources: { limits: { cpu: 1, hugepages-1Gi: 1Gi } } }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: critical }, spec: { priorityClassName: system-node-critical, containers: [{ name: a, image: a }] } }
---
{ apiVersion: v1, kind: Pod, metadata: { name: spread, labels: { app: web } }, spec: { containers: [{ name: a, image: a, unknown: field, ports: null }], nodeSelector: null, hostAliases: [{ ip: 10.0.0.1 }] } }
---
{ apiVersion: apps/v1, kind: Deployment, metadata: { name: recreated }, spec: { replicas: 0, paused: false, strategy: { type: Recreate }, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { serviceAccount: other, containers: [{ name: a, image: a }] } } } }
---
{ apiVersion: apps/v1, kind: Deployment, metadata: { name: rolling }, spec: { minReadySeconds: 0, strategy: { rollingUpdate: { maxSurge: 2 } }, selector: { matchLabels: { a: b }, matchExpressions: [] }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } } } }
---
{ apiVersion: apps/v1, kind: DaemonSet, metadata: { name: on-delete }, spec: { updateStrategy: { type: OnDelete }, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { hostNetwork: true, containers: [{ name: a, image: a, ports: [{ containerPort: 80 }] }] } } } }
---
{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: claims }, spec: { serviceName: a, updateStrategy: { type: RollingUpdate }, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } }, volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1024Mi } } } }] } }
---
{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: partitioned }, spec: { updateStrategy: { rollingUpdate: { partition: 2 } }, persistentVolumeClaimRetentionPolicy: { whenScaled: Delete }, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } } } }
---
{ apiVersion: batch/v1, kind: Job, metadata: { name: parallel, labels: { own: label } }, spec: { parallelism: 3, backoffLimitPerIndex: 1, completions: 3, completionMode: Indexed, template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } } }
---
{ apiVersion: batch/v1, kind: Job, metadata: { name: by-hand }, spec: { manualSelector: true, selector: { matchLabels: { a: b } }, podFailurePolicy: { rules: [{ action: Ignore, onPodConditions: [{ type: DisruptionTarget }] }] }, template: { metadata: { labels: { a: b } }, spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } } }
---
{ apiVersion: v1, kind: PodTemplate, metadata: { name: template }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a, resources: { limits: { cpu: 1 } } }] } } }
---
{ apiVersion: v1, kind: Service, metadata: { name: headless }, spec: { clusterIP: None, selector: { a: b }, ports: [{ port: 80 }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: elsewhere }, spec: { type: ExternalName, externalName: example.com } }
---
{ apiVersion: v1, kind: Service, metadata: { name: sticky }, spec: { sessionAffinity: ClientIP, ports: [{ port: 80, targetPort: web }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: local }, spec: { type: LoadBalancer, externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: empty } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: full, labels: {}, annotations: { a: "" } }, data: { a: b, c: "" }, immutable: false }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { generateName: some- }, data: { a: b } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: texts }, data: { a: YQ== }, stringData: { a: other, b: text } }
---
{ apiVersion: v1, kind: ServiceAccount, metadata: { name: account }, automountServiceAccountToken: false, secrets: [] }
---
{ apiVersion: v1, kind: Namespace, metadata: { name: fresh, labels: { team: a } } }
---
{ apiVersion: v1, kind: PersistentVolume, metadata: { name: volume }, spec: { capacity: { storage: 1024Mi }, accessModes: [ReadWriteOnce], hostPath: { path: /data } } }
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: claim }, spec: { storageClassName: "", accessModes: [ReadWriteOnce], resources: { requests: { storage: 0.5Gi } } } }
---
{ apiVersion: v1, kind: LimitRange, metadata: { name: limits }, spec: { limits: [{ type: Container, max: { cpu: 2 }, min: { memory: 64Mi } }, { type: Pod, max: { cpu: 4 } }] } }
---
{ apiVersion: v1, kind: ResourceQuota, metadata: { name: quota }, spec: { hard: { pods: 10, requests.cpu: 1.5 } } }
---
{ apiVersion: v1, kind: ReplicationController, metadata: { name: old }, spec: { template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } } } }
---
{ apiVersion: v1, kind: Endpoints, metadata: { name: ends }, subsets: [{ addresses: [{ ip: 198.51.100.1 }], ports: [{ port: 80 }] }] }
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: ingress }, spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }], from: [{ podSelector: {} }] }] } }
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: egress }, spec: { podSelector: {}, egress: [{}] } }
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: nothing }, spec: { podSelector: {}, policyTypes: [Ingress], ingress: [] } }
---
{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: web }, spec: { rules: [{ host: example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] } }
---
{ apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: { name: class }, spec: { controller: example.com/c, parameters: { kind: K, name: n } } }
---
{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: nothing } }
---
{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: reader }, rules: [{ apiGroups: [""], resources: [pods], verbs: [get], resourceNames: [] }] }
---
{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: { name: binding }, roleRef: { kind: Role, name: nothing }, subjects: [{ kind: User, name: ann }, { kind: ServiceAccount, name: default, namespace: default }] }
---
{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: { name: binding }, roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view } }
---
{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: budget }, spec: { maxUnavailable: 1, selector: { matchLabels: { a: b } } } }
---
{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: scaler }, spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } } }
---
{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: memory }, spec: { minReplicas: 2, maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, metrics: [{ type: Resource, resource: { name: memory, target: { type: AverageValue, averageValue: 1024Mi } } }] } }
---
{ apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: { name: scaler }, spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } } }
---
{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: high }, value: 1000, globalDefault: false }
---
{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: fast }, provisioner: example.com/p, allowVolumeExpansion: false }
---
{ apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: { name: csi.example.com }, spec: {} }
---
{ apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: { name: sandboxed }, handler: runsc }
---
{ apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: { name: lease }, spec: { leaseDurationSeconds: 15 } }
---
{ apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: { name: slice }, addressType: IPv4, endpoints: [{ addresses: [198.51.100.1] }], ports: [{ port: 80 }] }
`).map((document): Manifest => document.toJS());

const spec = { containers: [{ name: 'a', image: 'a' }] };

/** What no API server takes, and the place of what is wrong. */
export const refused: readonly (readonly [string, Manifest, string])[] = [
  ['a number as an annotation', workload('Pod', spec, { annotations: { a: 1 } }), 'metadata/annotations/a'],
  [
    'a text as a port',
    workload('Deployment', container({ ports: [{ containerPort: '80' }] })),
    'spec/template/spec/containers/0/ports/0/containerPort',
  ],
  ['a map as a list', workload('Pod', { containers: { name: 'a' } }), 'spec/containers'],
  ['a list as a map', workload('Pod', { ...spec, nodeSelector: ['a'] }), 'spec/nodeSelector'],
  ['a text as a flag', workload('Pod', { ...spec, hostNetwork: 'true' }), 'spec/hostNetwork'],
  [
    'no amount',
    workload('Pod', container({ resources: { limits: { cpu: 'lots' } } })),
    'spec/containers/0/resources/limits/cpu',
  ],
  ['half a container', workload('Pod', { containers: ['a'] }), 'spec/containers/0'],
  [
    'a flag as a variable',
    workload('Pod', container({ env: [{ name: 'A', value: true }] })),
    'spec/containers/0/env/0/value',
  ],
  [
    'a fraction of a second',
    workload('Pod', { ...spec, terminationGracePeriodSeconds: 1.5 }),
    'spec/terminationGracePeriodSeconds',
  ],
];

function container(fields: object): Manifest {
  return { containers: [{ name: 'a', image: 'a', ...fields }] };
}
