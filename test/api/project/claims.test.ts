import { afterAll, expect, test } from 'vitest';
import { projects } from '../../../controllers/project/project.ts';
import { annotations, finalizers, labels } from '../../../crds/project/names.ts';
import {
  configMaps,
  customResourceDefinitions,
  type Namespace,
  namespaces,
  networkPolicies,
  resourceQuotas,
  roleBindings,
} from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import {
  applyProject,
  condition,
  exists,
  gone,
  installMainstay,
  namespaceGone,
  ready,
} from './installation.ts';

const here = await installMainstay();
afterAll(() => here[Symbol.asyncDispose]());

const owners = [{ kind: 'Group', name: 'team' }];
const walls = (namespace: string) => ({ namespace, name: 'mainstay-isolation' });
const admins = (namespace: string) => ({ namespace, name: 'mainstay-admin' });

test('a namespace that exists is not taken without being asked for and offered', async () => {
  await makeNamespace('attic');
  const environments = [{ name: 'old', namespace: 'attic' }];
  await applyProject(here, 'collector', { owners, environments });
  await condition(here, 'collector', 'Stalled', { status: 'True', reason: 'NamespaceNotAdoptable' });
  await applyProject(here, 'collector', {
    owners,
    environments: [{ name: 'old', namespace: 'attic', adopt: true }],
  });
  const refused = await condition(here, 'collector', 'Ready', {
    status: 'False',
    reason: 'NamespaceNotAdoptable',
  });
  expect(refused.status?.environments?.[0]?.message).toContain('kubectl annotate namespace attic');
  expect((await namespaceNamed('attic')).metadata.labels).not.toHaveProperty([labels.owner]);
  expect(await exists(here, networkPolicies, walls('attic'))).toBe(false);
});

test('an offered namespace is adopted, and what is in it is left alone', async () => {
  const mine = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'attic', name: 'mine' },
    data: { a: 'b' },
  };
  await here.admin.create(configMaps, mine);
  const before = await namespaceNamed('attic');
  await here.kubectl('annotate', 'namespace', 'attic', `${annotations.adoptableBy}=collector`);
  const project = await ready(here, 'collector');
  const after = await namespaceNamed('attic');
  expect(after.metadata.uid).toBe(before.metadata.uid);
  expect(after.metadata.labels?.[labels.owner]).toBe(project.metadata.uid);
  expect((await here.admin.get(configMaps, { namespace: 'attic', name: 'mine' })).data).toEqual({ a: 'b' });
  expect(await exists(here, roleBindings, admins('attic'))).toBe(true);
});

test('a hole from before the wall is told of until somebody closes it', async () => {
  const wide = { namespace: 'cellar', name: 'wide' };
  await makeNamespace('cellar');
  await here.admin.create(networkPolicies, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: wide,
    spec: { podSelector: {}, ingress: [{}] },
  });
  await here.kubectl('annotate', 'namespace', 'cellar', `${annotations.adoptableBy}=digger`);
  await applyProject(here, 'digger', { environments: [{ name: 'old', namespace: 'cellar', adopt: true }] });
  const told = await condition(here, 'digger', 'NetworkReady', { status: 'False', reason: 'WallOpened' });
  expect(told.status?.environments?.[0]?.message).toContain('wide');
  expect(await exists(here, networkPolicies, wide)).toBe(true);
  await here.admin.delete(networkPolicies, wide);
  await ready(here, 'digger');
});

test('another Project that wants a held namespace is stalled, and told who holds it', async () => {
  await here.kubectl('annotate', '--overwrite', 'namespace', 'attic', `${annotations.adoptableBy}=magpie`);
  await applyProject(here, 'magpie', {
    environments: [{ name: 'x', namespace: 'attic', adopt: true }, { name: 'own' }],
  });
  const stalled = await condition(here, 'magpie', 'Stalled', { status: 'True', reason: 'NamespaceHeld' });
  expect(stalled.status?.environments?.[0]?.message).toContain('Project collector');
  // Its other environment is none the worse.
  await eventually(() => here.admin.get(networkPolicies, walls('magpie-own')));
  await ready(here, 'collector');
});

