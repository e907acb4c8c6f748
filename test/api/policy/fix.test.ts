import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Candidate, compile } from '../../../controllers/policy/compile/index.ts';
import { write, writeOf } from '../../../controllers/policy/fix/write.ts';
import { operatorUser } from '../../../crds/admission/installation.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { annotations, labels } from '../../../crds/policy/names.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { fixesRole } from '../../../manifests/policyRoles.ts';
import { isConflict } from '../../../operator/client/apiError.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { eventually, until } from '../../eventually.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { type Content, install, Operator, resourceOf } from './fixStage.ts';
import { facts, type Manifest, policy, Stage } from './stage.ts';
import { app, job, pod } from './workloads.ts';

/** Fixes of what is there: asked of the API server, made by the operator, taken back. */

const [space, denied] = ['policy-fixes', 'policy-fixes-denied'] as const;
/** Never aborted. */
const forGood = new AbortController().signal;
const definition = customResourceDefinition(deploymentKind);
let server: Server;
let stage: Stage;
let operator: Operator;

type Mutation = NonNullable<PolicySpec['fix']>['mutations'][number];

const json = (expression: string): Mutation => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

/** A Policy that only counts, of the workloads of the namespace, whose rule is of no matter here: the test is the scan. */
function fixing(
  name: string,
  existing: 'Suggest' | 'Apply',
  mutation: Mutation,
  fields: Partial<PolicySpec> = {},
): Candidate {
  return policy(name, space, {
    enforcement: 'Audit',
    fix: { mutations: [mutation], existing },
    rules: [{ name: 'any', expression: 'podSpec.containers.size() > 0', message: 'any' }],
    ...fields,
  });
}

const noToken = json(
  "podSpec.?automountServiceAccountToken.orValue(true) ? [JSONPatch{op: 'add', path: podSpecPath + '/automountServiceAccountToken', value: false}] : []",
);
const team: Mutation = {
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression: "Object{metadata: Object.metadata{labels: {'team': 'shop'}}}" },
};
const tier = (value: string): Mutation => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression: `Object{metadata: Object.metadata{labels: {'tier': '${value}'}}}` },
});
const fewer = (name: string): Mutation =>
  json(
    `object.metadata.name == '${name}' && object.spec.replicas != 1 ? [JSONPatch{op: 'replace', path: '/spec/replicas', value: 1}] : []`,
  );
const anyRule = (expression: string) => ({ rules: [{ name: 'any', expression, message: 'any' }] });

const candidates = [
  fixing('token', 'Apply', noToken),
  fixing('token-suggested', 'Suggest', noToken),
  fixing('team', 'Apply', team),
  fixing(
    'restless',
    'Apply',
    json("[JSONPatch{op: 'replace', path: '/spec/replicas', value: object.spec.replicas + 1}]"),
  ),
  fixing(
    'impossible',
    'Apply',
    json("[JSONPatch{op: 'replace', path: podSpecPath + '/containers/0/image', value: ''}]"),
  ),
  fixing('fewer', 'Apply', fewer('fought')),
  fixing('fewer-scaled', 'Apply', fewer('scaled')),
  fixing(
    'job-ttl',
    'Apply',
    json(
      "object.kind == 'Job' ? [JSONPatch{op: 'add', path: '/spec/ttlSecondsAfterFinished', value: 60}] : []",
    ),
  ),
  fixing('tier-a', 'Apply', tier('a')),
  fixing('tier-b', 'Apply', tier('b')),
  fixing('emptied', 'Apply', json("[JSONPatch{op: 'replace', path: '/data/a', value: ''}]"), {
    match: { resources: [{ apiGroups: [''], resources: ['configmaps'] }] },
    ...anyRule("object.data.a == ''"),
  }),
  fixing('roles', 'Apply', json("[JSONPatch{op: 'add', path: '/rules', value: []}]"), {
    match: { resources: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] }] },
    ...anyRule('object.rules.size() == 0'),
  }),
];
const compiled = compile(candidates, facts());
const denying = policy('token-denied', denied, {
  fix: { mutations: [noToken], existing: 'Apply' },
  ...anyRule('podSpec.?automountServiceAccountToken.orValue(true) == false'),
});

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  stage = await Stage.open();
  for (const name of [space, denied]) await stage.namespace(name);
  expect(compiled.findings).toEqual([]);
  await stage.put(compiled.objects);
  operator = await Operator.start();
  operator.follow(candidates, compiled);
});

