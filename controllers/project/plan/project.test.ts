import { expect, test } from 'vitest';
import { finalizers } from '../../../crds/project/names.ts';
import {
  aHeldNamespace,
  aNamespace,
  anObservation,
  aProject,
  aQuota,
  aRetainedNamespace,
  aRoleBinding,
  aSharedSecret,
} from '../builders.ts';
import type { Project } from '../project.ts';
import { contentOf } from '../secretOutline.ts';
import { nothing, type Observation } from './observation.ts';
import { desiredOf, type ProjectPlan, planProject } from './project.ts';
import { noMemory } from './quotaMemory.ts';

const owners = [{ kind: 'Group', name: 'team' }];
const deletion = { deletionTimestamp: '2026-01-01T00:00:00Z' };

/** What a plan would write, shortly: `NetworkPolicy mainstay-isolation`. */
function written(plan: ProjectPlan): readonly string[] {
  return desiredOf(plan).map(({ object }) => `${object.kind} ${object.metadata.name}`);
}

function steps(plan: ProjectPlan): readonly string[] {
  return plan.steps.map((step) =>
    step.type === 'SetFinalizers'
      ? `${step.type} ${step.target.kind} [${step.finalizers}]`
      : `${step.type} ${step.live.metadata.name}`,
  );
}

/** A Project whose only namespace it holds. */
function holding(project: Project, seen: Partial<Observation> = {}): Observation {
  return anObservation(project, {
    namespaces: new Map([['shop-dev', aHeldNamespace('shop-dev', project, 'dev')]]),
    ...seen,
  });
}

test('a new Project is marked before anything is made for it', () => {
  const plan = planProject(anObservation(aProject('shop', {}, { finalizers: ['example.com/theirs'] })));
  expect(steps(plan)).toEqual([`SetFinalizers Project [example.com/theirs,${finalizers.project}]`]);
  expect(written(plan)).toEqual([]);
});

test('a namespace comes first, and alone', () => {
  const plan = planProject(anObservation(aProject('shop', { owners })));
  expect(written(plan)).toEqual(['Namespace shop-dev']);
  expect(desiredOf(plan)[0]?.object.metadata.labels).toMatchObject({
    'mainstay.dev/owner': 'uid-of-shop',
    'mainstay.dev/isolation': 'Strict',
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'latest',
    'pod-security.kubernetes.io/warn': 'restricted',
    'pod-security.kubernetes.io/audit': 'restricted',
  });
});

test('walls, limits and copies come in a wave before access', () => {
  const project = aProject('shop', {
    owners,
    limits: { default: { cpu: '1' } },
    secrets: [{ name: 'pull', from: { namespace: 'platform', name: 'pull' } }],
    environments: [{ name: 'dev', limits: { default: { memory: '1Gi' } } }],
  });
  const plan = planProject(
    holding(project, {
      sources: new Map([['platform/pull', aSharedSecret('platform', 'pull', 'other, shop')]]),
    }),
  );
  const waves = Object.groupBy(desiredOf(plan), ({ wave }) => String(wave ?? 0));
  expect(waves['1']?.map(({ object }) => object.kind)).toEqual(['NetworkPolicy', 'LimitRange', 'Secret']);
  expect(waves['2']?.map(({ object }) => object.kind)).toEqual(['RoleBinding']);
  expect(waves['1']?.[1]?.object).toMatchObject({
    spec: { limits: [{ type: 'Container', default: { cpu: '1', memory: '1Gi' } }] },
  });
  expect(waves['1']?.[2]?.object).toMatchObject({
    content: contentOf({ data: { token: 'c2VjcmV0' }, type: 'Opaque' }),
  });
});

test('nothing is bound while an admission policy is missing, and what is bound stays', () => {
  const project = aProject('shop', { owners });
  const trouble = { reason: 'AdmissionPolicyMissing', message: 'mainstay-walls is missing' } as const;
  const plan = planProject(holding(project, { admission: trouble }));
  expect(written(plan).filter((name) => name.startsWith('RoleBinding'))).toEqual([]);
  expect(plan.environments[0]?.troubles.Access).toEqual(trouble);
  expect([...(plan.environments[0]?.withheld ?? [])]).toEqual(['mainstay-admin']);
});

test('a role that the installation does not hand out is refused, the others are given', () => {
  const project = aProject('shop', { owners, access: [{ role: 'cluster-admin', subjects: owners }] });
  const plan = planProject(holding(project));
  expect(written(plan)).toContain('RoleBinding mainstay-admin');
  expect(written(plan)).not.toContain('RoleBinding mainstay-cluster-admin');
  expect(plan.environments[0]?.troubles.Access).toMatchObject({
    reason: 'RoleNotGrantable',
    message: expect.stringContaining('cluster-admin'),
  });
});

