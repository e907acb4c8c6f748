import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../../cluster/index.ts';
import { installation, operatorUser } from '../../../crds/admission/installation.ts';
import { deploymentAdmission } from '../../../crds/deployment/admission.ts';
import { compiledNames } from '../../../crds/policy/names.ts';
import { shippedAdmission } from '../../../crds/project/admission.ts';
import { until } from '../../eventually.ts';
import { install } from '../../installation.ts';
import { Kubectl } from '../../kubectl.ts';
import { done, namespace } from '../admission/installed.ts';
import { type Api, type Manifest, openApi, type Person } from '../admission/people.ts';
import { allRefused, dry, grant, project } from '../attackers/stage.ts';

/** What docs/security.md says that somebody can do, and cannot, who holds a token of the operator's. */

const fixes = fileURLToPath(new URL('../../../manifests/dist/fixes.yaml', import.meta.url));
const group = 'admissionregistration.k8s.io/v1';
let cluster: Cluster;
let kubectl: Kubectl;
let api: Api;
let admin: Person;
let thief: Person;

const { policies, bindings } = shippedAdmission();
const guards: readonly Manifest[] = [...policies, ...bindings, ...deploymentAdmission].map((guard) => ({
  ...guard,
}));
const [ours = ''] = compiledNames;
const isMutating = ({ kind }: Manifest) => kind.startsWith('Mutating');

/** Denies all ConfigMaps of that name. */
function judging(name: string): Manifest {
  return {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] },
        ],
      },
      validations: [{ expression: "object.metadata.name != 'denied'", message: 'denied by the thief' }],
    },
  };
}

function boundTo(name: string): Manifest {
  return {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  };
}

/** Writes a subject into every RoleBinding that anybody writes. */
function changing(name: string): Manifest {
  return {
    apiVersion: group,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['rbac.authorization.k8s.io'],
            apiVersions: ['v1'],
            resources: ['rolebindings'],
            operations: ['CREATE'],
          },
        ],
      },
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'a': 'b'}}]" },
        },
      ],
    },
  };
}

const rbac = 'rbac.authorization.k8s.io/v1';
const self = [{ kind: 'ServiceAccount', name: 'mainstay', namespace: installation.namespace }];
const bindingTo = (kind: string, where: object, role: string): Manifest => ({
  apiVersion: rbac,
  kind,
  metadata: { name: 'thief', ...where },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: self,
});
const template = {
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'i' }] },
};
const pod = (where: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'thief', namespace: where },
  spec: template.spec,
});
const daemonSet = (where: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: where },
  spec: { selector: { matchLabels: { app: 'a' } }, template },
});
/** As one of a Deployment of Mainstay, which whoever writes it says of itself. */
const replicaSet = (where: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 'thief',
    namespace: where,
    ownerReferences: [{ apiVersion: 'mainstay.dev/v1alpha1', kind: 'Deployment', name: 'any', uid: 'any' }],
  },
  spec: {
    selector: { matchLabels: { app: 'a' } },
    template: { ...template, spec: { ...template.spec, serviceAccountName: 'powerful' } },
  },
});
const secret = (where: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'thief', namespace: where },
});

beforeAll(async () => {
  cluster = await startCluster({ nodes: 'simulated:1' });
  kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  await install(kubectl);
  api = await openApi(cluster.kubeconfig);
  admin = api.as('admin', 'system:masters');
  thief = api.as(
    operatorUser,
    'system:authenticated',
    'system:serviceaccounts',
    `system:serviceaccounts:${installation.namespace}`,
  );
  for (const object of [
    judging('platform'),
    boundTo('platform'),
    changing('platform'),
    namespace('shop'),
    daemonSet('kube-system'),
    daemonSet('shop'),
  ])
    await done(admin.apply(object));
  await until('the guards are in force', async () =>
    (await thief.create(secret('kube-system'), dry)).message.includes('mainstay-operator'),
  );
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await cluster.stop();
});

const byRbac = /cannot (create|patch|update|delete|impersonate)/;

