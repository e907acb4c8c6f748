import type { KubernetesObject } from '@kubernetes/client-node';

/** As much of a Project as the bench's Projects use. */
export interface Project extends KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
  };
  readonly spec: {
    readonly owners: readonly Subject[];
    readonly access: readonly { readonly role: string; readonly subjects: readonly Subject[] }[];
    readonly quota: { readonly hard: Readonly<Record<string, string>> };
    readonly limits: object;
    readonly network: {
      readonly isolation: string;
      readonly ingress: readonly { readonly from: readonly Peer[]; readonly ports: readonly Port[] }[];
      readonly egress: readonly { readonly to: readonly Peer[]; readonly ports: readonly Port[] }[];
    };
    readonly podSecurity: string;
    readonly secrets: readonly { readonly name: string; readonly from: { readonly name: string } }[];
    readonly environments: readonly Environment[];
  };
  readonly status?: { readonly observedGeneration?: number };
}

interface Environment {
  readonly name: string;
  readonly quota: { readonly weight: number };
}
interface Subject {
  readonly kind: string;
  readonly name: string;
}
interface Peer {
  readonly cidr?: string;
  readonly namespaceSelector?: object;
}
interface Port {
  readonly port: number | string;
}

/** What is copied of a shared Secret. */
export interface Source {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** What a Project comes to in one environment: first its namespace, then what stands in it, walls before access. */
export function objectsOf(
  { metadata, spec }: Project,
  environment: Environment,
  sources: ReadonlyMap<string, Source>,
): readonly [KubernetesObject, ...(readonly KubernetesObject[])] {
  const namespace = namespaceOf(metadata.name, environment);
  const labels = {
    'mainstay.dev/owner': metadata.uid,
    'mainstay.dev/project': metadata.name,
    'mainstay.dev/environment': environment.name,
  };
  const made = (apiVersion: string, kind: string, name: string, content: object): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels },
    ...content,
  });
  const policy = (name: string, rules: object) =>
    made('networking.k8s.io/v1', 'NetworkPolicy', name, {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ...rules },
    });
  const grants = [{ role: 'admin', subjects: spec.owners }, ...spec.access];
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { ...labels, ...namespaceLabels(spec) } },
    },
    policy('mainstay-isolation', isolation),
    policy('mainstay-rules', {
      ingress: spec.network.ingress.map(({ from, ports }) => ({
        from: from.map(peerOf),
        ports: ports.map(tcp),
      })),
      egress: spec.network.egress.map(({ to, ports }) => ({ to: to.map(peerOf), ports: ports.map(tcp) })),
    }),
    made('v1', 'ResourceQuota', 'mainstay-quota', { spec: { hard: shareOf(spec, environment) } }),
    made('v1', 'LimitRange', 'mainstay-limits', {
      spec: { limits: [{ type: 'Container', ...spec.limits }] },
    }),
    ...spec.secrets.map(({ name, from }) => {
      const source = sources.get(from.name);
      if (source === undefined) throw new Error(`the Secret ${from.name} is not shared`);
      return made('v1', 'Secret', name, { type: source.type, data: source.data });
    }),
    ...grants.map(({ role, subjects }) =>
      made(`${rbac}/v1`, 'RoleBinding', `mainstay-${role}`, {
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
        subjects: subjects.map(({ kind, name }) => ({ apiGroup: rbac, kind, name })),
      }),
    ),
  ];
}

export function namespaceOf(project: string, environment: Pick<Environment, 'name'>): string {
  return `${project}-${environment.name}`;
}

const rbac = 'rbac.authorization.k8s.io';

/** The wall: the namespace itself, and DNS outwards. */
const isolation = {
  ingress: [{ from: [{ podSelector: {} }] }],
  egress: [
    { to: [{ podSelector: {} }] },
    {
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        },
      ],
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ],
    },
  ],
};

function namespaceLabels(spec: Project['spec']): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { 'mainstay.dev/isolation': spec.network.isolation };
  for (const mode of ['enforce', 'audit', 'warn']) {
    labels[`pod-security.kubernetes.io/${mode}`] = spec.podSecurity;
    labels[`pod-security.kubernetes.io/${mode}-version`] = 'latest';
  }
  return labels;
}

function peerOf({ cidr, namespaceSelector }: Peer): object {
  return { ...(cidr && { ipBlock: { cidr } }), ...(namespaceSelector && { namespaceSelector }) };
}

function tcp({ port }: Port): object {
  return { port, protocol: 'TCP' };
}

/** What the weight gives of the total. The bench's totals are whole numbers with a unit, and divide without a rest. */
function shareOf({ quota, environments }: Project['spec'], environment: Environment): object {
  const weights = environments.reduce((sum, one) => sum + one.quota.weight, 0);
  return Object.fromEntries(
    Object.entries(quota.hard).map(([name, total]) => {
      const amount = Number.parseInt(total, 10);
      return [name, `${(amount * environment.quota.weight) / weights}${total.slice(String(amount).length)}`];
    }),
  );
}
