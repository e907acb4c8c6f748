import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { operatorUser } from '../../../crds/project/admission.ts';
import { labels } from '../../../crds/project/names.ts';
import { networkPolicies, roleBindings } from '../../../operator/resources/builtin.ts';
import { until } from '../../eventually.ts';
import { clusterRole, done, grantIn, namespace } from '../admission/installed.ts';
import type { Answer, Manifest, Person } from '../admission/people.ts';
import { applyProject, exists, gone, ready } from '../project/installation.ts';
import { allowAllShapes } from './allowAllShapes.ts';
import { allRefused, dry, grant, project, type Stage, setStage, user } from './stage.ts';

/** A tenant, inside an environment, tries to weaken what stands around it. */
let stage: Stage;
/** An owner of the Project: has the built-in role admin in its environments, by the operator's hand. */
let tina: Person;
/** Whom an administrator gave every right inside the environment, which is more than Mainstay ever gives. */
let chief: Person;

const spec = {
  owners: [user('tina')],
  access: [grant('view', 'vic')],
  quota: { hard: { pods: '10', 'services.loadbalancers': '0' } },
  limits: { default: { cpu: '1' } },
  network: { ingress: [{ from: [{ project: 'fort', environment: 'dev' }] }] },
  secrets: [{ name: 'pull', from: { namespace: 'vault', name: 'pull' } }],
};
const rbac = 'rbac.authorization.k8s.io';
const made: Readonly<Record<string, Manifest>> = {
  isolation: inside('networking.k8s.io/v1', 'NetworkPolicy', 'mainstay-isolation'),
  rules: inside('networking.k8s.io/v1', 'NetworkPolicy', 'mainstay-rules'),
  quota: inside('v1', 'ResourceQuota', 'mainstay-quota'),
  limits: inside('v1', 'LimitRange', 'mainstay-limits'),
  'own access': inside(`${rbac}/v1`, 'RoleBinding', 'mainstay-admin'),
  "another's access": inside(`${rbac}/v1`, 'RoleBinding', 'mainstay-view'),
  Secret: inside('v1', 'Secret', 'pull'),
};
const changes: Readonly<Record<string, object>> = {
  isolation: { spec: { ingress: [{}], egress: [{}] } },
  rules: { spec: { podSelector: { matchLabels: { app: 'none' } } } },
  quota: { spec: { hard: { pods: '1000' } } },
  limits: { spec: { limits: [] } },
  'own access': { subjects: [{ apiGroup: rbac, kind: 'User', name: 'friend' }] },
  "another's access": { subjects: [] },
  Secret: { data: { token: 'ZXZpbA==' } },
};
/** A refusal by RBAC or by one of our policies: nobody says that the object is not there. */
const guarded = /cannot \w+ resource|mainstay-owned|mainstay-walls|mainstay-reserved/;

beforeAll(async () => {
  stage = await setStage();
  const { admin, api, here } = stage;
  tina = api.as('tina');
  chief = api.as('chief');
  await done(admin.create(namespace('vault')));
  await done(
    admin.create({
      ...inside('v1', 'Secret', 'pull'),
      metadata: {
        name: 'pull',
        namespace: 'vault',
        labels: { [labels.shared]: 'true' },
        annotations: { 'mainstay.dev/shared-with': 'fort' },
      },
      data: { token: 'b25l' },
    }),
  );
  await applyProject(here, 'fort', spec);
  await ready(here, 'fort');
  await appointChief();
  await until('both have their rights', async () => {
    const answers = [tina.list(inside('v1', 'Pod', 'any')), chief.list(inside('v1', 'ResourceQuota', 'any'))];
    return (await Promise.all(answers)).every(({ status }) => status === 200);
  });
});
afterAll(() => stage[Symbol.asyncDispose]());

function inside(apiVersion: string, kind: string, name: string): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: 'fort-dev' } };
}

async function appointChief(): Promise<void> {
  const rights = clusterRole('chief', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] });
  await done(stage.admin.apply(rights));
  await done(stage.admin.apply({ ...grantIn('fort-dev', 'chief', 'chief') }));
  await until('the chief has rights', async () => (await chief.get(namespace('fort-dev'))).status === 200);
}

const bodyOf = async (object: Manifest) => (await done(stage.admin.get(object))).body;

