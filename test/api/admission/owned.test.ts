import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, labels } from '../../../crds/project/names.ts';
import { until } from '../../eventually.ts';
import {
  clusterRole,
  done,
  grantEverywhere,
  grantIn,
  held,
  type Installed,
  installAdmission,
  namespace,
} from './installed.ts';
import type { Manifest, Person } from './people.ts';

let installed: Installed;
let operator: Person;
let admin: Person;
/** Holds more in the environment than the built-in admin: every verb on everything in it. */
let tenant: Person;
const environment = namespace('owned-prod', held('Strict'));
const plugIn = clusterRole('owned-plug-in', {
  apiGroups: ['networking.k8s.io'],
  resources: ['networkpolicies'],
  verbs: ['*'],
});

beforeAll(async () => {
  installed = await installAdmission();
  ({ operator, admin } = installed);
  tenant = installed.api.as('owned-tenant');
  await done(operator.apply(environment));
  await done(admin.apply(grantIn(environment.metadata.name, 'cluster-admin', 'owned-tenant')));
  await done(admin.apply(plugIn));
  await done(admin.apply(grantEverywhere(plugIn.metadata.name, 'owned-plug-in')));
  await until('the tenant has rights', async () => (await tenant.list(quota('any'))).status === 200);
  await until('the plug-in has rights', async () => {
    return (await installed.api.as('owned-plug-in').list(wall('any'))).status === 200;
  });
});
afterAll(async () => {
  await admin.remove(grantEverywhere(plugIn.metadata.name, 'owned-plug-in'));
  await admin.remove(plugIn);
  await admin.remove(environment);
  await installed[Symbol.asyncDispose]();
});

const mark = { [labels.owner]: 'b3f0c6de-0000-4000-8000-000000000001' };
const within = (name: string, marks: object) => ({
  metadata: { name, namespace: environment.metadata.name, labels: marks },
});
const wall = (name: string, marks: object = mark): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  ...within(name, marks),
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
});
const quota = (name: string, marks: object = mark): Manifest => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  ...within(name, marks),
  spec: { hard: { pods: '10' } },
});
const limits = (name: string, marks: object = mark): Manifest => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  ...within(name, marks),
  spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
});
const binding = (name: string, marks: object = mark): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  ...within(name, marks),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'support' }],
});
const copy = (name: string, marks: object = mark): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  ...within(name, marks),
  data: { password: 'aHVudGVyMg==' },
});

const kinds: readonly [string, (name: string, marks?: object) => Manifest, object][] = [
  ['NetworkPolicy', wall, { spec: { podSelector: { matchLabels: { app: 'other' } } } }],
  ['ResourceQuota', quota, { spec: { hard: { pods: '1000' } } }],
  ['LimitRange', limits, { spec: { limits: [] } }],
  ['RoleBinding', binding, { subjects: [] }],
  ['Secret', copy, { data: { password: 'eA==' } }],
];

describe.each(kinds)('a %s that the operator made', (_kind, make, change) => {
  it('is changed by the operator alone, and the refusal says what to do', async () => {
    const object = make('changed');
    await done(operator.create(object));
    for (const person of [tenant, admin]) {
      const answer = await person.patch(object, change);
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.message).toContain('changed belongs to the Project payments: change the Project');
      expect(await person.apply({ ...object, ...change })).toMatchObject({ status: 403 });
    }
    await done(operator.patch(object, change));
  });

  it('keeps its mark and gets no label, owner or finalizer from anybody else', async () => {
    const object = make('marked');
    await done(operator.create(object));
    const owners = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'b3f0c6de-0000-4000-8000-00000000dead' },
    ];
    for (const metadata of [
      { labels: { [labels.owner]: null } },
      { labels: { [labels.owner]: 'another' } },
      { labels: { extra: 'yes' } },
      { ownerReferences: owners },
      { finalizers: ['example.com/forever'] },
      { annotations: { [annotations.desired]: 'forged' } },
    ])
      expect([metadata, await tenant.patch(object, { metadata })]).toMatchObject([metadata, { status: 403 }]);
  });

  it('is deleted by the operator alone, one by one or all at once', async () => {
    const object = make('deleted');
    await done(operator.create(object));
    for (const person of [tenant, admin]) {
      expect(await person.remove(object)).toMatchObject({ status: 403 });
      expect(await person.remove(object, 'Foreground')).toMatchObject({ status: 403 });
    }
    expect(await tenant.removeAll(object)).toMatchObject({ status: 403 });
    await done(operator.remove(object));
  });

  it('cannot be forged, nor the mark be put on what a tenant made', async () => {
    const forged = await tenant.create(make('forged'));
    expect(forged).toMatchObject({ status: 403 });
    expect(forged.message).toContain('is the mark of the operator');
    expect(await tenant.apply(make('forged'), 'mainstay')).toMatchObject({ status: 403 });
    await done(tenant.create(make('own', {})));
    expect(await tenant.patch(make('own', {}), { metadata: { labels: mark } })).toMatchObject({
      status: 403,
    });
  });

  it('cannot have its name taken before it is made', async () => {
    if (make === copy) return;
    const squatted = await tenant.create(make('mainstay-any', {}));
    expect(squatted).toMatchObject({ status: 403 });
    expect(squatted.message).toContain(
      'are kept for the operator, which makes what the Project payments says',
    );
    await done(operator.create(make('mainstay-any')));
    await done(operator.remove(make('mainstay-any')));
  });

  it("leaves the tenant's own one to the tenant", async () => {
    const own = make('theirs', { app: 'web' });
    await done(tenant.create(own));
    await done(tenant.patch(own, change));
    await done(tenant.remove(own));
  });

  it('can be written as it is, as a storage migration does', async () => {
    const object = make('migrated');
    await done(operator.create(object));
    const { body } = await done(admin.get(object));
    await done(
      admin.replace({
        ...object,
        ...body,
        metadata: { ...object.metadata, ...body.metadata, resourceVersion: undefined },
      }),
    );
  });
});

