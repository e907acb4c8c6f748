import { afterAll, beforeAll, expect, it } from 'vitest';
import { write, writeOf } from '../../../controllers/policy/fix/write.ts';
import { isConflict } from '../../../operator/client/apiError.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { eventually } from '../../eventually.ts';
import { resourceOf } from './fixStage.ts';
import { FixWorld } from './fixWorld.ts';
import type { Manifest } from './stage.ts';
import { app } from './workloads.ts';

/** Who else has a say in what an object is. */

/** Never aborted. */
const forGood = new AbortController().signal;
const space = 'policy-fixes-held';
let world: FixWorld;

beforeAll(async () => {
  world = await FixWorld.open(space);
});

afterAll(() => world[Symbol.asyncDispose]());

it.for([
  [
    'Argo CD',
    { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:a/b' } },
    'Application shop',
  ],
  ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, 'Kustomization'],
  [
    'Helm',
    {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'web' },
    },
    'Helm release',
  ],
] as const)('what %s keeps is only suggested for, with the patch', async ([who, metadata, said]) => {
  const object = app(
    'Deployment',
    space,
    `kept-by-${who.toLowerCase().replace(' ', '-')}`,
    'any/1',
    metadata,
  );
  const before = await world.bad(object, ['token']);
  const found = await world.operator.reasonOf('token', object);
  expect(found).toMatchObject({ reason: 'KeptElsewhere', message: expect.stringContaining(said) });
  expect(found.patch).toContain('automountServiceAccountToken: false');
  await world.isUntouched(before);
  expect((await world.eventOf(object, 'FixSuggested')).note).toContain(
    'automountServiceAccountToken: nothing → false',
  );
});

it('what somebody applies is theirs, and what is beside it is not', async () => {
  const apply = async (object: Manifest, spec: object) => {
    const full = app('Deployment', space, object.metadata.name, 'any/1') as Manifest & {
      readonly spec: object;
    };
    const template = { ...(full.spec as { template: { spec: object } }).template };
    const body = {
      ...full,
      spec: { ...full.spec, template: { ...template, spec: { ...template.spec, ...spec } } },
    };
    await world.stage.client.request({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${space}/deployments/${object.metadata.name}`,
      query: { fieldManager: 'ci' },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body,
    });
    await world.operator.violates(world.stage, object, ['token']);
  };
  const [theirs, free] = [
    app('Deployment', space, 'theirs', 'any/1'),
    app('Deployment', space, 'free', 'any/1'),
  ];
  await apply(theirs, { automountServiceAccountToken: true });
  await apply(free, {});
  const found = await world.operator.reasonOf('token', theirs);
  expect(found).toMatchObject({
    reason: 'OwnedByOther',
    message: expect.stringContaining('ci applies spec.template'),
  });
  await eventually(async () => expect(await world.mounts(free)).toBe(false));
  expect(await world.mounts(theirs)).toBe(true);
});

it('what a controller made is never changed, as long as that is there', async () => {
  const owner = app('Deployment', space, 'owner', 'any/1');
  await world.stage.make(owner);
  const made = await eventually(async () => {
    const { items } = await world.stage.client.request<{ readonly items: readonly KubernetesObject[] }>({
      method: 'GET',
      path: `/apis/apps/v1/namespaces/${space}/replicasets`,
      query: { labelSelector: 'app=owner' },
    });
    const [one] = items;
    if (one === undefined) throw new Error('no ReplicaSet yet');
    return one;
  });
  const replicaSet = app('ReplicaSet', space, made.metadata.name, 'any/1');
  await world.operator.violates(world.stage, replicaSet, ['token']);
  const found = await world.operator.reasonOf('token', replicaSet);
  expect(found).toMatchObject({
    reason: 'MadeByController',
    message: `Deployment ${space}/owner made it: change that`,
  });
  expect(await world.mounts(replicaSet)).toBeUndefined();
});

it('what is being deleted is left alone', async () => {
  const [going, next] = [
    app('Deployment', space, 'going', 'any/1', { finalizers: ['example.com/hold'] }),
    app('Deployment', space, 'next', 'any/1'),
  ];
  await world.stage.make(going);
  await world.stage.remove(going);
  await world.operator.violates(world.stage, going, ['token']);
  await world.bad(next, ['token']);
  // One after another: by now the first was looked at.
  await eventually(async () => expect(await world.mounts(next)).toBe(false));
  expect(await world.mounts(going)).toBeUndefined();
  await world.stage.change(going, { metadata: { finalizers: null } });
});

it('who was faster is not overwritten', async () => {
  const object = app('Deployment', space, 'raced', 'any/1');
  await world.stage.make(object);
  const before = await world.read(object);
  await world.stage.change(object, { metadata: { labels: { faster: 'yes' } } });
  const changes = [{ path: ['spec', 'replicas'], before: 0, after: 1 }];
  const { patch } = writeOf(before, changes, {});
  await expect(
    write(world.operator.manager.client, resourceOf(object), before, patch, forGood),
  ).rejects.toSatisfy(isConflict);
  expect((await world.read(object)).spec.replicas).toBe(0);
});

it('who may do what is changed by people only', async () => {
  const object: Manifest = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'wide', namespace: space },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  };
  await world.bad(object, ['roles']);
  expect(await world.operator.reasonOf('roles', object)).toMatchObject({
    reason: 'Guarded',
    patch: expect.stringContaining('rules:'),
  });
});
