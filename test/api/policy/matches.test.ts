import { afterAll, beforeAll, expect, it } from 'vitest';
import { labels } from '../../../crds/project/names.ts';
import { exceptionOf, policy, Stage } from './stage.ts';
import { pod } from './workloads.ts';

/** What Policies can be about besides workloads that are made and changed. */

let stage: Stage;

const [marked, others] = ['policy-marked', 'policy-others'] as const;

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(others);
  await stage.namespace(marked, { [labels.project]: 'shop', [labels.environment]: 'prod' });
});

afterAll(() => stage[Symbol.asyncDispose]());

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
