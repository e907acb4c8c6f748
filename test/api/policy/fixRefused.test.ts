import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { images, Operated, workloads } from './operated.ts';
import { app, job, pod } from './workloads.ts';

/** Mutations that make no object never come to requests. */

let here: Operated;
const space = 'fix-refused';

beforeAll(async () => {
  here = await Operated.open();
  await here.namespace(space);
});
afterAll(() => here[Symbol.asyncDispose]());

const fix = (expression: string) => ({
  fix: { mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] },
});
const labelled = (value: string) =>
  fix(`[JSONPatch{op: 'add', path: '/metadata/labels', value: {'fixed': ${value}}}]`);
const deployment = app('Deployment', space, 'shop', 'good/1');
const label = async () => {
  const { metadata } = await here.client.request<typeof deployment>({
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${space}/deployments`,
    query: { dryRun: 'All' },
    body: deployment,
  });
  const labels: Readonly<Record<string, unknown>> = { ...(metadata.labels as object | undefined) };
  return labels.fixed;
};

it('it is said where what does not fit stands, and for which kinds; the last good one stays in force', async () => {
  const spec = { ...workloads(space), rules: [images('good')] };
  await here.apply('fixing', { ...spec, ...labelled("'one'") });
  await here.condition('fixing', 'Ready', 'True');
  await eventually(async () => expect(await label()).toBe('one'));
  await here.apply('fixing', {
    ...spec,
    ...fix("\n  [JSONPatch{op: 'add', path: podSpecPath + '/hostNetwrok', value: false}]"),
  });
  const { message } = await here.condition('fixing', 'Stalled', 'True', 'InvalidExpression');
  expect(message).toContain('spec.fix.mutations[0].jsonPatch.expression: line 2, column ');
  expect(message).toContain("hostNetwrok: undefined field 'hostNetwrok'");
  await here.condition('fixing', 'Enforced', 'True', 'LastGood');
  expect(await label()).toBe('one');
  await here.apply('fixing', { ...spec, ...labelled("'two'") });
  await here.condition('fixing', 'Ready', 'True');
  await eventually(async () => expect(await label()).toBe('two'));
  await here.delete('fixing');
});

it('one that asks for the kind is for that kind alone', async () => {
  const ttl = "[JSONPatch{op: 'add', path: '/spec/ttlSecondsAfterFinished', value: 60}]";
  await here.apply('asking', {
    ...workloads(space),
    rules: [images('good')],
    ...fix(`object.kind == 'Job' ? ${ttl} : []`),
  });
  await here.condition('asking', 'Ready', 'True');
  for (const one of [job(space, 'a', 'good/1'), pod(space, 'a', 'good/1'), deployment])
    expect(await here.refusal(one)).toBeUndefined();
  await here.apply('asking', { ...workloads(space), rules: [images('good')], ...fix(ttl) });
  const { message } = await here.condition('asking', 'Stalled', 'True', 'InvalidExpression');
  expect(message).toContain('Deployment of apps/v1');
  await here.delete('asking');
});

it('one that cannot be made of the least object of a kind is told of, and in force', async () => {
  await here.apply('sparing', {
    ...workloads(space),
    rules: [images('good')],
    ...fix("[JSONPatch{op: 'add', path: '/metadata/labels/fixed', value: 'yes'}]"),
  });
  const { message } = await here.condition('sparing', 'Ready', 'True');
  expect(message).toContain('with nothing but what it needs is left as it is (there is no labels');
  await here.condition('sparing', 'Enforced', 'True', 'AsDesired');
  await here.delete('sparing');
});

it('one for what nobody knows the form of is refused', async () => {
  await here.apply('executing', {
    match: {
      resources: [{ apiGroups: [''], resources: ['pods', 'pods/exec'], operations: ['CREATE', 'CONNECT'] }],
    },
    rules: [{ name: 'any', expression: 'true', message: 'any' }],
    ...labelled("'x'"),
  });
  const { message } = await here.condition('executing', 'Stalled', 'True', 'InvalidExpression');
  expect(message).toContain('what pods/exec look like is not known beforehand');
  await here.delete('executing');
});

it('a Policy that is no CEL at all holds up no other', async () => {
  const bad = { name: 'bad', expression: 'podSpec.(', message: 'bad' };
  await here.apply('unreadable', { ...workloads(space), rules: [bad] });
  const { message } = await here.condition('unreadable', 'Stalled', 'True', 'InvalidExpression');
  expect(message).toContain("spec.rules[0].expression: line 1, column 9: Syntax error: unexpected '('");
  await here.apply('readable', { ...workloads(space), rules: [images('best')] });
  await here.condition('readable', 'Ready', 'True');
  await here.refused(deployment, 'images come from best/');
});
