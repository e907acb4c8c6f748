import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../eventually.ts';
import {
  clusterRole,
  done,
  grantEverywhere,
  grantIn,
  type Installed,
  installAdmission,
  namespace,
  project,
} from './installed.ts';
import type { Manifest, Person } from './people.ts';

let installed: Installed;
let admin: Person;
/** May write Projects, and bind nothing. */
let writer: Person;
/** May write Projects, and bind: every role, view, admin in one namespace. */
let binder: Person;
let viewBinder: Person;
let localBinder: Person;
/** May write Projects, and has a verb of ours on the Project `access`. */
let privileged: Person;
let publisher: Person;

const bind = (name: string, roles: readonly string[]) =>
  clusterRole(name, {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles'],
    resourceNames: roles,
    verbs: ['bind'],
  });
const onProjects = (name: string, verbs: readonly string[], more: object = {}) =>
  clusterRole(name, {
    apiGroups: ['mainstay.dev'],
    resources: ['projects', 'projects/status'],
    verbs,
    ...more,
  });
const users = ['writer', 'binder', 'view-binder', 'local-binder', 'privileged', 'publisher'].map(
  (name) => `access-${name}`,
);
const local = namespace('access-dev');
const setup: readonly Manifest[] = [
  onProjects('access-write', ['get', 'list', 'create', 'update', 'patch', 'delete']),
  bind('access-bind', ['admin', 'edit', 'view']),
  bind('access-bind-view', ['view']),
  bind('access-bind-admin', ['admin']),
  onProjects('access-use-privileged', ['use-privileged'], { resourceNames: ['access'] }),
  onProjects('access-use-gateways', ['use-gateways'], { resourceNames: ['access'] }),
  ...users.map((user) => grantEverywhere('access-write', user)),
  grantEverywhere('access-bind', 'access-binder'),
  grantEverywhere('access-bind-view', 'access-view-binder'),
  grantEverywhere('access-use-privileged', 'access-privileged'),
  grantEverywhere('access-use-gateways', 'access-publisher'),
  local,
  grantIn('access-dev', 'access-bind-admin', 'access-local-binder'),
];

beforeAll(async () => {
  installed = await installAdmission();
  admin = installed.admin;
  [writer, binder, viewBinder, localBinder, privileged, publisher] = users.map((user) =>
    installed.api.as(user),
  ) as [Person, Person, Person, Person, Person, Person];
  for (const object of setup) await done(admin.apply(object));
  await until('the last grants are in force', async () => {
    const inDev = environments({ name: 'dev', access: [grant('admin', 'jo')] });
    const answers = [
      writer.list(project('any', {})),
      localBinder.create(inDev, dry),
      publisher.create(project('access', fromGateways), dry),
    ];
    return (await Promise.all(answers)).every(({ status }) => status < 300);
  });
});
afterEach(async () => {
  await admin.remove(project('access', {}));
});
afterAll(async () => {
  for (const object of setup.toReversed()) await admin.remove(object);
  await installed[Symbol.asyncDispose]();
});

type Spec = Readonly<Record<string, unknown>>;
const dry = '?dryRun=All';
const user = (name: string) => ({ kind: 'User', name });
const grant = (role: string, ...names: readonly string[]) => ({ role, subjects: names.map(user) });
const environments = (...list: readonly object[]) => project('access', { environments: list });
const fromGateways = { network: { ingress: [{ from: [{ gateways: true }] }] } };

describe('a Project that is created', () => {
  it('grants nothing and needs no more than the right to write Projects', async () => {
    await done(writer.create(project('access', { description: 'quiet' }), dry));
  });

  it.each<[string, string, Spec]>([
    ['owners', 'admin', { owners: [user('jo')] }],
    ['a role everywhere', 'edit', { access: [grant('edit', 'jo')] }],
    ['a role in one environment', 'view', { environments: [{ name: 'dev', access: [grant('view', 'jo')] }] }],
  ])('needs the right to bind for %s', async (_, role, spec) => {
    const answer = await writer.create(project('access', spec), dry);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toContain(`user access-writer may not grant the role ${role}`);
    expect(answer.message).toContain(`(verb bind on clusterroles.rbac.authorization.k8s.io ${role})`);
    await done(binder.create(project('access', spec), dry));
    await done(admin.create(project('access', spec), dry));
  });

  it('is measured role by role', async () => {
    await done(viewBinder.create(project('access', { access: [grant('view', 'jo')] }), dry));
    for (const role of ['edit', 'admin'])
      expect(
        await viewBinder.create(project('access', { access: [grant('view', 'jo'), grant(role, 'jo')] }), dry),
      ).toMatchObject({ status: 403 });
  });

  it.each([
    'cluster-admin',
    'system:node',
    'anything',
  ])('never grants %s, which the installation does not name', async (role) => {
    for (const spec of [
      { access: [grant(role, 'jo')] },
      { environments: [{ name: 'dev', access: [grant(role, 'jo')] }] },
    ]) {
      const answer = await admin.create(project('access', spec), dry);
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.message).toContain('grants only the roles admin, edit, view');
    }
  });
});

