import type { AdminApi } from '../controlPlane/adminApi.ts';
import { corefile } from './configuration.ts';

export const dnsImage = 'mainstay.test/coredns:1';

const namespace = 'kube-system';
const name = 'coredns';
/** What NetworkPolicies and dashboards know it by, whatever it is called. */
const labels = { 'k8s-app': 'kube-dns' };

/** Creates CoreDNS as every installer does: Service `kube-dns` in kube-system, with pods labelled `k8s-app: kube-dns`. */
export async function addDns(api: AdminApi, serviceAddress: string): Promise<void> {
  const metadata = { name, namespace };
  await api.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata,
  });
  await api.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'system:coredns' },
    rules: [
      { apiGroups: [''], resources: ['services', 'namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  });
  await api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'system:coredns' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  await api.create(`/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { Corefile: corefile },
  });
  await api.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec },
    },
  });
  await api.create(`/api/v1/namespaces/${namespace}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace, labels },
    spec: {
      clusterIP: serviceAddress,
      selector: labels,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  });
}

const podSpec = {
  serviceAccountName: name,
  dnsPolicy: 'Default',
  containers: [
    {
      name,
      image: dnsImage,
      imagePullPolicy: 'Never',
      args: ['-conf', '/etc/coredns/Corefile'],
      ports: [{ containerPort: 53, protocol: 'UDP' }],
      readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
      volumeMounts: [{ name: 'configuration', mountPath: '/etc/coredns' }],
    },
  ],
  volumes: [{ name: 'configuration', configMap: { name } }],
};
