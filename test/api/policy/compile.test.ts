import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../../controllers/policy/compile/index.ts';
import { askingManager } from '../../../controllers/policy/compile/mutating.ts';
import { transition } from '../../../controllers/policy/compile/transition.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { fixManager } from '../../../crds/policy/names.ts';
import { labels } from '../../../crds/project/names.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { eventually } from '../../eventually.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { facts, type Manifest, policy, Stage } from './stage.ts';
import { app, everyKind, job, pod } from './workloads.ts';

/** Policies as the API server judges by them: what is refused, what is let through, and what is said. */

const definition = customResourceDefinition(deploymentKind);
let server: Server;
let stage: Stage;

const [deny, warn, audit, old, excepted, outside, marked, others, fixed] = [
  'policy-deny',
  'policy-warn',
  'policy-audit',
  'policy-old',
  'policy-excepted',
  'policy-outside',
  'policy-marked',
  'policy-others',
  'policy-fixed',
] as const;

const registry = 'images come from good/';
const exceptionOf = (name: string, match: object, more: object = {}) => ({
  name,
  match,
  reason: 'why',
  ...more,
});

const oldJob = job(old, 'batch', 'bad/1');
const oldReplicaSet = app('ReplicaSet', old, 'replicas', 'bad/1');
const oldDeployment = app('Deployment', old, 'shop', 'bad/1');
const going = app('Deployment', old, 'going', 'bad/1', { finalizers: ['example.com/hold'] });
const oldPod = pod(old, 'alone', 'bad/1', { nodeSelector: { nowhere: 'at-all' } });
const unexpired = app('Deployment', excepted, 'late-1', 'bad/1');

const policies = [
  policy('registry', deny),
  policy('named', deny, {
    params: { suffixes: [':latest', ':dev'], most: 2, ratio: 0.5, nested: { off: false } },
    variables: [
      { name: 'images', expression: 'podSpec.containers.map(c, c.image)' },
      { name: 'bad', expression: 'variables.images.filter(i, params.suffixes.exists(s, i.endsWith(s)))' },
    ],
    rules: [
      {
        name: 'version',
        expression: 'variables.bad.size() == 0 // a comment at the end',
        messageExpression: "'name a version of ' + variables.bad.join(', ')",
      },
      {
        name: 'few',
        expression: 'podSpec.containers.size() <= params.most && params.ratio < 1.0 && !params.nested.off',
        message: 'at most two containers',
      },
      {
        name: 'debug',
        expression: "podSpec.?ephemeralContainers.orValue([]).all(c, c.image.startsWith('good/'))",
        message: 'debug with what is good',
      },
    ],
  }),
  policy('registry-warns', warn, { enforcement: 'Warn' }),
  policy('registry-counts', audit, { enforcement: 'Audit' }),
  policy('registry-late', old),
  policy('limits-late', old, {
    variables: [
      { name: 'all', expression: 'podSpec.containers + podSpec.?initContainers.orValue([])' },
      {
        name: 'small',
        expression: 'variables.all.filter(c, has(c.resources.limits) && c.?ports.orValue([]).size() < 3)',
      },
    ],
    rules: [
      {
        name: 'limits',
        expression: 'variables.small.size() == variables.all.size()',
        message: 'limits are wanted',
      },
    ],
  }),
  policy('registry-excepted', excepted, {
    match: {
      workloads: true,
      exclude: [
        { kinds: ['StatefulSet'] },
        { namespaceSelector: { matchLabels: { legacy: 'yes' } }, names: ['by-namespace'] },
      ],
    },
    exceptions: [
      exceptionOf('names', { names: ['old-*', 'exact'] }),
      exceptionOf('labelled', { objectSelector: { matchLabels: { legacy: 'yes' } } }),
      exceptionOf('unlike', {
        kinds: ['DaemonSet'],
        objectSelector: { matchExpressions: [{ key: 'strict', operator: 'DoesNotExist' }] },
      }),
      exceptionOf('expired-since', { names: ['late-*'] }, { expires: '2021-01-01' }),
      exceptionOf('to-come', { names: ['early-*'] }, { expires: '2999-01-01' }),
    ],
  }),
  policy('registry-outside', outside, {
    match: { workloads: true, exclude: [{ projects: ['shop'], environments: ['dev'] }] },
  }),
];

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  stage = await Stage.open();
  for (const name of [deny, warn, audit, old, outside, others, fixed]) await stage.namespace(name);
  await stage.namespace(excepted, { legacy: 'yes' });
  await stage.namespace(marked, { [labels.project]: 'shop', [labels.environment]: 'prod' });
  // They violate what comes after them.
  for (const object of [oldJob, oldReplicaSet, oldDeployment, going, oldPod, unexpired])
    await stage.make(object);
  await eventually(async () => expect(await podsOf(oldJob)).toHaveLength(1));
  const { objects, findings } = compile(
    policies,
    facts({
      now: Date.UTC(2020, 0, 1),
      environments: [{ project: 'shop', environment: 'dev', namespace: outside }],
    }),
  );
  expect(findings).toEqual([]);
  await stage.put(objects);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