test.each([
  ['missing', []],
  ['shared with another Project', [aSharedSecret('platform', 'pull', 'other')]],
])('a source Secret that is %s is told of in the same words', (_case, found) => {
  const project = aProject('shop', {
    secrets: [{ name: 'pull', from: { namespace: 'platform', name: 'pull' } }],
  });
  const sources = new Map(found.map((secret) => ['platform/pull', secret]));
  const plan = planProject(holding(project, { sources }));
  expect(written(plan)).not.toContain('Secret pull');
  expect(plan.environments[0]?.troubles.Secrets).toEqual({
    reason: 'SecretUnavailable',
    message: 'Not to be had: platform/pull. It must exist, and its owner must share it with this Project',
  });
});

test('an offered namespace is taken as it was seen', () => {
  const project = aProject('shop', { environments: [{ name: 'old', namespace: 'attic', adopt: true }] });
  const attic = aNamespace('attic', { annotations: { 'mainstay.dev/adoptable-by': 'shop' } });
  const plan = planProject(anObservation(project, { namespaces: new Map([['attic', attic]]) }));
  expect(steps(plan)).toEqual(['Take attic']);
  expect(written(plan)).toEqual([]);
});

test('nothing is made in a namespace that goes', () => {
  const project = aProject('shop', { owners });
  const going = aHeldNamespace('shop-dev', project, 'dev', deletion);
  const plan = planProject(anObservation(project, { namespaces: new Map([['shop-dev', going]]) }));
  expect(written(plan)).toEqual([]);
  expect(plan.environments[0]?.troubles.Namespaces).toMatchObject({ reason: 'NamespaceTerminating' });
});

test('what an earlier Project of that name left and nobody wants goes', () => {
  const project = aProject('shop', { owners });
  const earlier = aProject('shop', {}, { uid: 'earlier' });
  const access = ['mainstay-admin', 'mainstay-edit'].map((name) => aRoleBinding('shop-dev', name, earlier));
  const plan = planProject(holding(project, { contents: new Map([['shop-dev', { ...nothing, access }]]) }));
  expect(steps(plan)).toEqual(['Prune mainstay-edit']);
  expect(desiredOf(plan).find(({ object }) => object.kind === 'RoleBinding')).toMatchObject({
    takeOver: 'Always',
  });
});

const leavingDev = (spec: object, metadata: object = {}) =>
  aProject('shop', { environments: [{ name: 'prod' }], ...spec }, metadata);

function leaving(
  project: Project,
  access: readonly ReturnType<typeof aRoleBinding>[],
  seen: Partial<Observation> = {},
) {
  return planProject(
    anObservation(project, {
      namespaces: new Map([['shop-dev', aHeldNamespace('shop-dev', project, 'dev')]]),
      contents: new Map([['shop-dev', { ...nothing, access }]]),
      ...seen,
    }),
  );
}

test('a removed environment is retained: access goes, and only then the claim', () => {
  const project = leavingDev({});
  const binding = aRoleBinding('shop-dev', 'mainstay-admin', project);
  expect(steps(leaving(project, [binding]))).toEqual(['Prune mainstay-admin']);
  const released = leaving(project, []);
  expect(steps(released)).toEqual(['Release shop-dev']);
  expect(released.leaving[0]).toMatchObject({ environment: 'dev', namespace: 'shop-dev' });
});

test('a removed environment is deleted: access is made to last, and only then the namespace goes', () => {
  const project = leavingDev({ deletionPolicy: 'Delete' });
  const bare = aRoleBinding('shop-dev', 'mainstay-admin', project);
  const lasting = aRoleBinding('shop-dev', 'mainstay-admin', project, { finalizers: [finalizers.access] });
  expect(steps(leaving(project, [bare]))).toEqual([`SetFinalizers RoleBinding [${finalizers.access}]`]);
  expect(steps(leaving(project, [lasting]))).toEqual(['DeleteNamespace shop-dev']);
});

test('an environment that is back before its namespace went loses the finalizer again', () => {
  const project = aProject('shop', { owners });
  const lasting = aRoleBinding('shop-dev', 'mainstay-admin', project, {
    finalizers: [finalizers.access, 'example.com/theirs'],
  });
  const plan = planProject(
    holding(project, { contents: new Map([['shop-dev', { ...nothing, access: [lasting] }]]) }),
  );
  expect(steps(plan)).toEqual(['SetFinalizers RoleBinding [example.com/theirs]']);
});

