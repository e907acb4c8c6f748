import { afterAll, expect, test } from 'vitest';
import { type Project, projects } from '../../../controllers/project/project.ts';
import { operatorUser } from '../../../crds/project/admission.ts';
import { Informer } from '../../../operator/cache/informer.ts';
import {
  limitRanges,
  namespaces,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  secrets,
} from '../../../operator/resources/builtin.ts';
import type { KubernetesObject, ObjectName } from '../../../operator/resources/object.ts';
import { type Resource, resourceId } from '../../../operator/resources/resource.ts';
import { eventually } from '../../eventually.ts';
import {
  condition,
  eventsOf,
  installMainstay,
  type RunningOperator,
  ready,
  writesOfOperator,
} from './installation.ts';

const examples = new URL('../../../examples', import.meta.url).pathname;

const here = await installMainstay();
afterAll(() => here[Symbol.asyncDispose]());
/** Somebody whom no admission policy stops: what they undo, the operator has to put back. */
const intruder = await here.as(operatorUser, 'system:masters');
// The API server's mutating policies learn what a kind looks like within five seconds; until then it answers 503.
await eventually(() => here.kubectl('apply', '-f', examples));

test('the examples converge, and say so in their columns', async () => {
  for (const name of ['payments', 'storefront', 'ledger']) await ready(here, name);
  const table = await here.kubectl('get', 'projects');
  expect(table).toMatch(/payments\s+True\s+2\/2\s+0\/20\s+AsDesired/);
  expect(table).toMatch(/ledger\s+True\s+2\/2\s+AsDesired/);
});

test('an environment has its namespace, walls, quota, limits, access and Secrets', async () => {
  const namespace = 'payments-prod';
  await ready(here, 'payments');
  const { metadata } = await here.admin.get(namespaces, { name: namespace });
  expect(metadata.labels).toMatchObject({
    'mainstay.dev/project': 'payments',
    'mainstay.dev/environment': 'prod',
    'mainstay.dev/isolation': 'Strict',
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  const quota = await here.admin.get(resourceQuotas, { namespace, name: 'mainstay-quota' });
  expect(quota.status?.hard).toEqual({ pods: '150', 'requests.cpu': '15', 'requests.memory': '48Gi' });
  const limits = await here.admin.get(limitRanges, { namespace, name: 'mainstay-limits' });
  expect(limits.spec?.limits[0]).toMatchObject({ type: 'Container', default: { cpu: '500m' } });
  const edit = await here.admin.get(roleBindings, { namespace, name: 'mainstay-edit' });
  expect(edit.subjects).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'sre' }]);
  const copy = await here.admin.get(secrets, { namespace, name: 'registry-pull' });
  const source = await here.admin.get(secrets, { namespace: 'platform', name: 'registry-pull' });
  expect(copy.data).toEqual(source.data);
  expect(copy.metadata.labels).not.toHaveProperty('mainstay.dev/shared');
});

test('what a Project allows another, both walls allow', async () => {
  await eventually(async () => {
    const prod = { namespace: 'payments-prod', name: 'mainstay-rules' };
    const { spec } = await here.admin.get(networkPolicies, prod);
    expect(JSON.stringify(spec?.ingress)).toContain('storefront-prod');
  });
});

const namespace = 'storefront-prod';
const made: readonly (readonly [Resource, ObjectName, object])[] = [
  [networkPolicies, { namespace, name: 'mainstay-isolation' }, { spec: { ingress: [{}] } }],
  [resourceQuotas, { namespace, name: 'mainstay-quota' }, { spec: { hard: { pods: '100000' } } }],
  [limitRanges, { namespace, name: 'mainstay-limits' }, { spec: { limits: [{ type: 'Pod' }] } }],
  [
    roleBindings,
    { namespace, name: 'mainstay-admin' },
    { subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }] },
  ],
  [
    secrets,
    { namespace, name: 'registry-pull' },
    { data: { '.dockerconfigjson': Buffer.from('{}').toString('base64') } },
  ],
];
const named = made.map(([resource, name, change]) => ({ kind: resource.kind, resource, name, change }));

test.each(named)('a deleted $kind comes back, and is told of', async ({ resource, name }) => {
  await ready(here, 'storefront');
  const before = await repairs('storefront', 'prod');
  const lost = await here.admin.get(resource, name);
  await intruder.delete(resource, name);
  const back = await eventually(() => here.admin.get(resource, name));
  expect(back.metadata.uid).not.toBe(lost.metadata.uid);
  expect(withoutMetadata(back)).toEqual(withoutMetadata(lost));
  await eventually(async () => {
    expect(await repairs('storefront', 'prod')).toBe(before + 1);
    expect(await notes('storefront')).toContainEqual(
      `${resource.kind} ${name.namespace}/${name.name} was deleted and was put back`,
    );
  });
  await ready(here, 'storefront');
});

