import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentAdmission } from '../../../../crds/deployment/admission.ts';
import { deploymentKind } from '../../../../crds/deployment/kind.ts';
import { operatorUser } from '../../../../crds/project/admission.ts';
import { customResourceDefinition } from '../../../../crds/structural/customResourceDefinition.ts';
import { until } from '../../../eventually.ts';
import { clusterRole, done, grantIn } from '../../admission/installed.ts';
import { type Api, type Manifest, openApi, type Person } from '../../admission/people.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { openServer, type Server } from '../server.ts';
import { deploymentWith } from './deployments.ts';

/** Nobody gets by a Deployment what he may not do himself, and the operator's token is worth no more than Deployments. */

const definition = customResourceDefinition(deploymentKind);
const policies: readonly Manifest[] = deploymentAdmission
  .filter(({ metadata: { name } }) => /handover|operator|place/.test(name))
  .map((object) => ({ ...object }));
const verbs = ['get', 'create', 'update', 'patch', 'delete'];
const ours = { apiGroups: ['mainstay.dev'], resources: ['deployments'], verbs };
const setup = [
  clusterRole('handover-writer', ours),
  clusterRole('handover-owner', ours, { apiGroups: ['apps'], resources: ['deployments'], verbs }),
  grantIn('default', 'handover-writer', 'scribe'),
  grantIn('default', 'handover-owner', 'owner'),
];
const dry = '?dryRun=All';

let server: Server;
let api: Api;
let admin: Person;
let scribe: Person;
let owner: Person;
let operator: Person;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  api = await openApi(sharedKubeconfig());
  admin = api.as('admin', 'system:masters');
  operator = api.as(operatorUser, 'system:masters');
  [scribe, owner] = [api.as('scribe'), api.as('owner')];
  for (const object of [...setup, ...policies]) await done(admin.apply(object));
  await until('the policies are in force', async () => {
    const answers = await Promise.all([
      scribe.create(shop({ 'spec.adopt': true }), dry),
      operator.create(replicaSet(), dry),
      admin.create(shop({}, 'kube-system'), dry),
      owner.create(shop({ 'spec.adopt': true }), dry),
    ]);
    return answers.map(({ status }) => status).join() === '403,403,403,201';
  });
});
afterAll(async () => {
  for (const object of policies.toReversed()) await admin.remove(object);
  await until('no policy is in force', async () => (await operator.create(replicaSet(), dry)).status === 201);
  for (const object of setup.toReversed()) await admin.remove(object);
  await admin.removeAll(shop());
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

function shop(changed: Readonly<Record<string, unknown>> = {}, namespace = 'default'): Manifest {
  const plain = { 'spec.adopt': undefined, 'spec.deletionPolicy': undefined, ...changed };
  return { ...deploymentWith(plain, 'plain'), kind: 'Deployment', metadata: { name: 'shop', namespace } };
}

const controller = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  name: 'shop',
  uid: 'b3f0c6de-0000-4000-8000-000000000002',
  controller: true,
};

function replicaSet(namespace = 'default', ownerReferences: readonly object[] = []): Manifest {
  const labels = { app: 'shop' };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'shop-1', namespace, ownerReferences },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    },
  };
}

describe('a Deployment of apps/v1', () => {
  it.for([
    ['is taken over', { 'spec.adopt': true }, 'may not set spec.adopt', 'delete'],
    ['is made', { 'spec.deletionPolicy': 'Release' }, 'may not set spec.deletionPolicy: Release', 'create'],
  ] as const)('%s only for whoever may do that himself', async ([, changed, what, verb]) => {
    const refused = await scribe.create(shop(changed), dry);
    expect(refused.status).toBe(403);
    expect(refused.message).toContain(`user scribe ${what}`);
    expect(refused.message).toContain(`needs the verb ${verb} on deployments.apps in the namespace default`);
    await done(owner.create(shop(changed), dry));
  });

  it('is no hindrance to whoever changes something else', async () => {
    await done(owner.create(shop({ 'spec.adopt': true, 'spec.deletionPolicy': 'Release' })));
    await done(scribe.patch(shop(), { spec: { replicas: 7 } }));
    await done(admin.remove(shop()));
    await done(scribe.create(shop()));
    expect(await scribe.patch(shop(), { spec: { adopt: true } })).toMatchObject({ status: 403 });
    await done(admin.remove(shop()));
  });
});

describe('the operator', () => {
  it('makes what is of a Deployment, and nothing else', async () => {
    expect(await operator.create(replicaSet(), dry)).toMatchObject({ status: 403 });
    await done(operator.create(replicaSet('default', [controller]), dry));
    const foreign = { ...controller, apiVersion: 'apps/v1' };
    expect(await operator.create(replicaSet('default', [foreign]), dry)).toMatchObject({ status: 403 });
  });

  it("makes nothing in the cluster's own namespaces", async () => {
    const answer = await operator.create(replicaSet('kube-system', [controller]), dry);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toContain("in the cluster's own namespaces");
  });

  it("changes and deletes nobody else's", async () => {
    const service: Manifest = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'somebodys', namespace: 'default' },
      spec: { ports: [{ port: 80 }] },
    };
    await done(admin.create(service));
    expect(await operator.patch(service, { spec: { selector: { a: 'b' } } })).toMatchObject({ status: 403 });
    expect(await operator.remove(service)).toMatchObject({ status: 403 });
    await done(admin.remove(service));
  });

  it('claims and lets go of what a Deployment has', async () => {
    const { body } = await done(admin.create(shop()));
    const claim = { metadata: { ownerReferences: [{ ...controller, uid: body.metadata?.uid }] } };
    await done(admin.create(replicaSet()));
    await done(operator.patch(replicaSet(), claim, dry));
    await done(admin.patch(replicaSet(), claim));
    await done(operator.patch(replicaSet(), { metadata: { ownerReferences: [] } }));
    await done(admin.remove(replicaSet()));
    await done(admin.remove(shop()));
  });
});

it("is told at once that the cluster's own namespaces are not for it", async () => {
  const answer = await admin.create(shop({}, 'kube-system'), dry);
  expect(answer.message).toContain(
    'in the namespace kube-system the operator makes no pods: use a Deployment of apps/v1 there',
  );
});
