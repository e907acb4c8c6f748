/** A Project that uses every field, from which each case of the tables changes one. */
function goodProject(): Record<string, unknown> {
  return {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Project',
    metadata: { name: 'payments' },
    spec: {
      description: 'Card payments',
      owners: [
        { kind: 'Group', name: 'payments-team' },
        { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' },
      ],
      access: [{ role: 'view', subjects: [{ kind: 'Group', name: 'support' }] }],
      quota: { hard: { 'requests.cpu': '20', 'requests.memory': '64Gi', pods: '200' }, mode: 'Elastic' },
      limits: {
        default: { cpu: '500m', memory: '512Mi' },
        defaultRequest: { cpu: '100m', memory: '128Mi' },
        min: { cpu: '50m' },
        max: { cpu: '4', memory: '8Gi' },
        maxLimitRequestRatio: { cpu: '10' },
      },
      network: {
        isolation: 'Strict',
        ingress: [
          {
            from: [{ project: 'storefront', environment: 'prod' }],
            ports: [{ port: 8443, protocol: 'TCP' }],
          },
          {
            from: [
              {
                namespaceSelector: { matchLabels: { 'example.com/team': 'monitoring' } },
                podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['prometheus'] }] },
              },
            ],
          },
          { from: [{ gateways: true }] },
        ],
        egress: [
          {
            to: [{ cidr: '203.0.113.0/24', except: ['203.0.113.8/29'] }],
            ports: [{ port: 443, endPort: 450 }],
          },
          { to: [{ internet: true }] },
          { to: [{ apiServer: true }] },
        ],
      },
      podSecurity: 'restricted',
      secrets: [{ name: 'registry-pull', from: { namespace: 'platform', name: 'registry-pull' } }],
      environments: [
        { name: 'dev', quota: { weight: 1 }, podSecurity: 'baseline' },
        {
          name: 'prod',
          quota: { weight: 3, hard: { 'requests.cpu': '4' } },
          access: [{ role: 'edit', subjects: [{ kind: 'Group', name: 'sre' }] }],
          limits: { default: { cpu: '1' } },
          network: { isolation: 'Strict', egress: [{ to: [{ project: 'ledger' }] }] },
        },
        { name: 'legacy', namespace: 'old-payments', adopt: true },
      ],
      suspend: false,
      deletionPolicy: 'Retain',
    },
  };
}

/** The good Project with another value at one field (`spec.owners[0].name`); undefined takes the field away. */
export function projectWith(changes: Readonly<Record<string, unknown>>): Manifest {
  const project = goodProject();
  for (const [path, value] of Object.entries(changes)) set(project, path, value);
  return { ...project, apiVersion: 'mainstay.dev/v1alpha1', metadata: metadataOf(project) };
}

interface Manifest {
  readonly apiVersion: string;
  readonly metadata: { readonly name?: string };
}

function metadataOf(project: Record<string, unknown>): { name?: string } {
  const { metadata } = project;
  return typeof metadata === 'object' && metadata !== null ? metadata : {};
}

/** Names with dots in them stand in brackets and quotes: `spec.quota.hard["requests.cpu"]`. */
export function set(root: object, path: string, value: unknown): void {
  const names = [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  const last = names.pop() ?? '';
  let at: object = root;
  for (const name of names) {
    const next: unknown = Reflect.get(at, name);
    if (typeof next !== 'object' || next === null) throw new Error(`${path}: there is no ${name}`);
    at = next;
  }
  if (value === undefined) Reflect.deleteProperty(at, last);
  else Reflect.set(at, last, value);
}
