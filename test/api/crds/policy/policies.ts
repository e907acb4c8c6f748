import { set } from '../projects.ts';
import type { Manifest } from '../server.ts';

/** Good Policies, from which each case of the tables changes one. */

export type Base = 'workloads' | 'resources';

const selector = {
  matchLabels: { team: 'payments' },
  matchExpressions: [
    { key: 'tier', operator: 'In', values: ['web', 'api'] },
    { key: 'legacy', operator: 'DoesNotExist' },
  ],
};

/** Every field but those of the other base. */
const workloads = {
  title: 'Containers state their requests',
  description: 'A scheduler that does not know what a pod needs\nputs too many on a node.',
  severity: 'medium',
  controls: [{ framework: 'CIS-Kubernetes-1.10', id: '5.x' }],
  match: {
    workloads: true,
    projects: ['payments'],
    environments: ['prod'],
    namespaces: ['payments-prod', 'kube-system'],
    namespaceSelector: selector,
    objectSelector: selector,
    exclude: [
      {
        projects: ['payments'],
        environments: ['dev'],
        namespaces: ['payments-dev'],
        kinds: ['CronJob'],
        names: ['batch-*'],
        namespaceSelector: selector,
        objectSelector: selector,
      },
    ],
  },
  params: { registries: ['registry.example.com'], limit: 3, ratio: 0.5, nested: { a: [1, 'b', null] } },
  variables: [{ name: 'containers', expression: 'podSpec.containers' }],
  rules: [
    {
      name: 'cpu',
      expression: "variables.containers.all(c, has(c.resources.requests) && 'cpu' in c.resources.requests)",
      message: 'every container must request cpu',
    },
    {
      name: 'registry',
      expression: 'variables.containers.all(c, params.registries.exists(r, c.image.startsWith(r)))',
      messageExpression: "'images come from ' + params.registries.join(', ')",
    },
  ],
  enforcement: 'Audit',
  promotion: { to: 'Deny', afterCleanFor: '24h' },
  exceptions: [
    {
      name: 'legacy-batch',
      match: { namespaces: ['old-payments'] },
      reason: 'migrating',
      expires: '2027-01-31',
    },
  ],
  fix: {
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: { expression: 'Object{spec: Object.spec{automountServiceAccountToken: false}}' },
      },
      {
        patchType: 'JSONPatch',
        jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/metadata/labels/fixed', value: 'yes'}]" },
      },
    ],
    existing: 'Suggest',
  },
  request: { id: '7f3c', verb: 'RevertFixes' },
};

const { match: _, promotion: __, ...rest } = workloads;

const specs: Readonly<Record<Base, object>> = {
  workloads,
  resources: {
    ...rest,
    match: {
      resources: [
        {
          apiGroups: ['networking.k8s.io'],
          apiVersions: ['v1'],
          resources: ['ingresses'],
          operations: ['CREATE', 'UPDATE', 'DELETE'],
        },
        { apiGroups: [''], resources: ['pods/exec', 'pods/attach'], operations: ['CONNECT'] },
      ],
    },
    enforcement: 'Deny',
  },
};

/** A good Policy with other values at some fields (`spec.rules[0].name`); undefined takes the field away. */
export function policyWith(
  changes: Readonly<Record<string, unknown>>,
  base: Base = 'workloads',
): PolicyManifest {
  const policy = structuredClone({
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'require-requests' },
    spec: specs[base],
  });
  for (const [path, value] of Object.entries(changes)) set(policy, path, value);
  return policy;
}

interface PolicyManifest extends Manifest {
  readonly spec: object;
}

/** The base that has the field which a case changes. */
export function baseOf(path: string): Base {
  return path.startsWith('spec.match.resources') ? 'resources' : 'workloads';
}