interface Listed {
  readonly items: readonly Manifest[];
}

async function podsOf({ metadata }: Manifest): Promise<readonly Manifest[]> {
  const path = `/api/v1/namespaces/${metadata.namespace}/pods`;
  const { items } = await stage.client.request<Listed>({
    method: 'GET',
    path,
    query: { labelSelector: `app=${metadata.name}` },
  });
  return items.map((item) => ({ ...item, apiVersion: 'v1', kind: 'Pod' }));
}

describe('Deny', () => {
  it.for(
    everyKind(deny, 'app', 'bad/1').map((object) => [`${object.apiVersion} ${object.kind}`, object] as const),
  )('refuses %s, and says which Policy and which rule', async ([, object]) => {
    expect(await stage.refusal(object)).toContain(`Policy registry, rule registry: ${registry}`);
  });

  it.for(
    everyKind(deny, 'app', 'good/1').map(
      (object) => [`${object.apiVersion} ${object.kind}`, object] as const,
    ),
  )('takes %s that is good', async ([, object]) => {
    expect(await stage.refusal(object)).toBeUndefined();
  });

  it('with values, variables and a computed message', async () => {
    expect(await stage.refusal(pod(deny, 'a', 'good/1:latest'))).toContain(
      'Policy named, rule version: name a version of good/1:latest',
    );
    const containers = ['a', 'b', 'c'].map((name) => ({ name, image: 'good/1' }));
    expect(await stage.refusal(pod(deny, 'a', '', { containers }))).toContain(
      'Policy named, rule few: at most two containers',
    );
  });

  it('refuses another image of a running pod, and a container that is put into it', async () => {
    const running = pod(deny, 'running', 'good/1');
    await stage.make(running);
    const image = (name: string) =>
      stage.change(running, { spec: { containers: [{ name: 'main', image: name }] } }, { dryRun: true });
    expect(await image('good/2')).toBeUndefined();
    expect(await image('bad/2')).toContain('Policy registry, rule registry');
    const debug = (name: string) =>
      stage.change(
        running,
        { spec: { ephemeralContainers: [{ name: 'debug', image: name }] } },
        { dryRun: true, subresource: 'ephemeralcontainers' },
      );
    expect(await debug('good/2')).toBeUndefined();
    expect(await debug('bad/2')).toContain('Policy named, rule debug');
  });

  it('nowhere else', async () => {
    expect(await stage.refusal(pod(others, 'a', 'bad/1'))).toBeUndefined();
  });
});

describe('Warn', () => {
  it('takes it, and says so to whoever asks', async () => {
    const { code, stderr } = await stage.kubectl.attempt(
      ['create', '--dry-run=server', '-f', '-'],
      JSON.stringify(pod(warn, 'a', 'bad/1')),
    );
    expect(code).toBe(0);
    expect(stderr).toContain(`Policy registry-warns, rule registry: ${registry}`);
  });
});

