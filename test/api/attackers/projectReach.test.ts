import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projects } from '../../../controllers/project/project.ts';
import { annotations, finalizers, labels } from '../../../crds/project/names.ts';
import {
  configMaps,
  type Namespace,
  namespaces,
  networkPolicies,
  roleBindings,
  secrets,
} from '../../../operator/resources/builtin.ts';
import { eventually, until } from '../../eventually.ts';
import { clusterRole, done, grantEverywhere, grantIn, namespace } from '../admission/installed.ts';
import type { Manifest, Person } from '../admission/people.ts';
import { applyProject, condition, exists, gone, ready } from '../project/installation.ts';
import { deep, largest, tooLarge } from './hugeProjects.ts';
import { allRefused, project, type Stage, setStage } from './stage.ts';

/** Someone who may write Projects tries to reach by them what is other people's: namespaces, Secrets, each other's marks. */
let stage: Stage;
let mallory: Person;
/** May write Projects, and everything about namespaces by every way there is; deletes none. */
let lara: Person;

beforeAll(async () => {
  stage = await setStage();
  ({ mallory } = stage);
  const { admin, api, here } = stage;
  lara = api.as('lara');
  const labeller = clusterRole('labeller', {
    apiGroups: [''],
    resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
    verbs: ['get', 'list', 'create', 'update', 'patch'],
  });
  await done(admin.apply(labeller));
  await done(admin.apply(grantEverywhere('labeller', 'lara')));
  await done(admin.apply(grantEverywhere('mainstay-project-editor', 'lara')));
  for (const name of ['island', 'home', 'vault']) await done(admin.create(namespace(name)));
  for (const name of ['home', 'default']) await done(admin.apply(grantIn(name, 'admin', 'mallory')));
  await applyProject(here, 'fort');
  await ready(here, 'fort');
  await until('lara has rights', async () => (await lara.get(namespace('fort-dev'))).status === 200);
});
afterAll(() => stage[Symbol.asyncDispose]());

const named = (name: string): Promise<Namespace> => stage.here.admin.get(namespaces, { name });
const stalled = (name: string, reason: string) =>
  condition(stage.here, name, 'Stalled', { status: 'True', reason });

describe('taking over a namespace by a Project', () => {
  it("of the cluster's own, or Mainstay's, is refused, whether named or derived", async () => {
    for (const name of ['kube-system', 'kube-public', 'kube-node-lease', 'default', 'mainstay-system'])
      await allRefused(
        {
          [name]: mallory.create(
            project('taker', { environments: [{ name: 'x', namespace: name, adopt: true }] }),
          ),
        },
        /cluster's own namespaces/,
      );
    for (const [name, environment] of [
      ['kube', 'system'],
      ['kube', 'x'],
      ['mainstay', 'system'],
    ] as const)
      await allRefused(
        { [name]: mallory.create(project(name, { environments: [{ name: environment }] })) },
        /cluster's own|Mainstay's/,
      );
  });

  it("of somebody's, unasked or offered to another, stalls and touches nothing", async () => {
    const before = await named('island');
    const environments = [{ name: 'x', namespace: 'island', adopt: true }];
    await done(mallory.create(project('taker', { environments })));
    await stalled('taker', 'NamespaceNotAdoptable');
    await allRefused(
      {
        offer: mallory.patch(namespace('island'), {
          metadata: { annotations: { [annotations.adoptableBy]: 'taker' } },
        }),
      },
      /cannot patch resource "namespaces"/,
    );
    expect(await named('island')).toEqual(before);
    await stage.here.kubectl('annotate', 'namespace', 'island', `${annotations.adoptableBy}=friend`);
    await eventually(async () => expect((await named('island')).metadata.annotations).toBeDefined());
    await stalled('taker', 'NamespaceNotAdoptable');
    expect((await named('island')).metadata.labels).toEqual(before.metadata.labels);
    expect(
      await exists(stage.here, networkPolicies, { namespace: 'island', name: 'mainstay-isolation' }),
    ).toBe(false);
    await done(mallory.remove(project('taker')));
  });

  it("of another Project's, whose names collide with it, stalls, and no rule of others ever means it", async () => {
    const { here } = stage;
    await applyProject(here, 'a', { environments: [{ name: 'b-c' }] });
    await ready(here, 'a');
    const { uid } = (await named('a-b-c')).metadata;
    await done(mallory.create(project('a-b', { environments: [{ name: 'c' }] })));
    await stalled('a-b', 'NamespaceHeld');
    const ingress = [{ from: [{ project: 'a-b', environment: 'c' }] }];
    await applyProject(here, 'open-to-a-b', { network: { ingress } });
    await ready(here, 'open-to-a-b');
    const rules = { namespace: 'open-to-a-b-dev', name: 'mainstay-rules' };
    expect(await exists(here, networkPolicies, rules)).toBe(false);
    expect(await named('a-b-c')).toMatchObject({ metadata: { uid, labels: { [labels.project]: 'a' } } });
    // Nor when it goes, and would take everything with it.
    await done(mallory.patch(project('a-b'), { spec: { deletionPolicy: 'Delete' } }));
    await done(mallory.remove(project('a-b')));
    await gone(here, projects, { name: 'a-b' });
    expect((await named('a-b-c')).metadata.deletionTimestamp).toBeUndefined();
    await ready(here, 'a');
  });
});

