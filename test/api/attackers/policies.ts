import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Policy, policies } from '../../../controllers/policy/policy.ts';
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { Kubectl } from '../../kubectl.ts';
import type { Installation } from '../project/installation.ts';
import type { Stage } from './stage.ts';

const inDist = (name: string) =>
  fileURLToPath(new URL(`../../../manifests/dist/${name}.yaml`, import.meta.url));
const fixesFile = inDist('fixes');
const reportFiles = ['report-crds-openreports', 'report-crds-wgpolicyk8s'].map(inDist);

/** Kinds that Policies of the packs are about: each is looked at. */
const resources = [
  {
    apiGroups: [''],
    resources: ['pods', 'services', 'serviceaccounts', 'replicationcontrollers', 'configmaps', 'namespaces'],
  },
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'] },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'] },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'] },
];

/** What the rules of the operator name, of Policies: what they are compiled into, what they are about, what is reported. */
export async function liveThroughPolicies({ here }: Stage): Promise<void> {
  const kubectl = await Kubectl.forCluster(here.cluster.kubeconfig);
  for (const file of reportFiles) await kubectl.run('apply', '-f', file);
  const bad = (name: string, labels: object) => [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, labels } },
  ];
  await kubectl.apply(bad('violating', { team: 'nobody' }));
  await kubectl.apply([policy('nobody')]);
  // Its fix comes by choice: without, the Policy is in force all the same.
  await ready(here, 'FixForbidden');
  await kubectl.run('apply', '-f', fixesFile);
  await ready(here);
  await reported(kubectl, true);
  const before = await names(here);
  // Another rule is another object; the one before goes after a while.
  await kubectl.apply([policy('none')]);
  await ready(here);
  await eventually(
    async () => {
      const now = await names(here);
      expect(now).toHaveLength(before.length);
      expect(now.filter((name) => before.includes(name))).toEqual([]);
    },
    { within: 90_000 },
  );
  await here.admin.delete(policies, { name: 'everything' });
  await eventually(async () => expect(await names(here)).toEqual([]));
  await reported(kubectl, false);
}

function policy(team: string): object {
  return {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'everything' },
    spec: {
      match: { resources },
      enforcement: 'Warn',
      rules: [
        {
          name: 'team',
          expression: `object.metadata.?labels.?team.orValue('') != '${team}' && object.metadata.name != 'violating'`,
          message: 'is somebody’s',
        },
      ],
      fix: {
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: {
              expression: `object.metadata.?labels.?team.orValue('') == '${team}' ? [JSONPatch{op: 'replace', path: '/metadata/labels/team', value: 'some'}] : []`,
            },
          },
        ],
      },
    },
  };
}

async function ready({ admin }: Installation, reason = 'AsDesired'): Promise<void> {
  await eventually(
    async () => {
      const { metadata, status }: Policy = await admin.get(policies, { name: 'everything' });
      const told = (of: string) => status?.conditions?.find(({ type }) => type === of);
      const [is, enforced] = [told('Ready'), told('Enforced')];
      if (
        is?.status !== 'True' ||
        is.observedGeneration !== metadata.generation ||
        enforced?.reason !== reason
      )
        throw new Error(`the Policy is not ready: ${JSON.stringify(status)}`);
    },
    { within: 60_000 },
  );
}

/** Of what Policies are compiled into. */
async function names({ admin }: Installation): Promise<readonly string[]> {
  const of = [
    validatingAdmissionPolicies,
    validatingAdmissionPolicyBindings,
    mutatingAdmissionPolicies,
    mutatingAdmissionPolicyBindings,
  ] as const;
  const lists = await Promise.all(
    of.map(async (resource) => {
      const { items } = await admin.list(resource as Parameters<typeof admin.list>[0], {
        labelSelector: 'mainstay.dev/policies=compiled',
      });
      return items.map(({ metadata }) => `${resource.kind}/${metadata.name}`);
    }),
  );
  return lists.flat();
}

/** Whether there are reports of each kind. */
async function reported(kubectl: Kubectl, there: boolean): Promise<void> {
  const kinds = ['policyreports.wgpolicyk8s.io', 'clusterpolicyreports.wgpolicyk8s.io'];
  const open = ['reports.openreports.io', 'clusterreports.openreports.io'];
  for (const kind of [...kinds, ...open]) {
    await eventually(async () => {
      const found = await kubectl.run('get', kind, '-A', '-o', 'name');
      expect([kind, found !== '']).toEqual([kind, there]);
    });
  }
}
