import type { HttpClient, NetworkPolicy } from '../../operator/index.ts';
import { namespaces, networkPolicies } from '../../operator/index.ts';

/** Objects that share a namespace. */
const perNamespace = 500;

/** As many requests at a time as keep an API server on two cores busy. */
const inFlight = 32;

/** Creates so many NetworkPolicies of the size that an operator's are, some 1.7 kB each as the server answers them. */
export async function createPolicies(client: HttpClient, count: number): Promise<void> {
  const spaces = Math.ceil(count / perNamespace);
  await each(spaces, async (index) => {
    const metadata = { name: namespaceName(index) };
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  });
  await each(count, async (index) => {
    await client.create(networkPolicies, policy(index));
  });
}

async function each(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

function namespaceName(index: number): string {
  return `bench-${String(index).padStart(3, '0')}`;
}

function policy(index: number): NetworkPolicy {
  const team = `team-${index % 97}`;
  const namespace = namespaceName(Math.floor(index / perNamespace));
  const peer = (name: string) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: `policy-${index}`,
      namespace,
      labels: { 'app.kubernetes.io/name': `service-${index}`, 'app.kubernetes.io/part-of': team },
      annotations: { 'example.dev/owner': `${team}@example.dev` },
    },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': `service-${index}` } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [peer(namespace), peer('monitoring')], ports: [{ port: 8080, protocol: 'TCP' }] },
        { from: [peer('gateway')], ports: [{ port: 8443, protocol: 'TCP' }] },
      ],
      egress: [
        { to: [peer('kube-system')], ports: [{ port: 53, protocol: 'UDP' }] },
        { to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 443, protocol: 'TCP' }] },
      ],
    },
  };
}
