import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Candidate } from '../../../controllers/policy/compile/index.ts';
import { operatorUser } from '../../../crds/admission/installation.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { fixesRole } from '../../../manifests/policyRoles.ts';
import { eventually } from '../../eventually.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { install, Operator } from './fixStage.ts';
import { FixWorld } from './fixWorld.ts';
import type { Manifest } from './stage.ts';
import { app, job } from './workloads.ts';

/** What the operator may do, and says where it may not. */

/** Never aborted. */
const forGood = new AbortController().signal;
const space = 'policy-fixes-rights';
const definition = customResourceDefinition(deploymentKind);
let server: Server;
let world: FixWorld;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  world = await FixWorld.open(space);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

const revert = (by: Operator) =>
  by.fixes.revert(
    'token',
    { resources: [{ apiGroups: ['apps'], resources: ['deployments'] }] },
    'r-4',
    forGood,
  );

it('that are missing are told with what to apply', async () => {
  const object = app('Deployment', space, 'unreachable', 'any/1');
  await world.stage.make(object);
  await using poor = await Operator.start([]);
  poor.follow(world.candidates, world.compiled);
  await poor.violates(world.stage, object, ['token']);
  expect(await poor.reasonOf('token', object)).toMatchObject({
    reason: 'Forbidden',
    message: expect.stringMatching(
      /^the operator may not \w+ deployments.apps: apply manifests\/dist\/fixes.yaml/,
    ),
  });
  expect(poor.fixes.statusOf('token')).toMatchObject({ pending: 1 });
  expect((await revert(poor)).message).toContain(
    'not looked at, since the operator may not list them: deployments.apps',
  );
});

it('that have come are used at once by a Policy that is another since', async () => {
  const object = app('Deployment', space, 'late', 'any/1');
  await world.stage.make(object);
  const group = 'late-fixers';
  await using late = await Operator.start([group]);
  late.follow(world.candidates, world.compiled);
  await late.violates(world.stage, object, ['token']);
  expect(await late.reasonOf('token', object)).toMatchObject({ reason: 'Forbidden' });
  await using _ = await allow(group);
  late.follow(
    world.candidates.map((one) => (one.name === 'token' ? suggesting(one) : one)),
    world.compiled,
  );
  const found = await eventually(
    async () => {
      const one = await late.reasonOf('token', object);
      if (one.reason === 'Forbidden') throw new Error(one.message);
      return one;
    },
    { within: 10_000 },
  );
  expect(found.reason).toBe('Suggested');
});

it('of fixes.yaml are enough, also where nobody else’s Job may be changed; without them the operator is held to that', async () => {
  await using installed = await install(world.stage, [...fixesRole.rules]);
  await using half = await install(
    world.stage,
    fixesRole.rules.filter(({ resources: [resource] }) => resource !== 'policies'),
  );
  const ours: Manifest = {
    ...app('Deployment', space, 'ours', 'any/1'),
    apiVersion: 'mainstay.dev/v1alpha1',
  };
  const [first, second] = [job(space, 'kept', 'any/1'), job(space, 'kept-too', 'any/1')];
  const lifetime = async (object: Manifest) => (await world.read(object)).spec.ttlSecondsAfterFinished;
  for (const object of [ours, first, second]) await world.stage.make(object);
  await using poor = await Operator.start([half.group]);
  poor.follow(world.candidates, world.compiled);
  await poor.violates(world.stage, first, ['job-ttl']);
  expect(await poor.reasonOf('job-ttl', first)).toMatchObject({
    reason: 'Refused',
    message: expect.stringContaining('mainstay-deployment-operator'),
  });
  await using allowed = await Operator.start([installed.group]);
  allowed.follow(world.candidates, world.compiled);
  await allowed.violates(world.stage, second, ['job-ttl']);
  await eventually(async () => expect(await lifetime(second)).toBe(60));
  await allowed.violates(world.stage, second, ['token']);
  expect(await allowed.reasonOf('token', second), 'tried as a new one').toMatchObject({
    reason: 'Immutable',
    patch: expect.stringContaining('automountServiceAccountToken: false'),
  });
  await allowed.violates(world.stage, ours, ['token']);
  await eventually(async () => expect(await world.mounts(ours)).toBe(false));
  expect(await lifetime(first)).toBeUndefined();
  const asOther = { 'impersonate-user': operatorUser, 'impersonate-group': installed.group };
  const bare = { method: 'PATCH', path: `/apis/batch/v1/namespaces/${space}/jobs/kept` } as const;
  const headers = { 'content-type': 'application/merge-patch+json', ...asOther };
  const body = { spec: { ttlSecondsAfterFinished: 1 } };
  await expect(world.stage.client.request({ ...bare, headers, body }), 'for no fix').rejects.toThrow(
    'only what is of a Deployment of Mainstay',
  );
});

/** Everything, until it is disposed of. */
async function allow(group: string): Promise<AsyncDisposable> {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: group },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  };
  const { client } = world.stage;
  await client.request({ method: 'POST', path, body });
  const headers = { 'impersonate-user': operatorUser, 'impersonate-group': group };
  await eventually(() =>
    client.request({ method: 'GET', path: `/apis/apps/v1/namespaces/${space}/deployments`, headers }),
  );
  return { [Symbol.asyncDispose]: () => client.request({ method: 'DELETE', path: `${path}/${group}` }) };
}

function suggesting(candidate: Candidate): Candidate {
  const { spec } = candidate;
  return { ...candidate, spec: { ...spec, fix: { mutations: [], ...spec.fix, existing: 'Suggest' } } };
}