describe.each(Object.entries(made))('what the operator made: %s', (what, object) => {
  const change = changes[what] ?? {};
  const attack = async (person: Person): Promise<Readonly<Record<string, Promise<Answer>>>> => {
    const body = await bodyOf(object);
    const whole: Manifest = { ...object, ...body, metadata: { ...object.metadata, ...body.metadata } };
    const bare = { ...whole, metadata: { ...object.metadata, labels: {} } };
    const { managedFields: _, ...metadata } = whole.metadata;
    const applied = { ...whole, ...change, metadata: { ...metadata, resourceVersion: undefined } };
    const nowhere = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'b3f0c6de-0000-4000-8000-00000000dead' },
    ];
    return {
      patch: person.patch(object, change),
      replace: person.replace({ ...whole, ...change }),
      'replace without the mark': person.replace({ ...bare, ...change }),
      apply: person.apply(applied, 'tenant'),
      'apply as the operator': person.apply(applied, 'mainstay'),
      'take the mark off': person.patch(object, { metadata: { labels: { [labels.owner]: null } } }),
      'take all labels off': person.patch(object, { metadata: { labels: null } }),
      'owner references': person.patch(object, { metadata: { ownerReferences: nowhere } }),
      finalizers: person.patch(object, { metadata: { finalizers: ['example.com/hold'] } }),
      managedFields: person.patch(object, { metadata: { managedFields: [{}] } }),
      delete: person.remove(object),
      'delete in the foreground': person.remove(object, 'Foreground'),
    };
  };

  // Who deletes all RoleBindings deletes the chief's too.
  afterEach(appointChief);

  it('is not edited, re-labelled, tied to an owner or deleted by its tenant, in any way', async () => {
    const before = await bodyOf(object);
    await allRefused(await attack(tina), guarded);
    await allRefused({ 'delete all': tina.removeAll(object) }, guarded);
    await appointChief();
    await allRefused(await attack(chief), /mainstay-owned|mainstay-walls/);
    await allRefused({ 'delete all': chief.removeAll(object) }, /mainstay-owned/);
    expect(await bodyOf(object)).toEqual(before);
  });
});

describe("an allow-all NetworkPolicy of the tenant's own", () => {
  const own = (rules: object, metadata: object = {}): Manifest => {
    const object = inside('networking.k8s.io/v1', 'NetworkPolicy', 'own');
    return { ...object, metadata: { ...object.metadata, ...metadata }, spec: { podSelector: {}, ...rules } };
  };

  it.each(Object.entries(allowAllShapes))('by %s: refused, with or without our marks', async (_, rules) => {
    const marked = { labels: { [labels.owner]: 'anything', [labels.isolation]: 'Open' } };
    for (const person of [tina, chief, stage.admin])
      await allRefused(
        {
          create: person.create(own(rules)),
          apply: person.apply(own(rules), 'mainstay'),
          marked: person.create(own(rules, marked)),
        },
        /mainstay-walls|mainstay-owned/,
      );
  });

  it('begun small and widened later, or by taking a name of ours: refused', async () => {
    const small = own({ ingress: [{ from: [{ podSelector: {} }] }] });
    await done(tina.create(small));
    await allRefused(
      { widen: tina.patch(small, { spec: { ingress: [{}] } }), replace: tina.replace(own({ egress: [{}] })) },
      /mainstay-walls/,
    );
    await done(tina.remove(small));
    const taken = { ...small, metadata: { name: 'mainstay-more', namespace: 'fort-dev' } };
    await allRefused({ name: tina.create(taken) }, /mainstay-reserved/);
  });
});

describe('around the walls', () => {
  it("the environment's own namespace is neither re-labelled nor opened by who has every right in it", async () => {
    const own = namespace('fort-dev');
    const { body } = await done(chief.get(own));
    const open = {
      metadata: {
        labels: { [labels.isolation]: 'Open', 'pod-security.kubernetes.io/enforce': 'privileged' },
      },
    };
    const whole: Manifest = {
      ...own,
      ...body,
      metadata: { ...own.metadata, ...body.metadata, ...open.metadata },
    };
    await allRefused({ patch: tina.patch(own, open) }, /cannot patch resource/);
    await allRefused(
      {
        patch: chief.patch(own, open),
        replace: chief.replace(whole),
        status: chief.patchStatus(own, open),
        finalize: chief.finalize(whole),
        managedFields: chief.patch(own, { metadata: { managedFields: [{}] } }),
      },
      /mainstay-namespaces/,
    );
  });

  it("a quota's status is not raised, although that is what it enforces", async () => {
    const quota = made.quota ?? inside('v1', 'ResourceQuota', '');
    const more = { status: { hard: { pods: '1000' } } };
    await allRefused({ tina: tina.patchStatus(quota, more) }, /cannot patch resource/);
    await allRefused(
      {
        chief: chief.patchStatus(quota, more),
        labels: chief.patchStatus(quota, { metadata: { labels: null } }),
      },
      /mainstay-owned/,
    );
  });

  it('pods of the host, which no NetworkPolicy holds, and privileged ones are refused by pod security', async () => {
    const pod = (more: object, security: object = {}): Manifest => ({
      ...inside('v1', 'Pod', 'out'),
      spec: { ...more, containers: [{ name: 'c', image: 'x', securityContext: security }] },
    });
    await allRefused(
      {
        'host network': tina.create(pod({ hostNetwork: true })),
        privileged: tina.create(pod({}, { privileged: true })),
      },
      /violates PodSecurity/,
    );
  });

  it('a Service for the outside counts against the quota; RBAC keeps the addresses behind Services from tenants', async () => {
    const service = {
      ...inside('v1', 'Service', 'out'),
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    };
    await allRefused({ loadBalancer: tina.create(service) }, /exceeded quota: mainstay-quota/);
    const named = {
      ...inside('v1', 'Service', 'alias'),
      spec: { type: 'ExternalName', externalName: 'example.com' },
    };
    await done(tina.create(named, dry));
  });
});

