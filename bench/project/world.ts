import type { KubernetesObject } from '../../operator/resources/object.ts';

/** Where the Secrets lie that every Project copies. */
const sharedNamespace = 'bench-shared';
const sharedNames = ['registry-pull', 'ca-bundle'] as const;

/** The environments of a Project; each is a namespace with nine objects in it. */
const environments = ['dev', 'prod', 'test', 'staging', 'load', 'preview', 'demo', 'canary'] as const;

/** What an environment comes to. */
export const objectsPerEnvironment = 10;

/** What a Project of two environments comes to. */
export const objectsPerProject = 2 * objectsPerEnvironment;

/** The name of the Project of that index, from 1 on: `bench-0001`. */
export function projectName(index: number): string {
  return `bench-${String(index).padStart(4, '0')}`;
}

/**
 * The Project of that index, from 1 on, with so many environments, at most eight. It uses what a real one uses, so that
 * each environment gets a namespace, quota, limits, both walls, a RoleBinding for each of the three roles, and two copied
 * Secrets. Quota is `Static`, since no peer could follow `Elastic`.
 */
export function projectOf(index: number, count = 2): KubernetesObject & { readonly spec: object } {
  const name = projectName(index);
  return {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Project',
    metadata: { name },
    spec: {
      description: `Project ${index} of the bench`,
      owners: [{ kind: 'Group', name: `${name}-team` }],
      access: [
        { role: 'edit', subjects: [{ kind: 'Group', name: `${name}-developers` }] },
        { role: 'view', subjects: [{ kind: 'Group', name: 'support' }] },
      ],
      quota: {
        mode: 'Static',
        hard: { pods: '40', 'requests.cpu': '8', 'requests.memory': '16Gi' },
      },
      limits: {
        default: { cpu: '500m', memory: '512Mi' },
        defaultRequest: { cpu: '100m', memory: '128Mi' },
      },
      network: {
        isolation: 'Strict',
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
            ports: [{ port: 9090 }],
          },
        ],
        egress: [{ to: [{ cidr: '203.0.113.0/24' }], ports: [{ port: 443 }] }],
      },
      podSecurity: 'restricted',
      secrets: sharedNames.map((secret) => ({
        name: secret,
        from: { namespace: sharedNamespace, name: secret },
      })),
      environments: environments.slice(0, count).map((environment, at) => ({
        name: environment,
        quota: { weight: at === 0 ? 1 : 3 },
      })),
    },
  };
}

/** The Secrets that every Project copies, after their namespace: to be made before the Projects. */
export function sharedSecrets(): readonly KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: sharedNamespace } },
    ...sharedNames.map((name) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: sharedNamespace,
        labels: { 'mainstay.dev/shared': 'true' },
        annotations: { 'mainstay.dev/shared-with': '*' },
      },
      type: 'Opaque',
      // About as long as a pull credential or a certificate.
      data: { content: Buffer.from(`${name} `.repeat(64)).toString('base64') },
    })),
  ];
}