describe('Audit', () => {
  it('denies nothing, and says nothing to whoever asks', async () => {
    const { code, stderr } = await stage.kubectl.attempt(
      ['create', '--dry-run=server', '-f', '-'],
      JSON.stringify(pod(audit, 'a', 'bad/1')),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('what ran before the Policy came', () => {
  it('a Job that violates it finishes', async () => {
    const [its] = await podsOf(oldJob);
    if (its === undefined) throw new Error('the Job has no pod');
    const status = { phase: 'Succeeded', containerStatuses: [] };
    expect(await stage.change(its, { status }, { subresource: 'status' })).toBeUndefined();
    await eventually(async () => {
      const { status } = await stage.read<{ status?: { succeeded?: number; completionTime?: string } }>(
        oldJob,
      );
      expect(status).toMatchObject({ succeeded: 1, completionTime: expect.any(String) });
    });
    const [left] = await podsOf(oldJob);
    expect(left?.metadata.finalizers).toBeUndefined();
  });

  it('a ReplicaSet takes another owner', async () => {
    const { metadata } = await stage.read<{ metadata: { uid: string } }>(oldDeployment);
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', uid: metadata.uid };
    expect(await stage.change(oldReplicaSet, { metadata: { ownerReferences: [owner] } })).toBeUndefined();
  });

  it('takes finalizers, labels, annotations, a status and another size', async () => {
    for (const patch of [
      { metadata: { finalizers: ['example.com/hold'] } },
      { metadata: { finalizers: null } },
      { metadata: { labels: { a: 'b' }, annotations: { a: 'b' } } },
      { spec: { replicas: 1, paused: true } },
    ]) {
      expect(await stage.change(oldDeployment, patch)).toBeUndefined();
    }
    expect(
      await stage.change(oldDeployment, { status: { observedGeneration: 1 } }, { subresource: 'status' }),
    ).toBeUndefined();
    expect(await stage.change(oldPod, { metadata: { finalizers: null } })).toBeUndefined();
  });

  it('is refused what the rule reads, unless it becomes good', async () => {
    const image = (name: string) => ({
      spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } },
    });
    expect(await stage.change(oldDeployment, image('bad/2'), { dryRun: true })).toContain(registry);
    expect(await stage.change(oldDeployment, image('good/2'), { dryRun: true })).toBeUndefined();
  });

  it('takes what another rule reads: of a list, each element is looked at for what is read of it', async () => {
    const container = (fields: object) => ({
      spec: { template: { spec: { containers: [{ name: 'main', ...fields }] } } },
    });
    const limits = { resources: { limits: { cpu: '1' } } };
    expect(
      await stage.change(oldDeployment, container({ image: 'good/2' }), { dryRun: true }),
    ).toBeUndefined();
    expect(
      await stage.change(oldDeployment, container({ workingDir: '/' }), { dryRun: true }),
    ).toBeUndefined();
    const another = { spec: { template: { spec: { containers: [{ name: 'other', image: 'good/1' }] } } } };
    expect(await stage.change(oldDeployment, another, { dryRun: true })).toContain('rule limits');
    expect(await stage.change(oldDeployment, container(limits), { dryRun: true })).toBeUndefined();
  });

  it('can be changed in every way once it is being deleted, and goes', async () => {
    expect(await stage.remove(going)).toBeUndefined();
    const image = { spec: { template: { spec: { containers: [{ name: 'main', image: 'bad/2' }] } } } };
    expect(await stage.change(going, image)).toBeUndefined();
    expect(await stage.change(going, { metadata: { finalizers: null } })).toBeUndefined();
    expect(await stage.change(going, {}, { dryRun: true })).toContain('not found');
  });
});

describe('what is left out', () => {
  it.for([
    ['a name', pod(excepted, 'exact', 'bad/1')],
    ['a beginning of names', pod(excepted, 'old-1', 'bad/1')],
    ['a kind', app('StatefulSet', excepted, 'a', 'bad/1')],
    ['a label', pod(excepted, 'a', 'bad/1', { labels: { legacy: 'yes' } })],
    ['a kind without a label', app('DaemonSet', excepted, 'a', 'bad/1')],
    ['a label of the namespace', pod(excepted, 'by-namespace', 'bad/1')],
    ['until a date to come', pod(excepted, 'early-1', 'bad/1')],
    ['an environment of a Project, by the namespace it holds', pod(outside, 'a', 'bad/1')],
  ] as const)('%s', async ([, object]) => {
    expect(await stage.refusal(object)).toBeUndefined();
  });

  it.for([
    ['another name', pod(excepted, 'exactly', 'bad/1')],
    ['another kind', app('ReplicaSet', excepted, 'a', 'bad/1')],
    ['another value', pod(excepted, 'a', 'bad/1', { labels: { legacy: 'no' } })],
    [
      'the label that must not be there',
      app('DaemonSet', excepted, 'a', 'bad/1', { labels: { strict: 'yes' } }),
    ],
    ['from a date that is over, even while nothing was compiled anew', pod(excepted, 'late-2', 'bad/1')],
  ] as const)('not %s', async ([, object]) => {
    expect(await stage.refusal(object)).toContain('rule registry');
  });

  it('what is there and was excepted stays so until it is compiled anew at the date', async () => {
    const image = { spec: { template: { spec: { containers: [{ name: 'main', image: 'bad/2' }] } } } };
    expect(await stage.change(unexpired, image, { dryRun: true })).toBeUndefined();
  });
});

describe('other matches', () => {
  it('of a Project, by the marks of its namespaces', async () => {
    const { spec, ...candidate } = policy('of-shop', marked);
    const { namespaces: _, ...match } = { ...spec.match, projects: ['shop'], environments: ['prod'] };
    await stage.enforce([{ ...candidate, spec: { ...spec, match } }]);
    expect(await stage.refusal(pod(marked, 'a', 'bad/1'))).toContain('Policy of-shop');
    expect(await stage.refusal(pod(others, 'a', 'bad/1'))).toBeUndefined();
  });

  it('of deletions and of shells', async () => {
    const resources = [
      { apiGroups: [''], resources: ['configmaps'], operations: ['DELETE' as const] },
      { apiGroups: [''], resources: ['pods/exec'], operations: ['CONNECT' as const] },
    ];
    const rules = [
      {
        name: 'kept',
        expression:
          "request.operation != 'DELETE' || !has(oldObject.metadata.labels) || !('keep' in oldObject.metadata.labels)",
        message: 'it is kept',
      },
      {
        name: 'no-shell',
        expression: "request.operation != 'CONNECT' || object.stdin == false",
        message: 'no shells',
      },
    ];
    const exceptions = [exceptionOf('mine', { names: ['mine-*'] }, { expires: '2999-01-01' })];
    await stage.enforce([policy('guards', others, { match: { resources }, rules, exceptions })]);
    const configMap = (name: string, labels: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: others, labels },
    });
    const [kept, mine, free] = [
      configMap('kept', { keep: 'yes' }),
      configMap('mine-1', { keep: 'yes' }),
      configMap('free', {}),
    ] as const;
    for (const object of [kept, mine, free]) await stage.make(object);
    expect(await stage.remove(kept)).toContain('Policy guards, rule kept: it is kept');
    expect(await stage.remove(mine)).toBeUndefined();
    expect(await stage.remove(free)).toBeUndefined();
    const running = pod(others, 'running', 'good/1');
    await stage.make(running);
    const { code, stderr } = await stage.kubectl.attempt(['exec', '-i', '-n', others, 'running', '--', 'sh']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('Policy guards, rule no-shell: no shells');
  });

  // What says whether an update leaves as it was what a rule reads must never fail: it would hide the rule's verdict.
  it('part of what has no such part is nothing, whatever it is but a list', async () => {
    const match = { resources: [{ apiGroups: [''], resources: ['configmaps'] }] };
    const values = "[dyn('a'), dyn(1), dyn(1.5), dyn(true), dyn(null), dyn({'x': 1}), dyn({'x': null})]";
    const rules = [
      { name: 'field', expression: `${values}.all(e, !e.?x.?y.hasValue())`, message: 'none has it' },
      { name: 'key', expression: `${values}.all(e, !e[?'x'][?'y'].hasValue())`, message: 'none has it' },
    ];
    const { objects } = await stage.enforce([policy('parts', others, { match, rules })]);
    const metadata = { name: 'any', namespace: others };
    expect(await stage.refusal({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toBeUndefined();
    await stage.take(objects);
  });

  it('a rule about who asks judges changes of the content, and lets through what controllers keep', async () => {
    const match = { resources: [{ apiGroups: [''], resources: ['secrets'] }] };
    const rules = [{ name: 'who', expression: "request.userInfo.username == 'nobody'", message: 'not you' }];
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace: others },
      stringData: { a: 'b' },
    };
    await stage.make(secret);
    await stage.enforce([policy('who-asks', others, { match, rules })]);
    expect(await stage.change(secret, { metadata: { finalizers: ['example.com/hold'] } })).toBeUndefined();
    expect(await stage.change(secret, { metadata: { finalizers: null } })).toBeUndefined();
    expect(await stage.change(secret, { stringData: { a: 'c' } })).toContain('not you');
    expect(await stage.change(secret, { stringData: { more: 'c' } })).toContain('not you');
    expect(await stage.change(secret, { data: { a: null } })).toContain('not you');
    expect(await stage.change(secret, { metadata: { labels: { a: 'b' } } })).toContain('not you');
  });
});

describe('one Policy more or less', () => {
  const both = [policy('one', deny), policy('two', deny)];

  it('leaves no moment in which the others are not enforced', async () => {
    const match = { workloads: true, namespaces: [others] };
    const of = (name: string, label: string) => ({
      ...policy(name, others, {
        match,
        rules: [
          {
            name: 'label',
            expression: `object.metadata.?labels.?${label}.orValue('') != 'bad'`,
            message: 'no bad',
          },
        ],
      }),
    });
    const before = compile([of('first', 'a'), of('second', 'b')], facts()).objects;
    const after = compile([of('first', 'a')], facts()).objects;
    await stage.put(before);
    const bad = pod(others, 'a', 'good/1', { labels: { a: 'bad' } });
    let asked = 0;
    const watching = new AbortController();
    const holes: number[] = [];
    const watch = (async () => {
      while (!watching.signal.aborted) {
        asked += 1;
        if ((await stage.refusal(bad)) === undefined) holes.push(asked);
      }
    })();
    const live = (objects: typeof before, age: number) =>
      objects.map((object) => ({
        ...object,
        metadata: { ...object.metadata, creationTimestamp: new Date(Date.now() - age).toISOString() },
      }));
    expect(transition(after, live(before, 60_000), Date.now()).missing).toEqual(after);
    await stage.put(after);
    const settled = transition(after, [...live(before, 60_000), ...live(after, 60_000)], Date.now());
    expect(settled.obsolete.map(({ metadata }) => metadata.name)).toEqual(
      before.map(({ metadata }) => metadata.name),
    );
    await stage.take(before);
    watching.abort();
    await watch;
    expect({ holes, asked }).toEqual({ holes: [], asked: expect.any(Number) });
    expect(asked).toBeGreaterThan(20);
    const second = pod(others, 'a', 'good/1', { labels: { b: 'bad' } });
    expect(await stage.refusal(second)).toBeUndefined();
  });

  it('the server gives back what was sent, so that a difference is somebody’s change', async () => {
    const [sent] = compile(both, facts()).objects;
    if (sent === undefined) throw new Error('nothing was made');
    const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
    const answer = await stage.client.request<typeof sent>({
      method: 'POST',
      path,
      query: { dryRun: 'All' },
      body: sent,
    });
    expect(answer.spec).toEqual(sent.spec);
  });
});

describe('a fix', () => {
  const operator = 'system:serviceaccount:mainstay-system:mainstay';
  const fields = {
    rules: [
      {
        name: 'no-token',
        expression: 'podSpec.?automountServiceAccountToken.orValue(true) == false',
        message: 'no token',
      },
    ],
    fix: {
      mutations: [
        {
          patchType: 'JSONPatch' as const,
          jsonPatch: {
            expression:
              "[JSONPatch{op: 'add', path: podSpecPath + '/automountServiceAccountToken', value: params.mount}]",
          },
        },
      ],
      existing: 'Off' as const,
    },
    params: { mount: false },
  };
  const token = async (request: Promise<unknown>) =>
    ((await request) as { spec: { template: { spec: { automountServiceAccountToken?: boolean } } } }).spec
      .template.spec.automountServiceAccountToken;
  const shop = app('Deployment', fixed, 'shop', 'any/1');
  const path = `/apis/apps/v1/namespaces/${fixed}/deployments`;
  const ask = (query: object, headers: object = {}) =>
    token(
      stage.client.request({
        method: 'PATCH',
        path: `${path}/shop`,
        query: { dryRun: 'All', ...query },
        body: { spec: { replicas: 0 } },
        headers: { 'content-type': 'application/merge-patch+json', ...headers },
      }),
    );
  const asOperator = { 'impersonate-user': operator, 'impersonate-group': 'system:masters' };
  const suggested = { ...fields, fix: { ...fields.fix, existing: 'Suggest' as const } };

  it('while the Policy counts: is asked for by the operator alone, by its mark, and of an object as it is', async () => {
    await stage.make(shop);
    const { objects, fixes } = await stage.enforce([
      policy('no-token', fixed, { ...suggested, enforcement: 'Audit' }),
    ]);
    const fieldManager = askingManager(fixes.map(({ mark }) => mark));
    // Mutating policies come to the API server by themselves.
    await eventually(async () => expect(await ask({ fieldManager }, asOperator)).toBe(false));
    expect(await ask({}), 'anybody').toBeUndefined();
    expect(await ask({ fieldManager }), 'anybody, with that name').toBeUndefined();
    expect(await ask({ fieldManager: fixManager }, asOperator), 'the operator, of none').toBeUndefined();
    expect(
      await ask({ fieldManager: askingManager(['0123456789']) }, asOperator),
      'the operator, of another',
    ).toBeUndefined();
    const creation = { method: 'POST' as const, path, body: app('Deployment', fixed, 'made', 'any/1') };
    const query = { dryRun: 'All' };
    expect(await token(stage.client.request({ ...creation, query })), 'created by anybody').toBeUndefined();
    await stage.take(objects);
  });

  it('in force: is made of what is created, and not of what is merely touched', async () => {
    const { fixes } = await stage.enforce([policy('no-token', fixed, suggested)]);
    const create = {
      method: 'POST',
      path,
      query: { dryRun: 'All' },
      body: app('Deployment', fixed, 'new', 'any/1'),
    };
    await eventually(async () =>
      expect(await token(stage.client.request({ ...create, method: 'POST' }))).toBe(false),
    );
    expect(await ask({}), 'touched').toBeUndefined();
    const fieldManager = askingManager(fixes.map(({ mark }) => mark));
    await eventually(async () => expect(await ask({ fieldManager }, asOperator), 'asked for').toBe(false));
    expect(await ask({ fieldManager: fixManager }, asOperator), 'touched by the operator').toBeUndefined();
    expect(await stage.refusal(pod(fixed, 'a', 'any/1'))).toBeUndefined();
  });
});