describe('more rights', () => {
  it('are not had by RoleBindings with our mark or name, nor by binding more than one has', async () => {
    const binding = (name: string, role: string, marks: object = {}): Manifest => ({
      ...grantIn('fort-dev', role, 'friend'),
      metadata: { name, namespace: 'fort-dev', labels: marks },
    });
    const mark = { [labels.owner]: 'anything' };
    await allRefused(
      {
        mark: tina.create(binding('own', 'view', mark)),
        name: tina.create(binding('mainstay-edit', 'view')),
      },
      /mainstay-owned|mainstay-reserved/,
    );
    await allRefused(
      { more: tina.create(binding('own', 'cluster-admin')) },
      /attempting to grant RBAC permissions not currently held/,
    );
    await done(tina.create(binding('own', 'view'), dry));
  });

  it('on Projects come with no role inside a namespace, and nobody acts as the operator', async () => {
    const fort = project('fort');
    for (const person of [tina, chief])
      await allRefused(
        { get: person.get(fort), patch: person.patch(fort, { spec: { owners: [] } }) },
        /cannot \w+ resource "projects"/,
      );
    const [, , space = '', account = ''] = operatorUser.split(':');
    for (const name of ['tina', 'chief']) {
      const forbidden = /cannot impersonate|cannot create resource "serviceaccounts\/token"/;
      const impersonate = stage.here.kubectl(
        'get',
        'pods',
        '--as',
        operatorUser,
        ...(await credentials(name)),
      );
      await expect(impersonate).rejects.toThrow(forbidden);
      const token = stage.here.kubectl('-n', space, 'create', 'token', account, `--as=${name}`);
      await expect(token).rejects.toThrow(forbidden);
    }
  });

  it('that a Project gives can be held from nobody by taking the names of what it would make', async () => {
    await applyProject(stage.here, 'squatted', { owners: [user('tina')] });
    await ready(stage.here, 'squatted');
    const squat = {
      ...grantIn('squatted-dev', 'edit', 'pal'),
      metadata: { name: 'mainstay-view', namespace: 'squatted-dev' },
    };
    await until('tina has rights', async () => (await tina.list(squat)).status === 200);
    await allRefused({ squat: tina.create(squat) }, /mainstay-reserved/);
    await applyProject(stage.here, 'squatted', { owners: [user('tina')], access: [grant('view', 'vic')] });
    await ready(stage.here, 'squatted');
  });

  it('go at once when the Project takes them away', async () => {
    await applyProject(stage.here, 'squatted', { access: [grant('view', 'vic')] });
    await gone(stage.here, roleBindings, { namespace: 'squatted-dev', name: 'mainstay-admin' });
    await until('tina has no rights', async () => {
      return (
        (
          await tina.list({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: '', namespace: 'squatted-dev' },
          })
        ).status === 403
      );
    });
  });
});

describe('a fight with the operator', () => {
  it('is lost before it begins: hundreds of attempts change nothing and cost the operator nothing', async () => {
    const { here } = stage;
    const object = made.isolation ?? inside('', '', '');
    const before = await ready(here, 'fort');
    const wall = await here.admin.get(networkPolicies, { namespace: 'fort-dev', name: 'mainstay-isolation' });
    for (let round = 0; round < 10; round += 1)
      await allRefused(
        Object.fromEntries(
          Array.from({ length: 20 }, (_, index) => [
            `attempt ${round * 20 + index}`,
            index % 2 === 0 ? chief.patch(object, { spec: { ingress: [{}] } }) : chief.remove(object),
          ]),
        ),
        /mainstay-owned|mainstay-walls/,
      );
    const after = await ready(here, 'fort');
    expect(after.status?.environments).toEqual(before.status?.environments);
    expect(
      await here.admin.get(networkPolicies, { namespace: 'fort-dev', name: 'mainstay-isolation' }),
    ).toEqual(wall);
    expect(await exists(here, networkPolicies, { namespace: 'fort-dev', name: 'mainstay-rules' })).toBe(true);
  });
});

async function credentials(name: string): Promise<readonly string[]> {
  return ['--kubeconfig', stage.here.cluster.kubeconfigFor(name, [])];
}
