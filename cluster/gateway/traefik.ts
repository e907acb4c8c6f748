/** Traefik as the gateway of a real node: what it may do in the cluster, and how it is configured. Pure. */
import { stringify } from 'yaml';

/** As the API server knows it. */
export const traefikUser = 'traefik';

/** Of the one listener; also the entry point's, since Traefik finds a listener's entry point by its port. */
export const webPort = 80;
const adminPort = 8082;

export const adminUrl = (address: string): string => `http://${address}:${adminPort}`;
export const metricsTarget = (address: string): string => `${address}:${adminPort}`;

/**
 * What its Gateway API provider lists, watches and writes, and nothing else. Secrets and ConfigMaps too: it does not
 * start before it has listed them, for the certificates that Gateways and BackendTLSPolicies may name.
 */
export const traefikRules: readonly object[] = [
  {
    apiGroups: [''],
    resources: ['namespaces', 'services', 'secrets', 'configmaps'],
    verbs: ['list', 'watch'],
  },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  {
    apiGroups: ['gateway.networking.k8s.io'],
    resources: [
      'gatewayclasses',
      'gateways',
      'httproutes',
      'grpcroutes',
      'referencegrants',
      'backendtlspolicies',
    ],
    verbs: ['list', 'watch'],
  },
  {
    apiGroups: ['gateway.networking.k8s.io'],
    resources: [
      'gatewayclasses/status',
      'gateways/status',
      'httproutes/status',
      'grpcroutes/status',
      'backendtlspolicies/status',
    ],
    verbs: ['update'],
  },
];

/**
 * Traefik's own defaults wherever they decide how it behaves, so that a test meets what its users meet: two
 * configurations are at least 2 s apart. Only the latency buckets are finer than its own (0.1, 0.3, 1.2, 5 s), which
 * cannot tell 20 ms from 90 ms.
 */
export function traefikConfiguration(address: string): string {
  return stringify({
    entryPoints: {
      web: { address: `${address}:${webPort}` },
      admin: { address: metricsTarget(address) },
    },
    ping: { entryPoint: 'admin' },
    metrics: {
      prometheus: {
        entryPoint: 'admin',
        addServicesLabels: true,
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      },
    },
    providers: { kubernetesGateway: { statusAddress: { ip: address } } },
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'INFO' },
  });
}

/**
 * The name of a Service in the label `service` of Traefik's metrics. The word `http` stands there whatever the port is
 * called. Dashes make names ambiguous: `a-b/c` and `a/b-c` give the same.
 */
export function serviceLabel(namespace: string, service: string, port: number): string {
  return `${namespace}-${service}-http-${port}@kubernetesgateway`;
}