test('two Projects that race for one namespace: one has it, the other is told', async () => {
  const environments = [{ name: 'x', namespace: 'prize' }];
  const names = Array.from({ length: 6 }, (_, index) => `racer-${index}`);
  await Promise.all(names.map((name) => applyProject(here, name, { environments })));
  await eventually(async () => {
    const all = await Promise.all(names.map((name) => here.admin.get(projects, { name })));
    const readiness = all.map(
      ({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.reason,
    );
    expect(readiness.toSorted()).toEqual(['AsDesired', ...Array.from({ length: 5 }, () => 'NamespaceHeld')]);
    const holder = all.find(({ status }) => status?.environments?.[0]?.ready);
    expect((await namespaceNamed('prize')).metadata.labels?.[labels.owner]).toBe(holder?.metadata.uid);
  });
  await Promise.all(names.map((name) => here.admin.delete(projects, { name })));
  await Promise.all(names.map((name) => gone(here, projects, { name })));
});

test('retained: namespace, walls and pod security stay, access and claim go, and the same Project takes it back', async () => {
  const spec = { owners, quota: { hard: { pods: '10' } } };
  const first = await applyProject(here, 'kept', spec);
  await ready(here, 'kept');
  const before = await namespaceNamed('kept-dev');
  await here.admin.delete(projects, { name: 'kept' });
  await gone(here, projects, { name: 'kept' });

  const retained = await namespaceNamed('kept-dev');
  expect(retained.metadata.uid).toBe(before.metadata.uid);
  expect(retained.metadata.labels).not.toHaveProperty([labels.owner]);
  expect(retained.metadata.labels).toMatchObject({
    [labels.isolation]: 'Strict',
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  expect(retained.metadata.annotations?.[annotations.retainedFor]).toBe('kept');
  expect(await exists(here, networkPolicies, walls('kept-dev'))).toBe(true);
  expect(await exists(here, roleBindings, admins('kept-dev'))).toBe(false);

  await applyProject(here, 'thief', { environments: [{ name: 'x', namespace: 'kept-dev' }] });
  await condition(here, 'thief', 'Stalled', { status: 'True', reason: 'NamespaceNotAdoptable' });

  await applyProject(here, 'kept', spec);
  const again = await ready(here, 'kept');
  expect(again.metadata.uid).not.toBe(first.metadata.uid);
  const back = await namespaceNamed('kept-dev');
  expect(back.metadata.uid).toBe(before.metadata.uid);
  expect(back.metadata.labels?.[labels.owner]).toBe(again.metadata.uid);
  expect(back.metadata.annotations).not.toHaveProperty([annotations.retainedFor]);
  const quota = await here.admin.get(resourceQuotas, { namespace: 'kept-dev', name: 'mainstay-quota' });
  expect(quota.metadata.labels?.[labels.owner]).toBe(again.metadata.uid);
  expect(await exists(here, roleBindings, admins('kept-dev'))).toBe(true);
});

// The namespace controller looks again after 8 s at a namespace that it could not empty at once: these two wait together.
test.concurrent('a removed environment follows the same rule', async () => {
  const both = [{ name: 'dev' }, { name: 'prod' }];
  await applyProject(here, 'shrinking', { owners, environments: both });
  await ready(here, 'shrinking');
  await applyProject(here, 'shrinking', { owners, environments: [{ name: 'prod' }] });
  await eventually(async () => {
    expect((await namespaceNamed('shrinking-dev')).metadata.labels).not.toHaveProperty([labels.owner]);
  });
  expect(await exists(here, networkPolicies, walls('shrinking-dev'))).toBe(true);
  expect(await exists(here, roleBindings, admins('shrinking-dev'))).toBe(false);

  await applyProject(here, 'shrinking', { owners, environments: both, deletionPolicy: 'Delete' });
  await ready(here, 'shrinking');
  await applyProject(here, 'shrinking', {
    owners,
    environments: [{ name: 'prod' }],
    deletionPolicy: 'Delete',
  });
  await namespaceGone(here, 'shrinking-dev');
  const project = await ready(here, 'shrinking');
  await eventually(async () => {
    const { status } = await here.admin.get(projects, { name: 'shrinking' });
    expect(status?.environments?.map(({ name }) => name)).toEqual(['prod']);
  });
  expect(project.metadata.finalizers).toContain(finalizers.project);
});

test.concurrent('deleted: people keep their access until nothing else is left, and status says what holds the namespace up', async () => {
  await applyProject(here, 'leaving', { owners, deletionPolicy: 'Delete' });
  await ready(here, 'leaving');
  await here.admin.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'leaving-dev', name: 'stuck', finalizers: ['example.com/keep'] },
  });
  await here.admin.delete(projects, { name: 'leaving' });
  await eventually(async () => {
    const { status } = await here.admin.get(projects, { name: 'leaving' });
    expect(status?.environments?.[0]?.message).toMatch(/configmaps.*example\.com\/keep/s);
  });
  const binding = await here.admin.get(roleBindings, admins('leaving-dev'));
  expect(binding.metadata.finalizers).toContain(finalizers.access);
  // Who had access still has it, and can clean up.
  const member = await here.as('ada', 'team');
  await member.patch(
    configMaps,
    { namespace: 'leaving-dev', name: 'stuck' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await namespaceGone(here, 'leaving-dev');
  await gone(here, projects, { name: 'leaving' });
});

test('a namespace whose Project lost its finalizer is let go of', async () => {
  await applyProject(here, 'vanishing', { owners, deletionPolicy: 'Delete' });
  await ready(here, 'vanishing');
  await here.operator().stop();
  await here.admin.delete(projects, { name: 'vanishing' });
  await here.admin.patch(
    projects,
    { name: 'vanishing' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await gone(here, projects, { name: 'vanishing' });
  await here.start();
  await eventually(async () => {
    expect((await namespaceNamed('vanishing-dev')).metadata.labels).not.toHaveProperty([labels.owner]);
    expect(await exists(here, roleBindings, admins('vanishing-dev'))).toBe(false);
  });
  expect(await exists(here, networkPolicies, walls('vanishing-dev'))).toBe(true);
});

test('a suspended Project is left as it is, and says so', async () => {
  const intruder = await here.as('system:serviceaccount:mainstay-system:mainstay', 'system:masters');
  await applyProject(here, 'resting', { owners });
  await ready(here, 'resting');
  await applyProject(here, 'resting', { owners, suspend: true });
  await condition(here, 'resting', 'Ready', { status: 'True', reason: 'Suspended' });
  await intruder.delete(networkPolicies, walls('resting-dev'));
  await condition(here, 'resting', 'Ready', { status: 'False', reason: 'Suspended' });
  expect(await exists(here, networkPolicies, walls('resting-dev'))).toBe(false);
  await applyProject(here, 'resting', { owners });
  await ready(here, 'resting');
  expect(await exists(here, networkPolicies, walls('resting-dev'))).toBe(true);
});

test('while the Project kind itself is deleted, every namespace is retained', async () => {
  await applyProject(here, 'precious', { owners, deletionPolicy: 'Delete' });
  await ready(here, 'precious');
  const before = await namespaceNamed('precious-dev');
  await here.admin.delete(customResourceDefinitions, { name: 'projects.mainstay.dev' });
  await gone(here, customResourceDefinitions, { name: 'projects.mainstay.dev' });
  const after = await namespaceNamed('precious-dev');
  expect(after.metadata.uid).toBe(before.metadata.uid);
  expect(after.metadata.deletionTimestamp).toBeUndefined();
  expect(after.metadata.annotations?.[annotations.retainedFor]).toBe('precious');
});

function namespaceNamed(name: string): Promise<Namespace> {
  return here.admin.get(namespaces, { name });
}

function makeNamespace(name: string): Promise<Namespace> {
  return here.admin.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}