describe('forging marks', () => {
  it('on a Project, whatever they say, changes nothing', async () => {
    const { here } = stage;
    const held = await named('fort-dev');
    const fort = await here.admin.get(projects, { name: 'fort' });
    const forged: Manifest = {
      ...project('forged', { deletionPolicy: 'Delete', environments: [{ name: 'dev' }] }),
      metadata: {
        name: 'forged',
        labels: { ...held.metadata.labels, [labels.shared]: 'true' },
        annotations: { [annotations.retainedFor]: 'forged', [annotations.sharedWith]: '*' },
        ownerReferences: [
          { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Project', name: 'fort', uid: fort.metadata.uid },
        ],
      },
    };
    await done(mallory.apply(forged, 'mainstay'));
    await ready(here, 'forged');
    await done(mallory.remove(forged));
    await eventually(async () => {
      const own = await here.admin.list(namespaces, { fieldSelector: 'metadata.name=forged-dev' });
      expect(own.items.every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    });
    expect(await named('fort-dev')).toMatchObject({
      metadata: { uid: held.metadata.uid, labels: held.metadata.labels },
    });
    await ready(here, 'fort');
  });

  it('on a held namespace is refused by every way to write a namespace', async () => {
    const held = namespace('fort-dev');
    const { body } = await done(lara.get(held));
    const marks = { ...(await named('fort-dev')).metadata.labels, [labels.isolation]: 'Open' };
    const whole: Manifest = {
      ...held,
      ...body,
      metadata: { ...held.metadata, ...body.metadata, labels: marks },
    };
    const change = { metadata: { labels: { [labels.isolation]: 'Open', [labels.owner]: 'nobody' } } };
    await allRefused(
      {
        patch: lara.patch(held, change),
        replace: lara.replace(whole),
        status: lara.patchStatus(held, change),
        finalize: lara.finalize(whole),
        'apply as the operator': lara.apply(
          { ...held, metadata: { name: 'fort-dev', labels: marks } },
          'mainstay',
        ),
        'a new one': lara.create({ ...whole, metadata: { name: 'fort-new', labels: marks } }),
      },
      /mainstay-namespaces/,
    );
  });

  it('out of managedFields, so that the operator would disown a namespace and another Project take it, is refused', async () => {
    const held = namespace('fort-dev');
    await allRefused(
      { wipe: lara.patch(held, { metadata: { managedFields: [{}] } }) },
      /leave managedFields alone/,
    );
    const environments = [{ name: 'x', namespace: 'fort-dev', adopt: true }];
    await done(lara.patch(held, { metadata: { annotations: { [annotations.adoptableBy]: 'thief' } } }));
    await done(lara.create(project('thief', { environments })));
    await stalled('thief', 'NamespaceHeld');
    await ready(stage.here, 'fort');
    await done(lara.remove(project('thief')));
  });

  it('on objects of her own, as the operator would, is refused', async () => {
    const { uid } = (await stage.here.admin.get(projects, { name: 'fort' })).metadata;
    const metadata = {
      name: 'forged',
      namespace: 'home',
      labels: { [labels.owner]: uid, [labels.project]: 'fort' },
    };
    const rbac = 'rbac.authorization.k8s.io';
    const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'view' };
    for (const object of [
      { apiVersion: 'v1', kind: 'Secret', metadata },
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } },
      { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, roleRef },
    ])
      await allRefused(
        { create: mallory.create(object), apply: mallory.apply(object, 'mainstay') },
        /is the mark of the operator/,
      );
  });

  it("on objects in a namespace that no policy holds, the cluster's own, makes the operator do nothing to them", async () => {
    const { uid } = (await stage.here.admin.get(projects, { name: 'fort' })).metadata;
    const metadata = {
      name: 'forged',
      namespace: 'default',
      labels: { [labels.owner]: uid, [labels.project]: 'fort', [labels.environment]: 'dev' },
    };
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: { podSelector: {} },
    };
    await done(mallory.apply(policy, 'mainstay'));
    await applyProject(stage.here, 'fort', { limits: { default: { cpu: '1' } } });
    await ready(stage.here, 'fort');
    expect(await exists(stage.here, networkPolicies, { namespace: 'default', name: 'forged' })).toBe(true);
    await done(mallory.remove(policy));
  });
});

