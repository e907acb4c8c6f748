import { afterAll, expect, test } from 'vitest';
import { projects } from '../../../controllers/project/project.ts';
import {
  pods,
  type ResourceQuota,
  replicaSets,
  resourceQuotas,
} from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { applyProject, installMainstay, ready } from './installation.ts';

const here = await installMainstay();
afterAll(() => here[Symbol.asyncDispose]());

const environments = [{ name: 'dev' }, { name: 'prod' }];
const spec = (mode: string, number: string) => ({
  environments,
  podSecurity: 'baseline',
  quota: { mode, hard: { pods: number } },
});

test('a quota is shared out by weight, and a new total is shared out anew', async () => {
  await applyProject(here, 'shared', {
    environments: [
      { name: 'dev', quota: { weight: 1 } },
      { name: 'prod', quota: { weight: 3 } },
    ],
    quota: { hard: { pods: '100' } },
  });
  await ready(here, 'shared');
  expect(await enforced('shared')).toEqual({ dev: '25', prod: '75' });
  await applyProject(here, 'shared', {
    environments: [
      { name: 'dev', quota: { weight: 1 } },
      { name: 'prod', quota: { weight: 1 } },
    ],
    quota: { hard: { pods: '40' } },
  });
  await eventually(async () => expect(await enforced('shared')).toEqual({ dev: '20', prod: '20' }));
  await ready(here, 'shared');
});

test('what leaves one environment is enforced there before another has it', async () => {
  await applyProject(here, 'moving', spec('Static', '10'));
  await ready(here, 'moving');
  const sums: number[] = [];
  const stop = new AbortController();
  const watching = watchSums('moving', sums, stop.signal);
  for (const weights of [
    [1, 4],
    [4, 1],
    [1, 1],
  ]) {
    await applyProject(here, 'moving', {
      ...spec('Static', '10'),
      environments: environments.map(({ name }, index) => ({ name, quota: { weight: weights[index] } })),
    });
    await ready(here, 'moving');
  }
  stop.abort();
  await watching;
  expect(sums.length).toBeGreaterThan(0);
  expect(Math.max(...sums)).toBeLessThanOrEqual(10);
});

test('an elastic quota moves to where pods are turned away, never takes what is in use, and stays within its total', async () => {
  await applyProject(here, 'elastic', spec('Elastic', '10'));
  await ready(here, 'elastic');
  expect(await enforced('elastic')).toEqual({ dev: '5', prod: '5' });
  await scale('elastic-dev', 2);
  await scale('elastic-prod', 7);
  await eventually(async () => expect(await podsIn('elastic-prod')).toBe(7), { within: 40_000 });
  const { dev, prod } = await enforced('elastic');
  expect(Number(dev)).toBeGreaterThanOrEqual(2);
  expect(Number(dev) + Number(prod)).toBeLessThanOrEqual(10);
  expect(await podsIn('elastic-dev')).toBe(2);
});

test('more in use than a lowered total allows is told, and nothing runs less for it', async () => {
  await applyProject(here, 'lowered', spec('Static', '10'));
  await ready(here, 'lowered');
  await scale('lowered-dev', 5);
  await eventually(async () => expect(await podsIn('lowered-dev')).toBe(5));
  await applyProject(here, 'lowered', spec('Static', '4'));
  await eventually(async () => {
    expect(await enforced('lowered')).toEqual({ dev: '2', prod: '2' });
    const { status } = await here.admin.get(projects, { name: 'lowered' });
    const told = status?.conditions?.find(({ type }) => type === 'QuotaReady')?.message;
    expect(told).toContain('pods: 7 of 4');
  });
  expect(await podsIn('lowered-dev')).toBe(5);
  await scale('lowered-dev', 1);
  await eventually(async () => expect(await enforced('lowered')).toEqual({ dev: '2', prod: '2' }), {
    within: 40_000,
  });
  await ready(here, 'lowered');
});

test('a Project that has no quota any more has no ResourceQuota', async () => {
  await applyProject(here, 'freed', { environments, quota: { hard: { pods: '10' } } });
  await ready(here, 'freed');
  await applyProject(here, 'freed', { environments });
  await ready(here, 'freed');
  await eventually(async () => expect(await enforced('freed')).toEqual({}));
});

async function quotasOf(project: string): Promise<readonly ResourceQuota[]> {
  const { items } = await here.admin.list(resourceQuotas, {
    labelSelector: `mainstay.dev/project=${project}`,
  });
  return items;
}

/** What admission enforces, by environment. */
async function enforced(project: string): Promise<Readonly<Record<string, string>>> {
  const found = await quotasOf(project);
  return Object.fromEntries(
    found.map(({ metadata, status }) => [
      metadata.labels?.['mainstay.dev/environment'] ?? '',
      status?.hard?.pods ?? '',
    ]),
  );
}

/** The most that may be in use in all environments together, read again and again. */
async function watchSums(project: string, sums: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const bounds = (await quotasOf(project)).map(({ spec: wanted, status }) =>
      Math.max(
        ...[wanted?.hard?.pods, status?.hard?.pods, status?.used?.pods].map((amount) => Number(amount ?? 0)),
      ),
    );
    sums.push(bounds.reduce((sum, bound) => sum + bound, 0));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function scale(namespace: string, replicas: number): Promise<void> {
  await here.admin.apply(
    replicaSets,
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { namespace, name: 'work' },
      spec: {
        replicas,
        selector: { matchLabels: { app: 'work' } },
        template: {
          metadata: { labels: { app: 'work' } },
          spec: { containers: [{ name: 'work', image: 'example.com/work:1' }] },
        },
      },
    },
    { fieldManager: 'tenant' },
  );
}

async function podsIn(namespace: string): Promise<number> {
  const { items } = await here.admin.list(pods, { namespace });
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length;
}
