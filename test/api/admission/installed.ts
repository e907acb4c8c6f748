import { group, version } from '../../../crds/group.ts';
import { customResourceDefinitions } from '../../../crds/kinds.ts';
import { operatorUser, shippedAdmission } from '../../../crds/project/admission.ts';
import { labels } from '../../../crds/project/names.ts';
import { until } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { type Answer, type Api, type Manifest, openApi, type Person } from './people.ts';

/** An API server with our policies in force, and the two who may do what a test needs done. */
export interface Installed extends AsyncDisposable {
  readonly api: Api;
  /** A cluster administrator: has every right, and no exemption from admission. */
  readonly admin: Person;
  /** The operator's user, with every right: what the policies let it do, not its role. */
  readonly operator: Person;
}

/** Puts the shipped policies in force, and out of force when disposed, so that they are in no other suite's way. */
export async function installAdmission(grantableRoles?: readonly string[]): Promise<Installed> {
  const api = await openApi(sharedKubeconfig());
  const admin = api.as('admin', 'system:masters');
  const operator = api.as(operatorUser, 'system:masters');
  const { policies, bindings } = shippedAdmission(grantableRoles);
  const shipped: readonly Manifest[] = [...policies, ...bindings].map((object) => ({ ...object }));
  for (const definition of customResourceDefinitions()) await done(admin.apply({ ...definition }));
  await until('Projects are served', async () => (await admin.list(project('any', {}))).status === 200);
  for (const object of shipped) await done(admin.apply(object));
  await until('every policy is in force', () => allRefuse(admin, operator));
  return {
    api,
    admin,
    operator,
    [Symbol.asyncDispose]: async () => {
      for (const object of shipped.toReversed()) await done(admin.remove(object));
      await until('no policy is in force', async () => {
        const answers = await probes(admin, operator);
        return answers.every(({ message }) => !message.includes('ValidatingAdmissionPolicy'));
      });
      await admin.remove(strictProbe);
      await api[Symbol.asyncDispose]();
    },
  };
}

/** The answer to a request that must succeed. */
export async function done(answer: Promise<Answer>): Promise<Answer> {
  const { status, message } = await answer;
  if (status >= 300) throw new Error(`${status}: ${message}`);
  return answer;
}

export function project(name: string, spec: Readonly<Record<string, unknown>>): Manifest {
  return {
    apiVersion: `${group}/${version}`,
    kind: 'Project',
    metadata: { name },
    spec: { environments: [{ name: 'dev' }], ...spec },
  };
}

export function namespace(name: string, metadata: Readonly<Record<string, unknown>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } };
}

/** The marks of a namespace that a Project holds, as the operator sets them. */
export function held(isolation: 'Strict' | 'Open' = 'Strict') {
  return {
    labels: {
      [labels.owner]: 'b3f0c6de-0000-4000-8000-000000000001',
      [labels.project]: 'payments',
      [labels.environment]: 'prod',
      [labels.isolation]: isolation,
      'pod-security.kubernetes.io/enforce': 'restricted',
    },
  };
}

/** A namespaced role or ClusterRole for a user, in one namespace. */
export function grantIn(namespaceName: string, role: string, user: string): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${user}-${role}`, namespace: namespaceName },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
}

export function grantEverywhere(role: string, user: string): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `${user}-${role}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
}

export function clusterRole(name: string, ...rules: readonly Readonly<Record<string, unknown>>[]): Manifest {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}

const strictProbe = namespace('admission-probe', held());

/** One request for each policy that only this policy refuses. Nothing is kept. */
async function probes(admin: Person, operator: Person): Promise<readonly Answer[]> {
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'probe', namespace: strictProbe.metadata.name },
    spec: { podSelector: {}, ingress: [{}] },
  };
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'probe', ...held(), namespace: strictProbe.metadata.name },
    spec: {},
  };
  const metadata = { name: 'mainstay-probe', namespace: strictProbe.metadata.name };
  const named = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: {} };
  return Promise.all([
    admin.create(policy, '?dryRun=All'),
    admin.create(quota, '?dryRun=All'),
    admin.create(named, '?dryRun=All'),
    admin.create(namespace('admission-probe-2', held()), '?dryRun=All'),
    operator.create(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'probe', namespace: 'default' } },
      '?dryRun=All',
    ),
    admin.create(
      project('probe', {
        access: [{ role: 'not-granted-here', subjects: [{ kind: 'User', name: 'probe' }] }],
      }),
      '?dryRun=All',
    ),
  ]);
}

async function allRefuse(admin: Person, operator: Person): Promise<boolean> {
  await operator.apply(strictProbe);
  const answers = await probes(admin, operator);
  return answers.every(({ message }) => message.includes('ValidatingAdmissionPolicy'));
}