describe("reaching for other people's Secrets", () => {
  const wish = (name: string) => ({ secrets: [{ name: 'loot', from: { namespace: 'vault', name } }] });
  const copy = { namespace: 'greedy-dev', name: 'loot' };
  const secret = (name: string, metadata: object): Manifest => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'vault', ...metadata },
    data: { token: 'dG9rZW4=' },
  });
  const marked = { [labels.shared]: 'true' };

  it.each<[string, object]>([
    ['that nobody shares', {}],
    ['that is labelled and shared with nobody', { labels: marked }],
    [
      'shared with another Project',
      { labels: marked, annotations: { [annotations.sharedWith]: 'fort, greedy-two' } },
    ],
    ['shared by annotation alone', { annotations: { [annotations.sharedWith]: '*' } }],
    [
      'whose label says no',
      { labels: { [labels.shared]: 'false' }, annotations: { [annotations.sharedWith]: '*' } },
    ],
    [
      'shared with a Project whose name is a part of hers',
      { labels: marked, annotations: { [annotations.sharedWith]: 'gree,dy' } },
    ],
  ])('%s: nothing is copied, and she learns no more than of one that is not there', async (_, metadata) => {
    const { here } = stage;
    const told = async (name: string) => {
      await done(mallory.apply(project('greedy', wish(name)), 'mallory'));
      const { status } = await condition(here, 'greedy', 'SecretsReady', {
        status: 'False',
        reason: 'SecretUnavailable',
      });
      return JSON.stringify([status?.conditions, status?.environments])
        .replaceAll(name, '')
        .replaceAll(/"[0-9T:Z-]{20}"|"observedGeneration":\d+/g, '');
    };
    const missing = await told('no-such-thing');
    await done(stage.admin.create(secret('real', metadata)));
    expect(await told('real')).toBe(missing);
    expect(await exists(here, secrets, copy)).toBe(false);
    await done(stage.admin.remove(secret('real', {})));
  });

  it("under the name of somebody's Secret in an adopted namespace: that one is left alone", async () => {
    const { here, admin } = stage;
    await here.kubectl('annotate', '--overwrite', 'namespace', 'island', `${annotations.adoptableBy}=greedy`);
    await done(admin.create({ ...secret('loot', {}), metadata: { name: 'loot', namespace: 'island' } }));
    const shared = { labels: marked, annotations: { [annotations.sharedWith]: '*' } };
    await done(admin.create({ ...secret('public', shared), data: { token: 'ZXZpbA==' } }));
    const environments = [{ name: 'x', namespace: 'island', adopt: true }];
    await done(mallory.apply(project('greedy', { ...wish('public'), environments }), 'mallory'));
    await condition(here, 'greedy', 'SecretsReady', { status: 'False', reason: 'SecretNameTaken' });
    const { data } = await here.admin.get(secrets, { namespace: 'island', name: 'loot' });
    expect(data).toEqual({ token: 'dG9rZW4=' });
    await done(mallory.remove(project('greedy')));
  });
});