test('while the kind itself is deleted, nothing is', () => {
  const project = leavingDev({ deletionPolicy: 'Delete' }, deletion);
  expect(steps(leaving(project, [], { definition: 'BeingDeleted' }))).toEqual(['Release shop-dev']);
  expect(steps(leaving(project, [], { definition: 'Serving' }))).toEqual(['DeleteNamespace shop-dev']);
});

test('a deleted Project goes once it holds nothing', () => {
  const project = leavingDev({}, deletion);
  expect(leaving(project, []).stage).toBe('Leaving');
  const gone = planProject(anObservation(project));
  expect(gone.stage).toBe('Gone');
  expect(steps(gone)).toEqual(['SetFinalizers Project []']);
  const ungoverned = leavingDev({}, { ...deletion, finalizers: ['example.com/theirs'] });
  expect(steps(planProject(anObservation(ungoverned)))).toEqual([]);
});

test('a suspended Project is looked at, no more', () => {
  const project = aProject('shop', { suspend: true, owners }, { finalizers: [] });
  const plan = planProject(holding(project));
  expect(plan.stage).toBe('Suspended');
});

test('a hole that was there before the wall is told of, and left alone', () => {
  const hole = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'shop-dev', name: 'allow-all' },
    spec: { podSelector: {}, ingress: [{}] },
  };
  const contents = new Map([['shop-dev', { ...nothing, strangers: [hole] }]]);
  const plan = planProject(holding(aProject('shop'), { contents }));
  expect(plan.environments[0]?.troubles.Network).toMatchObject({
    reason: 'WallOpened',
    message: expect.stringContaining('allow-all'),
  });
  expect(steps(plan)).toEqual([]);
  const open = aProject('shop', { network: { isolation: 'Open' } });
  expect(planProject(holding(open, { contents })).environments[0]?.troubles.Network).toBeUndefined();
});

test.each([
  'Retain',
  'Delete',
])('what only pretends to be ours is left alone when a namespace leaves: %s', (deletionPolicy) => {
  const project = leavingDev({ deletionPolicy });
  const forged = aRoleBinding('shop-dev', 'mainstay-admin', project, { managedFields: [] });
  expect(steps(leaving(project, [forged]))).toEqual([
    deletionPolicy === 'Retain' ? 'Release shop-dev' : 'DeleteNamespace shop-dev',
  ]);
});

test("an environment's own amounts hold without a total, and nobody else waits for a quota", () => {
  const project = aProject('shop', {
    owners,
    environments: [{ name: 'dev', quota: { hard: { pods: '5' } } }, { name: 'prod' }],
  });
  const plan = planProject(
    anObservation(project, {
      namespaces: new Map(
        ['dev', 'prod'].map((name) => [`shop-${name}`, aHeldNamespace(`shop-${name}`, project, name)]),
      ),
    }),
  );
  const quotas = desiredOf(plan)
    .map(({ object }) => object)
    .filter(({ kind }) => kind === 'ResourceQuota');
  expect(quotas).toMatchObject([{ metadata: { namespace: 'shop-dev' }, spec: { hard: { pods: '5' } } }]);
  const bound = desiredOf(plan).filter(({ object }) => object.kind === 'RoleBinding');
  expect(bound.map(({ object }) => object.metadata.namespace)).toEqual(['shop-prod']);
  expect(plan.environments.map(({ troubles }) => troubles.Quota?.reason)).toEqual([
    'QuotaPending',
    undefined,
  ]);
});

test('what may have been given to an environment that leaves is not given to another yet', () => {
  const project = aProject('shop', { quota: { hard: { pods: '10' } } });
  const namespaces = new Map([
    ['shop-dev', aHeldNamespace('shop-dev', project, 'dev')],
    ['shop-old', aHeldNamespace('shop-old', project, 'old')],
  ]);
  const contents = new Map(
    Object.entries({ dev: '4', old: '0' }).map(([name, pods]) => [
      `shop-${name}`,
      { ...nothing, quotas: [aQuota(`shop-${name}`, project, { pods }, { pods: '0' })] },
    ]),
  );
  const attempted = new Map([['old', { pods: '5' }]]);
  const share = (quotaMemory: Observation['quotaMemory']) =>
    planProject(anObservation(project, { namespaces, contents, quotaMemory })).quota.shares.get('dev')?.hard;
  expect(share(noMemory)).toEqual({ pods: '10' });
  expect(share({ ...noMemory, attempted })).toEqual({ pods: '5' });
});

