import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorUser } from '../../../crds/project/admission.ts';
import { roleBindings } from '../../../operator/resources/builtin.ts';
import { until } from '../../eventually.ts';
import { clusterRole, done, grantEverywhere } from '../admission/installed.ts';
import type { Person } from '../admission/people.ts';
import { applyProject, condition, exists, gone, ready } from '../project/installation.ts';
import { allRefused, dry, grant, project, type Stage, setStage, user } from './stage.ts';

/** Someone who may write Projects, and has no other right, tries to gain rights by it. */
let stage: Stage;
let mallory: Person;
const fort = project('fort');

beforeAll(async () => {
  stage = await setStage();
  ({ mallory } = stage);
  await applyProject(stage.here, 'fort', {
    owners: [user('tina')],
    environments: [{ name: 'dev', access: [grant('edit', 'ed')] }, { name: 'prod' }],
  });
  await ready(stage.here, 'fort');
});
afterAll(() => stage[Symbol.asyncDispose]());

const notGranted = /may not grant the role|grants only the roles/;

describe('who may write Projects but may not bind roles', () => {
  const spoils: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    owner: { owners: [user('mallory')] },
    'owner beside the owner': { owners: [user('tina'), user('mallory')] },
    'a group of hers as owner': { owners: [{ kind: 'Group', name: 'mallorys' }] },
    'a ServiceAccount of hers': { owners: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'home' }] },
    'a role everywhere': { access: [grant('view', 'mallory')] },
    'a role in an old environment': {
      environments: [
        { name: 'dev', access: [grant('edit', 'ed')] },
        { name: 'prod', access: [grant('view', 'mallory')] },
      ],
    },
    'a role in a new environment': {
      environments: [
        { name: 'dev', access: [grant('edit', 'ed')] },
        { name: 'prod' },
        { name: 'new', access: [grant('admin', 'mallory')] },
      ],
    },
    'a role that somebody has, for herself too': {
      environments: [
        { name: 'dev', access: [{ role: 'edit', subjects: [user('ed'), user('mallory')] }] },
        { name: 'prod' },
      ],
    },
    'a role that no Project may grant': { access: [grant('cluster-admin', 'mallory')] },
  };

  it.each(Object.entries(spoils))('names in a Project of her own: %s, and is refused', async (_, spec) => {
    const generated = { ...project('mine', spec), metadata: { name: '', generateName: 'mine-' } };
    await allRefused(
      {
        create: mallory.create(project('mine', spec)),
        'server-side apply': mallory.apply(project('mine', spec), 'mallory'),
        'with a generated name': mallory.create(generated),
      },
      notGranted,
    );
  });

  it.each(Object.entries(spoils))('names in a Project that stands: %s, and is refused', async (_, spec) => {
    const { body } = await done(mallory.get(fort));
    const whole = { ...fort, ...body, metadata: { ...fort.metadata, ...body.metadata } };
    const spec0 = typeof body.spec === 'object' ? body.spec : {};
    await allRefused(
      {
        patch: mallory.patch(fort, { spec }),
        replace: mallory.replace({ ...whole, spec: { ...spec0, ...spec } }),
        'server-side apply': mallory.apply({ ...fort, spec: { ...spec0, ...spec } }, 'mallory'),
        "apply as the operator's field manager": mallory.apply(
          { ...fort, spec: { ...spec0, ...spec } },
          'mainstay',
        ),
        "apply as an administrator's field manager": mallory.apply(
          { ...fort, spec: { ...spec0, ...spec } },
          'kubectl',
        ),
      },
      notGranted,
    );
  });

  it('takes a grant away and puts it back: only the first is let through', async () => {
    await applyProject(stage.here, 'swapped', { owners: [user('tina')], access: [grant('view', 'vic')] });
    await ready(stage.here, 'swapped');
    const swapped = project('swapped');
    await done(mallory.patch(swapped, { spec: { owners: [], access: [] } }));
    await gone(stage.here, roleBindings, { namespace: 'swapped-dev', name: 'mainstay-admin' });
    await allRefused(
      {
        owner: mallory.patch(swapped, { spec: { owners: [user('tina')] } }),
        role: mallory.patch(swapped, { spec: { access: [grant('view', 'vic')] } }),
      },
      notGranted,
    );
  });

  it('removes an environment with grants and adds it again: refused', async () => {
    const environments = [{ name: 'one', access: [grant('edit', 'ed')] }, { name: 'two' }];
    await applyProject(stage.here, 'rejoined', { environments });
    await ready(stage.here, 'rejoined');
    const rejoined = project('rejoined');
    await done(mallory.patch(rejoined, { spec: { environments: [{ name: 'two' }] } }));
    await allRefused(
      { again: mallory.patch(rejoined, { spec: { environments } }) },
      /may not grant the role edit/,
    );
  });

  it('cannot move an environment with grants onto another namespace', async () => {
    const moved = [{ name: 'dev', namespace: 'elsewhere', access: [grant('edit', 'ed')] }, { name: 'prod' }];
    await allRefused(
      { moved: mallory.patch(fort, { spec: { environments: moved } }) },
      /keeps its namespace/,
    );
  });

  it("gets no right by a second Project that claims the first one's namespace", async () => {
    const environments = [{ name: 'dev', namespace: 'fort-dev', adopt: true }];
    await done(mallory.create(project('second', { environments })));
    await condition(stage.here, 'second', 'Stalled', { status: 'True', reason: 'NamespaceHeld' });
    await allRefused(
      { owner: mallory.patch(project('second'), { spec: { owners: [user('mallory')] } }) },
      notGranted,
    );
    await ready(stage.here, 'fort');
    await done(mallory.remove(project('second')));
  });

  it('writes no status, and who may write status changes nothing by it', async () => {
    await allRefused(
      { status: mallory.patchStatus(fort, { status: { conditions: [] } }) },
      /cannot patch resource "projects\/status"/,
    );
    const scribe = stage.api.as('scribe');
    const rights = { apiGroups: ['mainstay.dev'], resources: ['projects/status'], verbs: ['*'] };
    await done(stage.admin.apply(clusterRole('scribe', rights)));
    await done(stage.admin.apply(grantEverywhere('scribe', 'scribe')));
    const before = (await done(mallory.get(fort))).body.spec;
    const forged = {
      environments: [
        {
          name: 'dev',
          namespace: 'kube-system',
          ready: true,
          reason: 'AsDesired',
          repairs: Number.MAX_SAFE_INTEGER,
        },
      ],
      observedGeneration: 99,
    };
    const change = {
      spec: { owners: [user('scribe')] },
      metadata: { labels: { forged: 'yes' } },
      status: forged,
    };
    await until('the scribe has rights', async () => (await scribe.patchStatus(fort, change)).status === 200);
    await until('what was forged is put right', async () => {
      return !JSON.stringify((await mallory.get(fort)).body.status).includes('kube-system');
    });
    const { body } = await done(mallory.get(fort));
    expect(body.spec).toEqual(before);
    expect(body.metadata).not.toHaveProperty('labels.forged');
    await ready(stage.here, 'fort');
  });

  it('asks for privileged pods or gateways, anew or in one environment more: refused', async () => {
    const publish = { network: { ingress: [{ from: [{ gateways: true }] }] } };
    await applyProject(stage.here, 'loose', { podSecurity: 'privileged' });
    await allRefused(
      {
        project: mallory.patch(fort, { spec: { podSecurity: 'privileged' } }),
        environment: mallory.create(
          project('mine', { environments: [{ name: 'x', podSecurity: 'privileged' }] }),
        ),
        'one more': mallory.patch(project('loose'), {
          spec: { environments: [{ name: 'dev' }, { name: 'x' }] },
        }),
        generated: mallory.create({
          ...project('mine', { podSecurity: 'privileged' }),
          metadata: { name: '', generateName: 'mine-' },
        }),
      },
      /use-privileged/,
    );
    await allRefused(
      {
        project: mallory.patch(fort, { spec: publish }),
        environment: mallory.create(project('mine', { environments: [{ name: 'x', ...publish }] })),
      },
      /use-gateways/,
    );
  });

  it('names everybody, the control plane or the operator as owner: refused, even where an administrator does', async () => {
    const groups = ['system:authenticated', 'system:unauthenticated', 'system:masters', 'system:nodes'];
    const everybody = groups.map((name) => ({ kind: 'Group', name }));
    for (const owner of [...everybody, user(operatorUser), user('system:admin')])
      await allRefused(
        { [owner.name]: stage.admin.create(project('mine', { owners: [owner] }), dry) },
        /system: names stand for the cluster itself/,
      );
  });

  it('has gained nothing by all of this', async () => {
    for (const namespace of ['fort-dev', 'fort-prod', 'loose-dev', 'swapped-dev'])
      for (const [apiVersion, kind] of [
        ['v1', 'Secret'],
        ['v1', 'Pod'],
        ['networking.k8s.io/v1', 'NetworkPolicy'],
      ] as const)
        await allRefused(
          { [kind]: mallory.list({ apiVersion, kind, metadata: { name: 'any', namespace } }) },
          /cannot list resource/,
        );
    expect(await exists(stage.here, roleBindings, { namespace: 'fort-dev', name: 'mainstay-admin' })).toBe(
      true,
    );
  });
});