describe('holding the operator up', () => {
  it('with finalizers stripped from a Project that stands: they are put back', async () => {
    const { here } = stage;
    await done(mallory.patch(project('fort'), { metadata: { finalizers: null } }));
    await eventually(async () => {
      expect((await here.admin.get(projects, { name: 'fort' })).metadata.finalizers).toContain(
        finalizers.project,
      );
    });
    await ready(here, 'fort');
  });

  it('with finalizers stripped while it is deleted: the namespace stays walled, and claim and access go', async () => {
    const { here } = stage;
    await applyProject(here, 'stripped', { owners: [{ kind: 'User', name: 'tina' }] });
    await ready(here, 'stripped');
    const stripped = project('stripped');
    const strip = () => mallory.patch(stripped, { metadata: { finalizers: null } });
    await Promise.all([strip(), mallory.remove(stripped), strip()]);
    await gone(here, projects, { name: 'stripped' });
    await gone(here, roleBindings, { namespace: 'stripped-dev', name: 'mainstay-admin' });
    await eventually(async () => {
      expect((await named('stripped-dev')).metadata.labels).not.toHaveProperty([labels.owner]);
    });
    const wall = { namespace: 'stripped-dev', name: 'mainstay-isolation' };
    expect(await exists(here, networkPolicies, wall)).toBe(true);
  });

  it('with objects that name a Project as their owner: it goes nevertheless, and so do they', async () => {
    const { here } = stage;
    await applyProject(here, 'owning');
    const { metadata } = await ready(here, 'owning');
    const ownerReferences = [
      {
        apiVersion: 'mainstay.dev/v1alpha1',
        kind: 'Project',
        name: 'owning',
        uid: metadata.uid,
        blockOwnerDeletion: true,
      },
    ];
    const clinging = {
      name: 'clinging',
      namespace: 'home',
      ownerReferences,
      finalizers: ['example.com/hold'],
    };
    const object: Manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: clinging };
    await done(mallory.create(object));
    await done(mallory.remove(project('owning')));
    await gone(here, projects, { name: 'owning' });
    expect((await named('owning-dev')).metadata.annotations?.[annotations.retainedFor]).toBe('owning');
    await done(mallory.remove(object));
    await done(mallory.patch(object, { metadata: { finalizers: null } }));
    await gone(here, configMaps, { namespace: 'home', name: 'clinging' });
  });

  it('with objects that are huge or deep: refused, or kept and told of within bounds', async () => {
    const { here } = stage;
    for (const object of tooLarge) expect((await mallory.create(object)).status).toBeOneOf([400, 413, 422]);
    // What is unknown is dropped or refused, however deep.
    expect((await mallory.create(deep)).status).toBeOneOf([201, 400, 422]);
    await done(mallory.apply(largest, 'mallory'));
    // Its 32 environments take as many namespaces, and some hundred objects.
    const told = { status: 'False', reason: 'SecretUnavailable' };
    const { status } = await condition(here, 'largest', 'SecretsReady', told, { within: 90_000 });
    expect(status?.environments).toHaveLength(32);
    expect(JSON.stringify(status).length).toBeLessThan(500_000);
    await ready(here, 'fort');
  });
});