test.each(named)('a changed $kind is put back, and who changed it is told', async ({
  resource,
  name,
  change,
}) => {
  await ready(here, 'storefront');
  const before = await repairs('storefront', 'prod');
  const right = await here.admin.get(resource, name);
  await intruder.patch(resource, name, { type: 'merge', body: change }, { fieldManager: 'intruder' });
  await eventually(async () => {
    expect(withoutMetadata(await here.admin.get(resource, name))).toEqual(withoutMetadata(right));
    expect(await repairs('storefront', 'prod')).toBe(before + 1);
  });
  await eventually(async () =>
    expect(await notes('storefront')).toContainEqual(
      `${resource.kind} ${name.namespace}/${name.name} was changed by intruder and was put back`,
    ),
  );
  await ready(here, 'storefront');
});

test('the pod security of a namespace is put back', async () => {
  const label = 'pod-security.kubernetes.io/enforce';
  const body = { metadata: { labels: { [label]: 'privileged' } } };
  await intruder.patch(namespaces, { name: 'storefront-staging' }, { type: 'merge', body });
  await eventually(async () => {
    const { metadata } = await here.admin.get(namespaces, { name: 'storefront-staging' });
    expect(metadata.labels?.[label]).toBe('restricted');
  });
});

test('a namespace that somebody deletes comes back, and its Project is Ready again once its walls stand', async () => {
  const name = { name: 'ledger-next' };
  const wall = { namespace: 'ledger-next', name: 'mainstay-isolation' };
  const lost = await here.admin.get(networkPolicies, wall);
  const watching = new AbortController();
  /** The store's revision, one sequence over all kinds, of each time that the Project came to be Ready. */
  const readyAt: bigint[] = [];
  const seen = new Informer(here.admin, { resource: projects, fieldSelector: 'metadata.name=ledger' });
  const isReady = (project?: Project) =>
    project?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  seen.onChange(({ object, previous }) => {
    if (isReady(object) && !isReady(previous)) readyAt.push(BigInt(object.metadata.resourceVersion ?? 0));
  });
  const running = seen.run(watching.signal);
  await seen.synced;
  readyAt.length = 0;
  await here.admin.delete(namespaces, name);
  await condition(here, 'ledger', 'NamespacesReady', { status: 'False', reason: 'NamespaceTerminating' });
  const back = await eventually(async () => {
    const found = await here.admin.get(networkPolicies, wall);
    expect(found.metadata.uid).not.toBe(lost.metadata.uid);
    return found;
  });
  await ready(here, 'ledger');
  await eventually(() => expect(readyAt).toHaveLength(1));
  expect(readyAt[0]).toBeGreaterThan(BigInt(back.metadata.resourceVersion ?? 0));
  watching.abort();
  await running;
});

test('repairs are counted by kind for dashboards', async () => {
  const { body } = await here.operator().manager.metrics.endpoint();
  for (const { resource } of named) {
    expect(body).toMatch(
      new RegExp(
        `mainstay_project_changes_total\\{resource="${resourceId(resource)}",result="repaired"\\} [1-9]`,
      ),
    );
  }
});

test('nothing of a Secret is told anywhere', async () => {
  const { data } = await here.admin.get(secrets, { namespace: 'platform', name: 'registry-pull' });
  const [encoded] = Object.values(data ?? {});
  const told = [
    here.operator().log.join(''),
    JSON.stringify((await here.admin.list(projects)).items),
    await here.kubectl('get', 'events', '-A', '-o', 'json'),
  ].join('');
  expect(encoded).toBeTruthy();
  expect(told).not.toContain(encoded);
  expect(told).not.toContain('not-a-secret');
});

test('an operator that starts where all is converged writes nothing', async () => {
  for (const name of ['payments', 'storefront', 'ledger']) await ready(here, name);
  await atRest(here.operator());
  await here.operator().stop();
  const before = await writesOfOperator(here);
  const second = await here.start();
  await atRest(second);
  // What it would still say of what it did, it says at its end.
  await second.stop();
  expect((await writesOfOperator(here)).slice(before.length)).toEqual([]);
});

/** Waits until the operator has reconciled every Project, and has nothing more to do, now or later. */
async function atRest({ manager }: RunningOperator): Promise<void> {
  await eventually(async () => {
    const { body } = await manager.metrics.endpoint();
    const sum = (name: string) =>
      [...String(body).matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'gm'))].reduce(
        (total, [, value]) => total + Number(value),
        0,
      );
    expect(sum('controller_runtime_reconcile_total')).toBeGreaterThanOrEqual(3);
    expect([sum('workqueue_depth'), sum('controller_runtime_active_workers')]).toEqual([0, 0]);
  });
}

async function repairs(project: string, environment: string): Promise<number> {
  const { status } = await here.admin.get(projects, { name: project });
  return status?.environments?.find(({ name }) => name === environment)?.repairs ?? 0;
}

async function notes(project: string): Promise<readonly (string | undefined)[]> {
  return (await eventsOf(here, project)).map(({ note }) => note);
}

function withoutMetadata({
  metadata: _metadata,
  ...rest
}: KubernetesObject & { readonly status?: unknown }): object {
  const { status: _status, ...content } = rest;
  return content;
}