/** What the token can never do. */
function describeGuards() {
  it('cannot take a guard away, nor alter it', async () => {
    for (const guard of guards)
      await allRefused(
        {
          [`delete ${guard.kind} ${guard.metadata.name}`]: thief.remove(guard),
          [`patch ${guard.kind} ${guard.metadata.name}`]: thief.patch(guard, { spec: null }, dry),
          [`apply ${guard.kind} ${guard.metadata.name}`]: thief.apply(guard),
        },
        byRbac,
      );
  });

  it("cannot touch anybody else's admission policies, nor make one under another name than its own", async () => {
    const [policy, binding, mutation] = [judging('platform'), boundTo('platform'), changing('platform')];
    await allRefused(
      {
        'delete a policy': thief.remove(policy),
        'apply a policy': thief.apply(policy),
        'delete a binding': thief.remove(binding),
        'delete a mutation': thief.remove(mutation),
        'create one': thief.create(judging('mainstay-policy-0')),
        'apply another': thief.apply(judging('mainstay-policy-other')),
        'bind another': thief.apply(boundTo('other')),
        'apply a mutation': thief.apply(changing('mainstay-policy-other')),
        'create a mutation': thief.create(changing('mainstay-policy-0')),
      },
      byRbac,
    );
  });

  it('cannot make more of itself', async () => {
    await allRefused(
      {
        'a ClusterRoleBinding': thief.create(bindingTo('ClusterRoleBinding', {}, 'cluster-admin'), dry),
        'a ClusterRole': thief.create(
          { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'a' } },
          dry,
        ),
        'cluster-admin somewhere': thief.create(
          bindingTo('RoleBinding', { namespace: 'shop' }, 'cluster-admin'),
          dry,
        ),
        'a Policy': thief.create(
          { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Policy', metadata: { name: 'a' }, spec: {} },
          dry,
        ),
        'a Pod': thief.create(pod('shop'), dry),
      },
      /cannot create|attempting to grant|mainstay-deployment-operator/,
    );
  });

  it.each([
    ['create', 'pods', '--subresource=exec'],
    ['create', 'serviceaccounts', '--subresource=token'],
    ['impersonate', 'users'],
    ['create', 'customresourcedefinitions'],
    ['create', 'validatingwebhookconfigurations'],
    ['create', 'mutatingwebhookconfigurations'],
    ['patch', 'roles'],
    ['patch', 'policies.mainstay.dev'],
    ['patch', 'nodes'],
    ['create', 'certificatesigningrequests'],
  ])('cannot %s %s %s', async (...words) => {
    const asked = kubectl.run('auth', 'can-i', ...words, '--all-namespaces', `--as=${operatorUser}`);
    await expect(asked).rejects.toThrow();
  });

  it("writes nothing of what it may write into the cluster's own namespaces, nor where no Project is", async () => {
    await allRefused(
      {
        'a Secret of kube-system': thief.create(secret('kube-system'), dry),
        'a Secret of its own namespace': thief.create(secret(installation.namespace), dry),
        'a Secret where no Project is': thief.create(secret('shop'), dry),
        'admin of kube-system': thief.create(
          bindingTo('RoleBinding', { namespace: 'kube-system' }, 'admin'),
          dry,
        ),
        'admin where no Project is': thief.create(
          bindingTo('RoleBinding', { namespace: 'shop' }, 'admin'),
          dry,
        ),
      },
      /mainstay-operator/,
    );
  });
}

describe('who holds a token of the operator', () => {
  describeGuards();

  it('can write no MutatingAdmissionPolicy', async () => {
    await allRefused({ 'under our name': thief.apply(changing(ours)) }, byRbac);
  });

  it("changes nobody's workloads", async () => {
    await allRefused({ 'a DaemonSet': thief.patch(daemonSet('shop'), { spec: {} }, dry) }, byRbac);
  });

  it('reads every Secret', async () => {
    expect((await thief.list(secret('kube-system'))).status).toBe(200);
  });

  it("runs pods as any ServiceAccount, but for the cluster's own namespaces and that of Mainstay", async () => {
    await done(thief.create(replicaSet('shop'), dry));
    await allRefused(
      {
        'in kube-system': thief.create(replicaSet('kube-system'), dry),
        'in its own namespace': thief.create(replicaSet(installation.namespace), dry),
      },
      /mainstay-deployment-operator/,
    );
  });

  it('changes Projects, and gives in their namespaces the roles that it may bind', async () => {
    const theirs = project('theirs');
    await done(admin.apply(theirs));
    const grants = (role: string) => ({
      spec: { environments: [{ name: 'dev' }], owners: [], access: [grant(role, 'thief')] },
    });
    await done(thief.patch(theirs, grants('edit'), dry));
    await allRefused({ more: thief.patch(theirs, grants('cluster-admin'), dry) }, /grants only the roles/);
  });

  it('can deny requests of anybody, by a policy whose name tells that it is of the operator', async () => {
    await done(thief.apply(judging(ours)));
    await done(thief.apply(boundTo(ours)));
    const denied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'denied', namespace: 'shop' } };
    await until('it is denied', async () =>
      (await admin.create(denied, dry)).message.includes('denied by the thief'),
    );
    await done(thief.remove(boundTo(ours)));
    await done(thief.remove(judging(ours)));
  });
});

describe('with fixes.yaml, who holds a token of the operator', () => {
  beforeAll(async () => {
    await kubectl.run('apply', '-f', fixes);
    await until('the rights are there', async () => {
      const { status } = await thief.patch(changing(ours), {}, dry);
      return status === 404;
    });
  });

  describeGuards();

  it('can change what anybody writes, so it can become whatever it likes', async () => {
    await done(thief.apply(changing(ours)));
    await done(thief.remove(changing(ours)));
  });

  it("changes workloads as a fix does, but for the cluster's own, and makes no pods", async () => {
    const asFix = `${dry}&fieldManager=mainstay-fix`;
    const change = { spec: { minReadySeconds: 1 } };
    await done(thief.patch(daemonSet('shop'), change, asFix));
    await allRefused(
      {
        'a DaemonSet of kube-system': thief.patch(daemonSet('kube-system'), change, asFix),
        'not as a fix': thief.patch(daemonSet('shop'), change, dry),
        'a Pod of kube-system': thief.create(pod('kube-system'), asFix),
        'a Pod': thief.create(pod('shop'), '?fieldManager=mainstay-fix'),
      },
      /mainstay-deployment-operator/,
    );
  });
});

it('every guard is among those that are tried', () => {
  expect(guards.filter(isMutating).length).toBeGreaterThan(0);
  expect(guards.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').length).toBeGreaterThan(8);
});
