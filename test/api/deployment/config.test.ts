import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployments } from '../../../controllers/deployment/deployment.ts';
import { configMaps, secrets } from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { Stage, template } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage[Symbol.asyncDispose]());

const configMap = (color: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { color },
});
const spec = (more: object = {}) => ({
  configSnapshots: { enabled: true },
  revisionHistoryLimit: 1,
  template: template('shop', 'shop:1', { envFrom: [{ configMapRef: { name: 'settings' } }] }),
  ...more,
});
/** The color that the pods of the latest revision are given. */
const colors = async () => {
  const all = await stage.revisions('shop');
  const names = all.map(
    ({ spec: set }) => set?.template?.spec?.containers[0]?.envFrom?.[0]?.configMapRef?.name ?? '',
  );
  const copies = await Promise.all(
    names.map((name) => stage.client.get(configMaps, { name, namespace: 'default' })),
  );
  return copies.map(({ data, immutable }) => [data?.color, immutable]);
};

it('waits for a ConfigMap that is missing, and says which', async () => {
  await stage.apply('shop', spec());
  const status = await stage.until('shop', ({ phase }) => phase === 'Invalid');
  expect(status.message).toContain(
    'the ConfigMap settings that the template refers to is missing: create it',
  );
  expect(await stage.revisions('shop')).toEqual([]);
});

it('gives pods a copy that cannot be changed', async () => {
  await stage.kubectl.apply([configMap('red')]);
  await stage.healthy('shop', 1);
  expect(await colors()).toEqual([['red', true]]);
});

it('rolls a changed ConfigMap out as a revision, and the one before keeps what it had', async () => {
  await stage.kubectl.apply([configMap('green')]);
  await stage.healthy('shop', 2);
  expect(await colors()).toEqual([
    ['red', true],
    ['green', true],
  ]);
});

it('does nothing where only the metadata of the source is another', async () => {
  await stage.kubectl.run('label', 'configmap', 'settings', '-n', 'default', 'a=b');
  await stage.apply('shop', spec({ replicas: 3 }));
  await stage.until('shop', ({ phase, replicas }) => phase === 'Healthy' && replicas === 3);
  expect(await stage.revisions('shop')).toHaveLength(2);
});

it('brings the old contents back with the old revision', async () => {
  const request = { id: 'back', verb: 'Rollback', revision: 1 };
  await stage.apply('shop', spec({ request }));
  const { stable } = await stage.until('shop', ({ phase }) => phase === 'RolledBack');
  const own = (await stage.revisions('shop')).find(({ metadata }) => metadata.name === stable?.replicaSet);
  expect(own?.spec?.template?.spec?.containers[0]?.envFrom?.[0]?.configMapRef?.name).toMatch(/^settings-/);
  expect(
    (await stage.pods('shop')).every(({ metadata }) => metadata.name.startsWith(`${stable?.replicaSet}-`)),
  ).toBe(true);
});

it('keeps no copy that no revision has', async () => {
  for (const color of ['blue', 'black', 'white']) {
    await stage.kubectl.apply([configMap(color)]);
    await stage.until('shop', ({ phase, stable }) => phase === 'Healthy' && (stable?.revision ?? 0) > 2);
    await eventually(async () => expect((await colors()).at(-1)).toEqual([color, true]));
  }
  await eventually(async () => {
    const { items } = await stage.client.list(configMaps, {
      namespace: 'default',
      labelSelector: 'mainstay.dev/deployment=shop',
    });
    expect(items.map(({ data }) => data?.color).toSorted()).toEqual(['black', 'white']);
  });
});