describe("a quota's status, which is what it enforces", () => {
  it('is written by the cluster alone, and so are the labels that could be written with it', async () => {
    const object = quota('enforced');
    await done(operator.create(object));
    for (const person of [tenant, admin])
      for (const change of [{ status: { hard: { pods: '1000' } } }, { metadata: { labels: null } }])
        expect([change, await person.patchStatus(object, change)]).toMatchObject([change, { status: 403 }]);
    await done(operator.remove(object));
  });
});

describe('the cluster goes on working', () => {
  it('a quota gets its status from the controller manager', async () => {
    const object = quota('counted');
    await done(operator.create(object));
    await until('status.hard is set', async () => {
      const { body } = await admin.get(object);
      return JSON.stringify(body.status ?? {}).includes('"hard"');
    });
  });

  it('a foreground deletion by the operator is finished by the garbage collector', async () => {
    const object = wall('foreground');
    await done(operator.create(object));
    await done(operator.remove(object, 'Foreground'));
    await until('it is gone', async () => (await admin.get(object)).status === 404);
  });

  it('what the operator tied to an owner goes with the owner', async () => {
    const owner: Manifest = { apiVersion: 'v1', kind: 'ConfigMap', ...within('owner', {}) };
    const { body } = await done(admin.create(owner));
    const object = copy('dependent');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: body.metadata?.uid }];
    await done(operator.create({ ...object, metadata: { ...object.metadata, ownerReferences } }));
    await done(admin.remove(owner));
    await until('it is gone', async () => (await admin.get(object)).status === 404);
  });

  it('a network plug-in that acts in all namespaces puts its finalizer and annotation on, and nothing else', async () => {
    const object = wall('plugged');
    const person = installed.api.as('owned-plug-in');
    await done(operator.create(object));
    await done(
      person.patch(object, { metadata: { finalizers: ['example.com/cni'], annotations: { seen: 'yes' } } }),
    );
    expect(await person.patch(object, { spec: { ingress: [{}] } })).toMatchObject({ status: 403 });
    expect(await person.patch(object, { metadata: { labels: { a: 'b' } } })).toMatchObject({ status: 403 });
    expect(
      await person.patch(object, { metadata: { annotations: { [annotations.desired]: 'x' } } }),
    ).toMatchObject({ status: 403 });
    await done(person.patch(object, { metadata: { finalizers: null } }));
  });

  it('a namespace goes with all that is in it', async () => {
    const doomed = namespace('owned-doomed', held('Strict'));
    await done(operator.apply(doomed));
    for (const [, make] of kinds) {
      const object = make('wall');
      await done(operator.create({ ...object, metadata: { ...object.metadata, namespace: 'owned-doomed' } }));
    }
    await done(admin.remove(doomed));
    await until('it is gone', async () => (await admin.get(doomed)).status === 404);
  });

  it('what stays in a namespace that no Project holds any more is cleared by who may change the namespace', async () => {
    const retained = namespace('owned-retained', held('Strict'));
    const inside = wall('wall');
    const left = { ...inside, metadata: { ...inside.metadata, namespace: 'owned-retained' } };
    await done(operator.apply(retained));
    await done(admin.apply(grantIn('owned-retained', 'admin', 'owned-tenant')));
    await done(operator.create(left));
    expect(await admin.remove(left)).toMatchObject({ status: 403 });
    await done(operator.patch(retained, { metadata: { labels: { [labels.owner]: null } } }));
    await until('the tenant has rights', async () => (await tenant.get(left)).status === 200);
    expect(await tenant.remove(left)).toMatchObject({ status: 403 });
    expect(await tenant.patch(left, { spec: { podSelector: { matchLabels: { a: 'b' } } } })).toMatchObject({
      status: 403,
    });
    const change = { spec: { podSelector: { matchLabels: { a: 'b' } } } };
    await until('the policies see the namespace let go', async () => {
      return (await admin.patch(left, change)).status === 200;
    });
    const another = { metadata: { labels: { [labels.owner]: 'another' } } };
    expect(await admin.patch(left, another)).toMatchObject({ status: 403 });
    await done(admin.remove(left));
    await done(admin.remove(retained));
  });
});