afterAll(async () => {
  await operator[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

const read = (object: Manifest) => stage.read<Content>(object);
const podOf = ({ spec }: Content) =>
  (spec.template as { readonly spec: Readonly<Record<string, unknown>> }).spec;
const mounts = async (object: Manifest) => podOf(await read(object)).automountServiceAccountToken;

/** Makes it, and tells what it violates. */
async function bad(object: Manifest, policies: readonly string[]): Promise<Content> {
  await stage.make(object);
  const made = await read(object);
  await operator.violates(stage, object, policies);
  return made;
}

/** Controllers write of an object what they keep; nobody has changed what it says. */
async function isUntouched({ spec, metadata: { name, labels: marks, generation } }: Content): Promise<void> {
  const now = await read(app('Deployment', space, name, 'any/1'));
  expect(now.spec).toEqual(spec);
  expect(now.metadata).toMatchObject({ generation, ...(marks === undefined ? {} : { labels: marks }) });
  expect(now.metadata.managedFields?.map(({ manager }) => manager)).not.toContain('mainstay-fix');
}

interface Told {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

async function eventsOf({ metadata: { name } }: Manifest): Promise<readonly Told[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${space}/events`;
  const { items } = await stage.client.request<{ readonly items: readonly Told[] }>({ method: 'GET', path });
  return items.filter(({ regarding }) => regarding.name === name);
}

const eventOf = (object: Manifest, reason: string) =>
  eventually(async () => {
    const event = (await eventsOf(object)).find((one) => one.reason === reason);
    if (event === undefined) throw new Error(`no event ${reason} of ${object.metadata.name}`);
    return event;
  });

describe('Suggest', () => {
  it('says what would be changed, and changes nothing', async () => {
    const object = app('Deployment', space, 'suggested', 'any/1');
    const before = await bad(object, ['token-suggested']);
    const found = await operator.reasonOf('token-suggested', object);
    expect(found).toMatchObject({
      reason: 'Suggested',
      kind: 'Deployment',
      namespace: space,
      name: 'suggested',
    });
    expect(found.patch).toBe(
      [
        'apiVersion: apps/v1',
        'kind: Deployment',
        'metadata:',
        '  name: suggested',
        `  namespace: ${space}`,
        'spec:',
        '  template:',
        '    spec:',
        '      automountServiceAccountToken: false',
        '',
      ].join('\n'),
    );
    await isUntouched(before);
    expect(operator.fixes.statusOf('token-suggested')).toMatchObject({ pending: 0, suggested: 1, stuck: 0 });
  });

  it('says of what cannot be changed what it would be, made anew', async () => {
    const objects = [pod(space, 'bare', 'any/1'), job(space, 'once', 'any/1')];
    for (const object of objects) {
      const { metadata } = await bad(object, ['token-suggested']);
      const found = await operator.reasonOf('token-suggested', object);
      expect(found.reason).toBe('Immutable');
      expect(found.patch).toMatch(
        /^apiVersion: .*\n(.*\n)*spec:\n( +template:\n +spec:\n)? +automountServiceAccountToken: false\n$/,
      );
      expect((await read(object)).metadata.uid).toBe(metadata.uid);
    }
  });
});

describe('Apply', () => {
  it('changes the object once for all its Policies, under its own name, and tells before and after', async () => {
    const object = app('Deployment', space, 'applied', 'any/1');
    const { metadata } = await bad(object, ['token', 'team']);
    await eventually(async () => expect(await mounts(object)).toBe(false));
    const after = await read(object);
    expect(after.metadata.labels).toEqual({ team: 'shop', [labels.fixed]: 'true' });
    expect(after.metadata.generation).toBe((metadata.generation ?? 0) + 1);
    const managers = after.metadata.managedFields?.map(({ manager }) => manager);
    expect(managers).toContain('mainstay-fix');
    const { note } = await eventOf(object, 'Fixed');
    expect(note).toBe(
      'Policies team, token: metadata.labels.team: nothing → "shop"; spec.template.spec.automountServiceAccountToken: nothing → false',
    );
  });

  it('nothing to do means nothing written', async () => {
    const object = app('Deployment', space, 'good', 'any/1');
    await stage.make(object);
    await stage.change(object, { spec: { template: { spec: { automountServiceAccountToken: false } } } });
    const before = await read(object);
    await operator.violates(stage, object, ['token']);
    const found = await operator.reasonOf('token', object);
    expect(found.reason).toBe('ChangesNothing');
    await isUntouched(before);
  });

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
    const before = await bad(object, ['token']);
    const found = await operator.reasonOf('token', object);
    expect(found).toMatchObject({ reason: 'KeptElsewhere', message: expect.stringContaining(said) });
    expect(found.patch).toContain('automountServiceAccountToken: false');
    await isUntouched(before);
    expect((await eventOf(object, 'FixSuggested')).note).toContain(
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
      await stage.client.request({
        method: 'PATCH',
        path: `/apis/apps/v1/namespaces/${space}/deployments/${object.metadata.name}`,
        query: { fieldManager: 'ci' },
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body,
      });
      await operator.violates(stage, object, ['token']);
    };
    const [theirs, free] = [
      app('Deployment', space, 'theirs', 'any/1'),
      app('Deployment', space, 'free', 'any/1'),
    ];
    await apply(theirs, { automountServiceAccountToken: true });
    await apply(free, {});
    const found = await operator.reasonOf('token', theirs);
    expect(found).toMatchObject({
      reason: 'OwnedByOther',
      message: expect.stringContaining('ci applies spec.template'),
    });
    await eventually(async () => expect(await mounts(free)).toBe(false));
    expect(await mounts(theirs)).toBe(true);
  });

  it('what a controller made is never changed, as long as that is there', async () => {
    const owner = app('Deployment', space, 'owner', 'any/1');
    await stage.make(owner);
    const made = await eventually(async () => {
      const { items } = await stage.client.request<{ readonly items: readonly KubernetesObject[] }>({
        method: 'GET',
        path: `/apis/apps/v1/namespaces/${space}/replicasets`,
        query: { labelSelector: 'app=owner' },
      });
      const [one] = items;
      if (one === undefined) throw new Error('no ReplicaSet yet');
      return one;
    });
    const replicaSet = app('ReplicaSet', space, made.metadata.name, 'any/1');
    await operator.violates(stage, replicaSet, ['token']);
    const found = await operator.reasonOf('token', replicaSet);
    expect(found).toMatchObject({
      reason: 'MadeByController',
      message: `Deployment ${space}/owner made it: change that`,
    });
    expect(await mounts(replicaSet)).toBeUndefined();
  });

  it('what is being deleted is left alone', async () => {
    const [going, next] = [
      app('Deployment', space, 'going', 'any/1', { finalizers: ['example.com/hold'] }),
      app('Deployment', space, 'next', 'any/1'),
    ];
    await stage.make(going);
    await stage.remove(going);
    await operator.violates(stage, going, ['token']);
    await bad(next, ['token']);
    // One after another: by now the first was looked at.
    await eventually(async () => expect(await mounts(next)).toBe(false));
    expect(await mounts(going)).toBeUndefined();
    await stage.change(going, { metadata: { finalizers: null } });
  });

  it('who was faster is not overwritten', async () => {
    const object = app('Deployment', space, 'raced', 'any/1');
    await stage.make(object);
    const before = await read(object);
    await stage.change(object, { metadata: { labels: { faster: 'yes' } } });
    const changes = [{ path: ['spec', 'replicas'], before: 0, after: 1 }];
    const { patch } = writeOf(before, changes, {});
    await expect(
      write(operator.manager.client, resourceOf(object), before, patch, forGood),
    ).rejects.toSatisfy(isConflict);
    expect((await read(object)).spec.replicas).toBe(0);
  });

  it('two that want different things of one field are made one after the other', async () => {
    const object = app('Deployment', space, 'torn', 'any/1');
    operator.scan(object, ({ metadata: { labels: of = {} } }) => [
      ...(of.tier === undefined ? ['tier-a'] : []),
      ...(of.tier === 'a' || of.tier === undefined ? ['tier-b'] : []),
    ]);
    await stage.make(object);
    await eventually(async () => expect((await read(object)).metadata.labels?.tier).toBe('b'));
    const notes = (
      await eventually(async () => {
        const fixed = (await eventsOf(object)).filter(({ reason }) => reason === 'Fixed');
        expect(fixed).toHaveLength(2);
        return fixed;
      })
    ).map(({ note }) => note);
    expect(notes.toSorted()).toEqual([
      'Policy tier-a: metadata.labels.tier: nothing → "a"',
      'Policy tier-b: metadata.labels.tier: "a" → "b"',
    ]);
  });

  it('of what is too much to be kept it is said that it cannot be taken back', async () => {
    const object: Manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'large', namespace: space },
      data: { a: 'x'.repeat(10_000), b: 'small' },
    };
    await stage.make(object);
    await operator.violates(stage, object, ['emptied']);
    const { note } = await eventOf(object, 'Fixed');
    expect(note).toMatch(
      /^Policy emptied \(too much to be kept: emptied cannot take it back\): data.a: "x+… → ""/,
    );
    const { spec } = candidates.find(({ name }) => name === 'emptied') ?? never();
    expect((await operator.fixes.revert('emptied', spec.match, 'r-6', forGood)).message).toBe(
      `0 taken back; 1 of which what was before had no room: ConfigMap ${space}/large`,
    );
  });

  it('what would change again and again is not begun', async () => {
    const object = app('Deployment', space, 'restless', 'any/1');
    const before = await bad(object, ['restless']);
    expect(await operator.reasonOf('restless', object)).toMatchObject({
      reason: 'NotSettling',
      message: expect.stringContaining('would change spec.replicas again and again'),
    });
    await isUntouched(before);
  });

  it('what the API server refuses is told with why, and holds up no other Policy', async () => {
    const object = app('Deployment', space, 'refused', 'any/1');
    await bad(object, ['impossible', 'token']);
    expect(await operator.reasonOf('impossible', object)).toMatchObject({
      reason: 'Refused',
      message: expect.stringContaining('image'),
    });
    await eventually(async () => expect(await mounts(object)).toBe(false));
  });

  it('who may do what is changed by people only', async () => {
    const object: Manifest = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'wide', namespace: space },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    };
    await bad(object, ['roles']);
    expect(await operator.reasonOf('roles', object)).toMatchObject({
      reason: 'Guarded',
      patch: expect.stringContaining('rules:'),
    });
  });
});

describe('what is undone', () => {
  const replicasOf = (object: Manifest) => async () => (await read(object)).spec.replicas;

  it('by somebody who writes the object whole is given up, and told with who it was', async () => {
    const object = app('Deployment', space, 'fought', 'any/1');
    await stage.make(object);
    const { metadata, spec } = await read(object);
    // A controller that knows nothing of merging: what it writes is all that there is to be.
    const keeper = { on: true };
    let undone = 0;
    const keep = (async () => {
      while (keeper.on) {
        const live = await read(object);
        if (live.spec.replicas === 1) {
          await stage.client
            .request({
              method: 'PUT',
              path: `/apis/apps/v1/namespaces/${space}/deployments/fought`,
              query: { fieldManager: 'keeper' },
              body: {
                apiVersion: 'apps/v1',
                kind: 'Deployment',
                metadata: {
                  name: 'fought',
                  namespace: space,
                  resourceVersion: live.metadata.resourceVersion,
                },
                spec,
              },
            })
            .then(() => {
              undone += 1;
            })
            .catch(unlessConflict);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    operator.scan(object, ({ spec: { replicas } }) => (replicas === 1 ? [] : ['fewer']));
    const found = await eventually(async () => {
      const one = await operator.reasonOf('fewer', object);
      if (one.reason !== 'UndoneAgain') throw new Error(`${one.reason}: ${one.message}`);
      return one;
    });
    expect(found.message).toContain('made 3 times, and each time keeper took it back (spec.replicas)');
    expect((await eventOf(object, 'FixStopped')).note).toContain('keeper');
    expect(operator.fixes.statusOf('fewer')).toMatchObject({ stuck: 1 });
    await until('it is as it was', async () => (await replicasOf(object)()) === spec.replicas);
    keeper.on = false;
    await keep;
    expect(undone).toBe(3);
    expect((await read(object)).metadata.uid).toBe(metadata.uid);
  });

  it('by a controller of Kubernetes itself, too, and what the object remembers is enough', async () => {
    const object = { ...app('Deployment', space, 'scaled', 'any/1') } as Manifest & { readonly spec: object };
    await stage.make({ ...object, spec: { ...object.spec, replicas: 2 } });
    const scaler: Manifest = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'scaled', namespace: space },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
        minReplicas: 2,
        maxReplicas: 3,
      },
    };
    await stage.make(scaler);
    operator.scan(object, ({ spec: { replicas } }) => (replicas === 1 ? [] : ['fewer-scaled']));
    const stopped = (who: Operator) =>
      eventually(
        async () => {
          const one = await who.reasonOf('fewer-scaled', object);
          if (one.reason !== 'UndoneAgain') throw new Error(`${one.reason}: ${one.message}`);
          return one;
        },
        { within: 100_000 },
      );
    expect((await stopped(operator)).message).toContain(
      'kube-controller-manager took it back (spec.replicas)',
    );
    // A process that knows nothing but what the object says.
    await using next = await Operator.start();
    next.follow(candidates, compiled);
    await next.violates(stage, object, ['fewer-scaled']);
    await stopped(next);
    expect((await read(object)).spec.replicas).toBe(2);
    await stage.remove(scaler);
  });
});

describe('RevertFixes', () => {
  const revert = (policyName: string, request: string, by = operator) => {
    const { spec } = candidates.find(({ name }) => name === policyName) ?? never();
    return by.fixes.revert(policyName, spec.match, request, forGood);
  };

  it('takes back what nobody has changed since, also after a restart, and is not undone by the fix', async () => {
    const [whole, changed] = [
      app('Deployment', space, 'back', 'any/1'),
      app('Deployment', space, 'changed-since', 'any/1'),
    ];
    const original = await bad(whole, ['token', 'team']);
    await bad(changed, ['token']);
    for (const object of [whole, changed])
      await eventually(async () => expect(await mounts(object)).toBe(false));
    await stage.change(changed, { spec: { template: { spec: { automountServiceAccountToken: true } } } });
    await using next = await Operator.start();
    next.follow(candidates, compiled);
    const { outcome, message } = await revert('token', 'r-1', next);
    expect(outcome).toBe('Done');
    expect(message).toMatch(
      new RegExp(
        `^\\d+ taken back; 1 changed by somebody since and left so: Deployment ${space}/changed-since`,
      ),
    );
    const after = await read(whole);
    expect(after.spec).toEqual(original.spec);
    expect(after.metadata.labels, 'of another Policy').toMatchObject({
      team: 'shop',
      [labels.fixed]: 'true',
    });
    expect(await mounts(changed)).toBe(true);
    expect((await eventOf(whole, 'FixReverted')).note).toContain(
      'automountServiceAccountToken: false → nothing',
    );
    await next.violates(stage, whole, ['token']);
    expect(await next.reasonOf('token', whole)).toMatchObject({
      reason: 'Reverted',
      message: expect.stringContaining('r-1'),
    });
    expect((await revert('token', 'r-1', next)).message, 'the same again').toBe(message);
    await revert('team', 'r-2', next);
    expect((await read(whole)).metadata.labels).toEqual({ [labels.fixed]: 'reverted' });
  });

  it('says of what a Policy denies once it is taken back that it was refused', async () => {
    const object = app('Deployment', denied, 'denied', 'any/1');
    await stage.make(object);
    const all = compile([...candidates, denying], facts());
    await stage.put(all.objects.filter(({ metadata }) => !isInForce(metadata.name)));
    operator.follow([...candidates, denying], all);
    await operator.violates(stage, object, ['token-denied']);
    await eventually(async () => expect(await mounts(object)).toBe(false));
    const { message } = await operator.fixes.revert('token-denied', denying.spec.match, 'r-3', forGood);
    expect(message).toMatch(
      /^0 taken back; 1 refused: Deployment policy-fixes-denied\/denied \(.*Policy token-denied/,
    );
    expect(await mounts(object)).toBe(false);
  });
});

const isInForce = (name: string) => compiled.objects.some(({ metadata }) => metadata.name === name);

describe('rights', () => {
  const revert = (by: Operator) =>
    by.fixes.revert(
      'token',
      { resources: [{ apiGroups: ['apps'], resources: ['deployments'] }] },
      'r-4',
      forGood,
    );

  it('that are missing are told with what to apply', async () => {
    const object = app('Deployment', space, 'unreachable', 'any/1');
    await stage.make(object);
    await using poor = await Operator.start([]);
    poor.follow(candidates, compiled);
    await poor.violates(stage, object, ['token']);
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

  it('of fixes.yaml are enough, also where nobody else’s Job may be changed; without them the operator is held to that', async () => {
    await using installed = await install(stage, [...fixesRole.rules]);
    await using half = await install(
      stage,
      fixesRole.rules.filter(({ resources: [resource] }) => resource !== 'policies'),
    );
    const ours: Manifest = {
      ...app('Deployment', space, 'ours', 'any/1'),
      apiVersion: 'mainstay.dev/v1alpha1',
    };
    const [first, second] = [job(space, 'kept', 'any/1'), job(space, 'kept-too', 'any/1')];
    const lifetime = async (object: Manifest) => (await read(object)).spec.ttlSecondsAfterFinished;
    for (const object of [ours, first, second]) await stage.make(object);
    await using poor = await Operator.start([half.group]);
    poor.follow(candidates, compiled);
    await poor.violates(stage, first, ['job-ttl']);
    expect(await poor.reasonOf('job-ttl', first)).toMatchObject({
      reason: 'Refused',
      message: expect.stringContaining('mainstay-deployment-operator'),
    });
    await using allowed = await Operator.start([installed.group]);
    allowed.follow(candidates, compiled);
    await allowed.violates(stage, second, ['job-ttl']);
    await eventually(async () => expect(await lifetime(second)).toBe(60));
    await allowed.violates(stage, second, ['token']);
    expect(await allowed.reasonOf('token', second), 'tried as a new one').toMatchObject({
      reason: 'Immutable',
      patch: expect.stringContaining('automountServiceAccountToken: false'),
    });
    await allowed.violates(stage, ours, ['token']);
    await eventually(async () => expect(await mounts(ours)).toBe(false));
    expect(await lifetime(first)).toBeUndefined();
    const asOther = { 'impersonate-user': operatorUser, 'impersonate-group': installed.group };
    const bare = { method: 'PATCH', path: `/apis/batch/v1/namespaces/${space}/jobs/kept` } as const;
    const headers = { 'content-type': 'application/merge-patch+json', ...asOther };
    const body = { spec: { ttlSecondsAfterFinished: 1 } };
    await expect(stage.client.request({ ...bare, headers, body }), 'for no fix').rejects.toThrow(
      'only what is of a Deployment of Mainstay',
    );
  });
});

it('what an object remembers is its own: a copy of it elsewhere means nothing', async () => {
  const object = app('Deployment', space, 'copied', 'any/1');
  await bad(object, ['token']);
  await eventually(async () => expect(await mounts(object)).toBe(false));
  const text = (await read(object)).metadata.annotations?.[annotations.fixes] ?? '';
  const copy = app('Deployment', space, 'copy', 'any/1', {
    annotations: { [annotations.fixes]: text },
    labels: { [labels.fixed]: 'true' },
  });
  await stage.make(copy);
  await stage.change(copy, { spec: { template: { spec: { automountServiceAccountToken: false } } } });
  const { spec } = candidates[0] ?? never();
  await operator.fixes.revert('token', spec.match, 'r-5', forGood);
  expect(await mounts(object)).toBeUndefined();
  expect(await mounts(copy)).toBe(false);
});

function unlessConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}

function never(): never {
  throw new Error('it is there');
}