/** Which pods and CPU a plan gives to an environment now. */
const sharedOut = (plan: ProjectPlan, environment: string) => plan.quota.shares.get(environment)?.hard;

test('what an environment has counts until its namespace is gone, though the environment is wanted again', () => {
  const project = aProject('shop', {
    deletionPolicy: 'Delete',
    quota: { mode: 'Elastic', hard: { pods: '25', 'requests.cpu': '25100m' } },
    environments: [{ name: 'dev' }, { name: 'prod', quota: { weight: 3 } }, { name: 'test' }],
  });
  const stands = (namespace: string, pods: string, cpu: string) => {
    const hard = { pods, 'requests.cpu': cpu };
    const quotas = [aQuota(namespace, project, hard, { pods: '0', 'requests.cpu': '0' })];
    return [namespace, { ...nothing, quotas }] as const;
  };
  // They were left with these when `test` was taken out, and then `prod`, which goes still.
  const plan = planProject(
    anObservation(project, {
      namespaces: new Map([
        ['shop-dev', aHeldNamespace('shop-dev', project, 'dev')],
        ['shop-prod', aHeldNamespace('shop-prod', project, 'prod', deletion)],
        ['shop-test', aHeldNamespace('shop-test', project, 'test')],
      ]),
      contents: new Map([stands('shop-dev', '6', '6275m'), stands('shop-prod', '19', '18825m')]),
      quotaMemory: { ...noMemory, untouched: new Set(['uid-of-shop-test']) },
    }),
  );
  expect(sharedOut(plan, 'test')).toEqual({ pods: '0', 'requests.cpu': '0' });
  expect(plan.environments[2]?.troubles.Quota).toMatchObject({
    reason: 'QuotaPending',
    message: expect.stringContaining('which is being taken from prod'),
  });
});

test('what a retained namespace brings with it counts before it is taken back', () => {
  const project = aProject('shop', {
    quota: { hard: { pods: '10' } },
    environments: [{ name: 'dev' }, { name: 'prod' }],
  });
  const contents = new Map(
    Object.entries({ dev: '2', prod: '8' }).map(([name, pods]) => [
      `shop-${name}`,
      { ...nothing, quotas: [aQuota(`shop-${name}`, project, { pods }, { pods: '0' })] },
    ]),
  );
  const plan = planProject(
    anObservation(project, {
      namespaces: new Map([
        ['shop-dev', aHeldNamespace('shop-dev', project, 'dev')],
        ['shop-prod', aRetainedNamespace('shop-prod', 'shop')],
      ]),
      contents,
    }),
  );
  expect(steps(plan)).toEqual(['Take shop-prod']);
  expect(sharedOut(plan, 'dev')).toEqual({ pods: '2' });
});

test('a namespace that leaves counts beside an environment that has its name', () => {
  const project = aProject('shop', {
    quota: { hard: { pods: '10' } },
    environments: [{ name: 'dev' }, { name: 'prod' }],
  });
  const contents = new Map(
    Object.entries({ 'shop-dev': '8', dev: '2' }).map(([namespace, pods]) => [
      namespace,
      { ...nothing, quotas: [aQuota(namespace, project, { pods }, { pods: '0' })] },
    ]),
  );
  const namespaces = new Map([
    ['shop-dev', aHeldNamespace('shop-dev', project, 'dev')],
    ['shop-prod', aHeldNamespace('shop-prod', project, 'prod')],
    ['dev', aHeldNamespace('dev', project, 'old')],
  ]);
  const plan = planProject(anObservation(project, { namespaces, contents }));
  expect(sharedOut(plan, 'dev')).toEqual({ pods: '5' });
  expect(sharedOut(plan, 'prod')).toEqual({ pods: '0' });
  expect(plan.environments[1]?.troubles.Quota?.message).toContain('being taken from dev, namespace dev');
});

test('an environment is not ready while nobody knows whether its share has arrived', () => {
  const project = aProject('shop', { quota: { hard: { pods: '10' } } });
  const quotas = [aQuota('shop-dev', project, { pods: '4' }, { pods: '0' })];
  const contents = new Map([['shop-dev', { ...nothing, quotas }]]);
  const quotaMemory = { ...noMemory, attempted: new Map([['dev', { pods: '10' }]]) };
  const plan = planProject(holding(project, { contents, quotaMemory }));
  expect(desiredOf(plan).find(({ object }) => object.kind === 'ResourceQuota')?.object).toMatchObject({
    spec: { hard: { pods: '4' } },
  });
  expect(plan.environments[0]?.troubles.Quota?.reason).toBe('QuotaPending');
});