it('has copies of its own, which do not go with another Deployment of the same source', async () => {
  const copiesOfOther = async () =>
    (
      await stage.client.list(configMaps, {
        namespace: 'default',
        labelSelector: 'mainstay.dev/deployment=other',
      })
    ).items;
  const before = await colors();
  await stage.apply(
    'other',
    spec({ template: template('other', 'shop:1', { envFrom: [{ configMapRef: { name: 'settings' } }] }) }),
  );
  await stage.healthy('other', 1);
  expect(await copiesOfOther()).toHaveLength(1);
  await stage.client.delete(deployments, { name: 'other', namespace: 'default' });
  // The garbage collector looks for new kinds every half a minute.
  await eventually(async () => expect(await copiesOfOther()).toEqual([]), { within: 90_000 });
  expect(await colors()).toEqual(before);
});

describe('of several sources', () => {
  const sources = (word: string) => [
    { ...configMap(word), metadata: { name: 'pair', namespace: 'default' } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pair', namespace: 'default' },
      stringData: { word },
    },
  ];
  const envFrom = [{ configMapRef: { name: 'pair' } }, { secretRef: { name: 'pair' } }];
  const pair = (more: object = {}) => ({
    configSnapshots: { enabled: true, secrets: ['pair'] },
    template: template('pair', 'shop:1', { envFrom }),
    ...more,
  });
  const copies = async () =>
    (
      await stage.client.list(configMaps, {
        namespace: 'default',
        labelSelector: 'mainstay.dev/deployment=pair',
      })
    ).items;

  it('takes what is changed together for one change', async () => {
    await stage.kubectl.apply(sources('one'));
    await stage.apply('pair', pair());
    await stage.healthy('pair', 1);
    const name = { name: 'pair', namespace: 'default' };
    await Promise.all([
      stage.client.patch(configMaps, name, { type: 'merge', body: { data: { color: 'two' } } }),
      stage.client.patch(secrets, name, { type: 'merge', body: { stringData: { word: 'two' } } }),
    ]);
    await stage.healthy('pair', 2);
    await stage.apply('pair', pair({ replicas: 5 }));
    await stage.until('pair', ({ phase, readyReplicas }) => phase === 'Healthy' && readyReplicas === 5);
    expect(await stage.revisions('pair')).toHaveLength(2);
    expect((await copies()).map(({ data }) => data?.color).toSorted()).toEqual(['one', 'two']);
  });

  it('makes a copy anew that somebody has deleted', async () => {
    const copy = (await copies()).find(({ data }) => data?.color === 'two');
    await stage.client.delete(configMaps, { namespace: 'default', name: copy?.metadata.name ?? '' });
    await eventually(async () => {
      const again = (await copies()).find(({ metadata }) => metadata.name === copy?.metadata.name);
      expect(again?.data).toEqual(copy?.data);
      expect(again?.metadata.uid).not.toBe(copy?.metadata.uid);
    });
  });

  it('keeps no copies of what never came to run, though nothing may begin', async () => {
    await stage.apply('pair', pair({ paused: true }));
    for (const word of ['three', 'four', 'five']) {
      await stage.kubectl.apply(sources(word));
      await eventually(async () => expect((await copies()).map(({ data }) => data?.color)).toContain(word));
    }
    await eventually(async () =>
      expect((await copies()).map(({ data }) => data?.color).toSorted()).toEqual(['five', 'one', 'two']),
    );
  });
});

it('leaves the copies to pods that are given back to apps/v1', async () => {
  await stage.apply('shop', spec({ deletionPolicy: 'Release' }));
  await stage.until('shop', ({ phase }) => phase === 'Healthy');
  const before = await colors();
  await stage.client.delete(deployments, { name: 'shop', namespace: 'default' });
  await eventually(async () => {
    const owners = (await stage.revisions('shop')).flatMap(({ metadata }) => metadata.ownerReferences ?? []);
    expect(owners.map(({ apiVersion }) => apiVersion)).toEqual(['apps/v1', 'apps/v1']);
  });
  expect(await colors()).toEqual(before);
  const { items } = await stage.client.list(configMaps, { namespace: 'default' });
  const copies = items.filter(({ metadata }) => metadata.name.startsWith('settings-'));
  expect(copies).toHaveLength(2);
  // What is owned by a Deployment that is gone would be gone soon.
  expect(copies.flatMap(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([]);
});
