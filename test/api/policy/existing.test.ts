import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { type Manifest, policy, registry, Stage } from './stage.ts';
import { app, job, pod } from './workloads.ts';

/** What ran before a Policy came that it violates. */

let stage: Stage;

const old = 'policy-old';

const oldJob = job(old, 'batch', 'bad/1');
const oldReplicaSet = app('ReplicaSet', old, 'replicas', 'bad/1');
const oldDeployment = app('Deployment', old, 'shop', 'bad/1');
const going = app('Deployment', old, 'going', 'bad/1', { finalizers: ['example.com/hold'] });
const oldPod = pod(old, 'alone', 'bad/1', { nodeSelector: { nowhere: 'at-all' } });

const policies = [
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
];

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(old);
  for (const object of [oldJob, oldReplicaSet, oldDeployment, going, oldPod]) await stage.make(object);
  await eventually(async () => expect(await podsOf(oldJob)).toHaveLength(1));
  const { findings } = await stage.enforce(policies);
  expect(findings).toEqual([]);
});

afterAll(() => stage[Symbol.asyncDispose]());

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

it('a Job that violates it finishes', async () => {
  const [its] = await podsOf(oldJob);
  if (its === undefined) throw new Error('the Job has no pod');
  const status = { phase: 'Succeeded', containerStatuses: [] };
  expect(await stage.change(its, { status }, { subresource: 'status' })).toBeUndefined();
  await eventually(async () => {
    const { status } = await stage.read<{ status?: { succeeded?: number; completionTime?: string } }>(oldJob);
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
  expect(await stage.change(oldDeployment, container({ image: 'good/2' }), { dryRun: true })).toBeUndefined();
  expect(await stage.change(oldDeployment, container({ workingDir: '/' }), { dryRun: true })).toBeUndefined();
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
