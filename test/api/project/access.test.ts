import { afterAll, expect, test } from 'vitest';
import { projects } from '../../../controllers/project/project.ts';
import { operatorUser } from '../../../crds/project/admission.ts';
import { Informer } from '../../../operator/cache/informer.ts';
import {
  namespaces,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  secrets,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { applyProject, condition, eventsOf, exists, gone, installMainstay, ready } from './installation.ts';

const here = await installMainstay();
afterAll(() => here[Symbol.asyncDispose]());

const owners = [{ kind: 'Group', name: 'team' }];
const access = [{ role: 'view', subjects: [{ kind: 'Group', name: 'support' }] }];

test('nobody has access before walls stand and the quota is enforced', async () => {
  const watching = new AbortController();
  /** The store's revision, one sequence over all kinds, at which something was first seen. */
  const first = new Map<string, bigint>();
  const note = (what: string, resourceVersion: string | undefined) => {
    if (!first.has(what)) first.set(what, BigInt(resourceVersion ?? 0));
  };
  const quotas = new Informer(here.admin, { resource: resourceQuotas });
  quotas.onChange(({ object: { metadata, status } }) => {
    if (status?.hard !== undefined) note(`enforced ${metadata.namespace}`, metadata.resourceVersion);
  });
  const walls = new Informer(here.admin, { resource: networkPolicies });
  walls.onChange(({ object: { metadata } }) =>
    note(`${metadata.name} ${metadata.namespace}`, metadata.resourceVersion),
  );
  const bindings = new Informer(here.admin, { resource: roleBindings });
  bindings.onChange(({ object: { metadata } }) =>
    note(`access ${metadata.namespace}`, metadata.resourceVersion),
  );
  for (const informer of [quotas, walls, bindings]) {
    void informer.run(watching.signal);
    await informer.synced;
  }
  const names = Array.from({ length: 5 }, (_, index) => `ordered-${index}`);
  const quota = { hard: { pods: '10' } };
  const environments = [{ name: 'dev' }, { name: 'prod' }];
  await Promise.all(names.map((name) => applyProject(here, name, { owners, access, quota, environments })));
  for (const name of names) await ready(here, name);
  for (const name of names) {
    for (const namespace of [`${name}-dev`, `${name}-prod`]) {
      const bound = first.get(`access ${namespace}`);
      expect(bound).toBeGreaterThan(first.get(`enforced ${namespace}`) ?? 0n);
      expect(bound).toBeGreaterThan(first.get(`mainstay-isolation ${namespace}`) ?? 0n);
      expect(first.has(`enforced ${namespace}`)).toBe(true);
    }
  }
  watching.abort();
});

test.each([
  [
    'missing',
    'AdmissionPolicyMissing',
    () => here.admin.delete(validatingAdmissionPolicyBindings, { name: 'mainstay-walls' }),
  ],
  [
    'altered',
    'AdmissionPolicyAltered',
    () =>
      here.admin.patch(
        validatingAdmissionPolicies,
        { name: 'mainstay-project-access' },
        { type: 'merge', body: { spec: { failurePolicy: 'Ignore' } } },
      ),
  ],
])('while an admission policy is %s nothing is bound, and what was bound stays', async (what, reason, harm) => {
  const [old, fresh] = [`bound-${what}`, `unbound-${what}`];
  await applyProject(here, old, { owners });
  await ready(here, old);
  await harm();
  await condition(here, old, 'AccessReady', { status: 'False', reason });
  await applyProject(here, fresh, { owners });
  await condition(here, fresh, 'AccessReady', { status: 'False', reason });
  await condition(here, fresh, 'NetworkReady', { status: 'True' });
  expect(await exists(here, roleBindings, { namespace: `${old}-dev`, name: 'mainstay-admin' })).toBe(true);
  expect(await exists(here, roleBindings, { namespace: `${fresh}-dev`, name: 'mainstay-admin' })).toBe(false);
  await here.reinstall();
  await ready(here, fresh);
  expect(await exists(here, roleBindings, { namespace: `${fresh}-dev`, name: 'mainstay-admin' })).toBe(true);
});

test('access that a Project no longer grants is taken away', async () => {
  await applyProject(here, 'revoking', { owners, access });
  await ready(here, 'revoking');
  await applyProject(here, 'revoking', { owners });
  await gone(here, roleBindings, { namespace: 'revoking-dev', name: 'mainstay-view' });
  expect(await exists(here, roleBindings, { namespace: 'revoking-dev', name: 'mainstay-admin' })).toBe(true);
  await ready(here, 'revoking');
});

const wanted = { secrets: [{ name: 'pull', from: { namespace: 'vault', name: 'pull' } }] };
const source = { namespace: 'vault', name: 'pull' };
const copy = { namespace: 'guest-dev', name: 'pull' };

test('a Secret is copied once its owner shares it, follows its source, and goes when it is shared no more', async () => {
  await here.kubectl('create', 'namespace', 'vault');
  await applyProject(here, 'guest', wanted);
  const missing = await condition(here, 'guest', 'SecretsReady', {
    status: 'False',
    reason: 'SecretUnavailable',
  });
  await here.kubectl('-n', 'vault', 'create', 'secret', 'generic', 'pull', '--from-literal=token=one');
  await here.kubectl('-n', 'vault', 'annotate', 'secret', 'pull', 'mainstay.dev/shared-with=other');
  await here.kubectl('-n', 'vault', 'label', 'secret', 'pull', 'mainstay.dev/shared=true');
  // Whether it is missing or not shared with it is not for the guest to know.
  const unshared = await condition(here, 'guest', 'SecretsReady', {
    status: 'False',
    reason: 'SecretUnavailable',
  });
  expect(messageOf(unshared, 'SecretsReady')).toBe(messageOf(missing, 'SecretsReady'));

  await here.kubectl(
    '-n',
    'vault',
    'annotate',
    '--overwrite',
    'secret',
    'pull',
    'mainstay.dev/shared-with=other,guest',
  );
  await ready(here, 'guest');
  expect((await here.admin.get(secrets, copy)).data).toEqual({ token: base64('one') });

  await here.admin.patch(secrets, source, {
    type: 'merge',
    body: { data: { token: null, next: base64('two') } },
  });
  await eventually(async () => {
    expect((await here.admin.get(secrets, copy)).data).toEqual({ next: base64('two') });
  });

  await here.kubectl('-n', 'vault', 'label', 'secret', 'pull', 'mainstay.dev/shared-');
  await gone(here, secrets, copy);
  await condition(here, 'guest', 'SecretsReady', { status: 'False', reason: 'SecretUnavailable' });
});

test("a Secret of a tenant's own by that name is left alone", async () => {
  await applyProject(here, 'proud', { environments: [{ name: 'dev' }] });
  await ready(here, 'proud');
  await here.kubectl('-n', 'proud-dev', 'create', 'secret', 'generic', 'pull', '--from-literal=mine=yes');
  await here.kubectl('-n', 'vault', 'label', 'secret', 'pull', 'mainstay.dev/shared=true');
  await here.kubectl(
    '-n',
    'vault',
    'annotate',
    '--overwrite',
    'secret',
    'pull',
    'mainstay.dev/shared-with=*',
  );
  await applyProject(here, 'proud', wanted);
  await condition(here, 'proud', 'SecretsReady', { status: 'False', reason: 'SecretNameTaken' });
  expect((await here.admin.get(secrets, { namespace: 'proud-dev', name: 'pull' })).data).toEqual({
    mine: base64('yes'),
  });
});

test('a rule about a Project that is not there yet takes effect when it appears, and one-sided ones are told of', async () => {
  const from = [{ project: 'caller', environment: 'dev' }];
  await applyProject(here, 'callee', {
    network: { ingress: [{ from, ports: [{ port: 8080, protocol: 'TCP' }] }] },
  });
  await ready(here, 'callee');
  const rules = { namespace: 'callee-dev', name: 'mainstay-rules' };
  expect(await exists(here, networkPolicies, rules)).toBe(false);
  await applyProject(here, 'caller');
  await eventually(async () => {
    const { spec } = await here.admin.get(networkPolicies, rules);
    expect(JSON.stringify(spec?.ingress)).toContain('caller-dev');
    const { status } = await here.admin.get(projects, { name: 'callee' });
    expect(status?.environments?.[0]?.oneSided).toMatchObject([{ direction: 'Ingress', peer: 'caller/dev' }]);
  });
  const to = [{ project: 'callee', environment: 'dev' }];
  await applyProject(here, 'caller', {
    network: { egress: [{ to, ports: [{ port: 8080, protocol: 'TCP' }] }] },
  });
  await eventually(async () => {
    const { status } = await here.admin.get(projects, { name: 'callee' });
    expect(status?.environments?.[0]?.oneSided).toBeUndefined();
  });
  await here.admin.delete(projects, { name: 'caller' });
  await gone(here, networkPolicies, rules);
});

test('who keeps changing a wall back is named, and the wall is put back nevertheless', async () => {
  const intruder = await here.as(operatorUser, 'system:masters');
  await applyProject(here, 'fought', { owners });
  await ready(here, 'fought');
  const wall = { namespace: 'fought-dev', name: 'mainstay-isolation' };
  const hole = { type: 'merge', body: { spec: { ingress: [{}] } } } as const;
  const whole = JSON.stringify((await here.admin.get(networkPolicies, wall)).spec);
  const stands = async () =>
    expect(JSON.stringify((await here.admin.get(networkPolicies, wall)).spec)).toBe(whole);
  for (let round = 1; round <= 4; round += 1) {
    await eventually(stands);
    await intruder.patch(networkPolicies, wall, hole, { fieldManager: 'saboteur' });
  }
  const project = await condition(here, 'fought', 'NetworkReady', { status: 'False', reason: 'Contended' });
  expect(messageOf(project, 'NetworkReady')).toContain('saboteur');
  await eventually(async () => {
    const notes = (await eventsOf(here, 'fought')).map(({ reason, note }) => `${reason} ${note}`);
    expect(notes.some((note) => note.startsWith('Contended') && note.includes('saboteur'))).toBe(true);
  });
  await eventually(stands, { within: 30_000 });
  await ready(here, 'fought');
});

test('conditions written by hand are put right', async () => {
  await applyProject(here, 'honest', { owners });
  const honest = await ready(here, 'honest');
  await here.admin.patch(
    projects,
    { name: 'honest' },
    {
      type: 'merge',
      body: { status: { conditions: [], environments: [], summary: { environments: '9/9' } } },
    },
    { subresource: 'status' },
  );
  await eventually(async () => {
    const { status } = await here.admin.get(projects, { name: 'honest' });
    expect(status?.summary).toEqual(honest.status?.summary);
    expect(status?.conditions?.length).toBe(honest.status?.conditions?.length);
  });
  expect(
    (await here.admin.get(namespaces, { name: 'honest-dev' })).metadata.deletionTimestamp,
  ).toBeUndefined();
});

function messageOf(
  project: {
    readonly status?: { readonly conditions?: readonly { type: string; message: string }[] | undefined };
  },
  type: string,
) {
  return project.status?.conditions?.find((one) => one.type === type)?.message;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