describe('a right to bind in one namespace', () => {
  it('serves the environment that has this namespace, and nothing else', async () => {
    await done(localBinder.create(environments({ name: 'dev', access: [grant('admin', 'jo')] }), dry));
    await done(
      localBinder.create(
        environments({ name: 'one', namespace: 'access-dev', access: [grant('admin', 'jo')] }),
        dry,
      ),
    );
    for (const spec of [
      { environments: [{ name: 'dev', access: [grant('edit', 'jo')] }] },
      { environments: [{ name: 'prod', access: [grant('admin', 'jo')] }] },
      {
        environments: [
          { name: 'dev', access: [grant('admin', 'jo')] },
          { name: 'prod', access: [grant('admin', 'jo')] },
        ],
      },
      { environments: [{ name: 'dev', namespace: 'access-other', access: [grant('admin', 'jo')] }] },
      { access: [grant('admin', 'jo')] },
      { owners: [user('jo')] },
    ])
      expect([spec, await localBinder.create(project('access', spec), dry)]).toMatchObject([
        spec,
        { status: 403 },
      ]);
  });

  it('does not pay for very many environments at once, where a right everywhere does', async () => {
    const many = (count: number) =>
      environments(
        ...Array.from({ length: count }, (_, index) => ({
          name: `e${index}`,
          access: [grant('admin', 'jo')],
        })),
      );
    const answer = await localBinder.create(many(8), dry);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toMatch(/may not grant the role admin|in more than 7 environments at once/);
    await done(binder.create(many(32), dry));
  });

  it('serves seven environments at once, and no more even where it is held in all of them', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `e${index}`);
    const held = names.flatMap((name) => [
      namespace(`access-${name}`),
      grantIn(`access-${name}`, 'access-bind-admin', 'access-local-binder'),
    ]);
    for (const object of held) await done(admin.apply(object));
    const of = (count: number) =>
      environments(...names.slice(0, count).map((name) => ({ name, access: [grant('admin', 'jo')] })));
    await until('the grants are in force', async () => {
      return (await localBinder.create(of(7), dry)).status === 201;
    });
    const answer = await localBinder.create(of(8), dry);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toContain('in more than 7 environments at once');
    for (const object of held) await admin.remove(object);
  });
});

describe('a Project that is changed', () => {
  const before = {
    owners: [user('jo'), user('kim')],
    access: [grant('view', 'ann', 'bob')],
    environments: [{ name: 'dev', access: [grant('edit', 'cy')] }, { name: 'prod' }],
  };

  it.each<[string, Spec]>([
    ['its description', { description: 'new' }],
    ['fewer owners', { owners: [user('kim')] }],
    ['its owners in another order', { owners: [user('kim'), user('jo')] }],
    ['fewer people with a role', { access: [grant('view', 'bob')] }],
    ['nobody with a role', { access: [], owners: [] }],
    ['one environment less', { environments: [{ name: 'dev', access: [grant('edit', 'cy')] }] }],
    ['one environment more', { environments: [...before.environments, { name: 'test' }] }],
    [
      'another weight where somebody has access',
      { environments: [{ ...before.environments[0], quota: { weight: 7 } }, { name: 'prod' }] },
    ],
  ])('may get %s from whoever may not bind', async (_, change) => {
    await done(binder.create(project('access', before)));
    await done(writer.patch(project('access', {}), { spec: change }));
  });

  it.each<[string, string, Spec]>([
    ['one more owner', 'admin', { owners: [...before.owners, user('eve')] }],
    ['another owner in place of one', 'admin', { owners: [user('jo'), user('eve')] }],
    [
      'a group in place of a user of its name',
      'admin',
      { owners: [{ kind: 'Group', name: 'jo' }, user('kim')] },
    ],
    ['one more person with a role', 'view', { access: [grant('view', 'ann', 'bob', 'eve')] }],
    [
      'a higher role for a person who has one',
      'edit',
      { access: [grant('view', 'ann'), grant('edit', 'bob')] },
    ],
    [
      'a role in one more environment',
      'edit',
      { environments: [before.environments[0], { name: 'prod', access: [grant('edit', 'cy')] }] },
    ],
    [
      'a role moved between environments',
      'edit',
      { environments: [{ name: 'dev' }, { name: 'prod', access: [grant('edit', 'cy')] }] },
    ],
    [
      'a higher role in an environment for a person who has one there',
      'admin',
      { environments: [{ name: 'dev', access: [grant('admin', 'cy')] }, { name: 'prod' }] },
    ],
    [
      'a role of an environment for one more',
      'edit',
      { environments: [{ name: 'dev', access: [grant('edit', 'cy', 'eve')] }, { name: 'prod' }] },
    ],
    [
      "an environment's role everywhere",
      'edit',
      { access: [grant('view', 'ann', 'bob'), grant('edit', 'cy')] },
    ],
  ])('does not get %s from whoever may not bind', async (_, role, change) => {
    await done(binder.create(project('access', before)));
    const answer = await writer.patch(project('access', {}), { spec: change }, dry);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toContain(`may not grant the role ${role}`);
    const { body } = await admin.get(project('access', {}));
    const replaced = { ...project('access', {}), metadata: { name: 'access', ...body.metadata } };
    expect(await writer.replace({ ...replaced, spec: { ...before, ...change } })).toMatchObject({
      status: 403,
    });
    await done(binder.patch(project('access', {}), { spec: change }, dry));
  });

  it('is labelled, finalized, given status and deleted by whoever may not bind', async () => {
    const object = project('access', {});
    await done(binder.create(project('access', before)));
    await done(
      writer.patch(object, { metadata: { labels: { team: 'blue' }, finalizers: ['example.com/hold'] } }),
    );
    await done(writer.patchStatus(object, { status: { observedGeneration: 1 } }));
    await done(writer.remove(object, 'Foreground'));
    // The garbage collector, which looks for new kinds every 30 s, may have taken its own off already.
    await until('the hold is taken off', async () => {
      const held = (await admin.get(object)).body.metadata?.finalizers;
      const finalizers = Array.isArray(held) ? held.filter((name) => name !== 'example.com/hold') : null;
      return (await writer.patch(object, { metadata: { finalizers } })).status === 200;
    });
    await until('the garbage collector finishes', async () => (await admin.get(object)).status === 404, {
      within: 55_000,
    });
  });

  it('of the largest size is within what the API server lets a policy cost', async () => {
    const people = (suffix: string) =>
      Array.from({ length: 16 }, (_, index) => `${'p'.repeat(200)}${index}${suffix}`);
    const grants = (suffix: string) =>
      ['admin', 'edit', 'view'].map((role) => grant(role, ...people(suffix)));
    const largest = (suffix: string) =>
      project('access', {
        owners: people(suffix).map(user),
        access: grants(suffix),
        environments: Array.from({ length: 32 }, (_, index) => ({
          name: `e${index}`,
          access: grants(suffix),
        })),
      });
    await done(binder.create(largest('a')));
    await done(binder.patch(project('access', {}), { spec: largest('b').spec }, dry));
    await done(writer.patch(project('access', {}), { spec: { description: 'new' } }, dry));
    expect(await writer.patch(project('access', {}), { spec: largest('b').spec }, dry)).toMatchObject({
      status: 403,
    });
  });
});

describe('what breaks out of walls', () => {
  const own = { podSecurity: 'privileged' };
  const ofOne = { environments: [{ name: 'dev', podSecurity: 'privileged' }] };

  it.each<[string, Spec]>([
    ['a whole Project', own],
    ['one environment', ofOne],
  ])('privileged pods in %s need the verb use-privileged', async (_, spec) => {
    for (const person of [writer, binder, publisher]) {
      const answer = await person.create(project('access', spec), dry);
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.message).toContain('this needs the verb use-privileged on projects.mainstay.dev access');
    }
    await done(privileged.create(project('access', spec), dry));
    expect(await privileged.create({ ...project('other', spec) }, dry)).toMatchObject({ status: 403 });
  });

  it('privileged pods are not checked again where they were, but are in each environment more', async () => {
    await done(privileged.create(project('access', own)));
    await done(writer.patch(project('access', {}), { spec: { description: 'new' } }, dry));
    await done(writer.patch(project('access', {}), { spec: { podSecurity: 'baseline' } }, dry));
    const more = { environments: [{ name: 'dev' }, { name: 'test' }] };
    expect(await writer.patch(project('access', {}), { spec: more }, dry)).toMatchObject({ status: 403 });
    const restricted = { environments: [{ name: 'dev' }, { name: 'test', podSecurity: 'restricted' }] };
    await done(writer.patch(project('access', {}), { spec: restricted }, dry));
  });

  it('a rule about gateways that an environment has is not checked again when something else changes there', async () => {
    const dev = { name: 'dev', ...fromGateways };
    await done(writer.create(environments({ name: 'dev' })));
    const added = { spec: { environments: [dev] } };
    expect(await writer.patch(project('access', {}), added, dry)).toMatchObject({ status: 403 });
    await done(publisher.patch(project('access', {}), added));
    const weighed = { environments: [{ ...dev, quota: { weight: 7 } }] };
    await done(writer.patch(project('access', {}), { spec: weighed }, dry));
    const more = { environments: [dev, { ...dev, name: 'test' }] };
    expect(await writer.patch(project('access', {}), { spec: more }, dry)).toMatchObject({ status: 403 });
  });

  it.each<[string, Spec]>([
    ['a whole Project', fromGateways],
    ['one environment', { environments: [{ name: 'dev', ...fromGateways }] }],
  ])("ingress from others' gateways to %s needs the verb use-gateways", async (_, spec) => {
    for (const person of [writer, binder, privileged]) {
      const answer = await person.create(project('access', spec), dry);
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.message).toContain('this needs the verb use-gateways on projects.mainstay.dev access');
    }
    await done(publisher.create(project('access', spec)));
    await done(writer.patch(project('access', {}), { spec: { description: 'new' } }, dry));
    const wider = { network: { ingress: [{ from: [{ gateways: true }, { project: 'friends' }] }] } };
    expect(await writer.patch(project('access', {}), { spec: wider }, dry)).toMatchObject({ status: 403 });
  });
});
