import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Change } from '../../../operator/cache/change.ts';
import { Informer, type InformerOptions } from '../../../operator/cache/informer.ts';
import { CachedClient } from '../../../operator/client/cachedClient.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import { type ConfigMap, configMaps, namespaces } from '../../../operator/resources/builtin.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { connect } from '../../../operator/transport/connect.ts';
import type { Connection } from '../../../operator/transport/connection.ts';
import { eventually } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

const namespace = `runtime-read-informer-${process.pid}`;

let connection: Connection;
let ours: HttpClient;
let theirs: HttpClient;

beforeAll(async () => {
  connection = await connect({ kubeconfig: sharedKubeconfig() });
  ours = new HttpClient(connection, { fieldManager: 'ours' });
  theirs = new HttpClient(connection, { fieldManager: 'theirs' });
  await ours.apply(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});

afterAll(async () => {
  await ours.delete(namespaces, { name: namespace });
  await connection.close();
});

function configMap(name: string, value: string, labels: Readonly<Record<string, string>> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels }, data: { value } };
}

/** A running informer of ConfigMaps, and a client whose writes it is told of. */
async function follow(options: Partial<InformerOptions<ConfigMap>> = {}) {
  const informer = new Informer<ConfigMap>(ours, { resource: configMaps, namespace, ...options });
  const client = new CachedClient(ours);
  client.tell(informer);
  const changes: Change<ConfigMap>[] = [];
  informer.onChange((change) => changes.push(change));
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  await informer.synced;
  const of = (name: string) => changes.filter(({ object }) => object.metadata.name === name);
  const heard = (name: string) => of(name).map(({ type, origin }) => `${type} ${origin}`);
  return { informer, client, heard };
}

test('what others do is seen, and what was there before', async () => {
  await theirs.apply(configMaps, configMap('before', '1'));
  const { informer, heard } = await follow();
  expect(informer.get(keyOf({ namespace, name: 'before' }))?.kind).toBe('ConfigMap');
  await theirs.apply(configMaps, configMap('seen', '1'));
  await theirs.apply(configMaps, configMap('seen', '2'));
  await theirs.delete(configMaps, { namespace, name: 'seen' });
  await eventually(() => expect(heard('seen')).toEqual(['Added watch', 'Modified watch', 'Deleted watch']));
});

test('after every write the cache has it, and handlers hear of it once', async () => {
  const { informer, client, heard } = await follow();
  const key = keyOf({ namespace, name: 'own' });
  const expected = ['Added own'];
  for (let value = 0; value < 50; value++) {
    await client.apply(configMaps, configMap('own', String(value)));
    expect(informer.get(key)?.data?.value).toBe(String(value));
    if (value > 0) expected.push('Modified own');
  }
  await client.delete(configMaps, { namespace, name: 'own' });
  expect(informer.get(key)).toBeUndefined();
  expected.push('Deleted own');
  // The watch has passed all of it once it brings what came after.
  await theirs.apply(configMaps, configMap('after-own', '1'));
  await eventually(() => expect(heard('after-own')).toEqual(['Added watch']));
  expect(heard('own')).toEqual(expected);
  expect(informer.get(key)).toBeUndefined();
});

test('what another changed between two writes of ours is heard of', async () => {
  const { informer, client, heard } = await follow();
  const key = keyOf({ namespace, name: 'shared' });
  for (let round = 0; round < 20; round++) {
    await client.apply(configMaps, configMap('shared', String(round)));
    await theirs.patch(
      configMaps,
      { namespace, name: 'shared' },
      { type: 'merge', body: { data: { other: String(round) } } },
    );
    await client.apply(configMaps, configMap('shared', `${round}-again`));
    expect(informer.get(key)?.data).toEqual({ value: `${round}-again`, other: String(round) });
  }
  await eventually(() =>
    expect(heard('shared').filter((change) => change === 'Modified watch').length).toBe(20),
  );
});

test('an object that a write of ours takes out of the selection leaves the cache at once', async () => {
  const { informer, client, heard } = await follow({ labelSelector: 'shown=yes' });
  await client.apply(configMaps, configMap('labelled', '1', { shown: 'yes' }));
  expect(informer.size).toBe(1);
  await client.apply(configMaps, configMap('labelled', '1', { shown: 'no' }));
  expect(informer.size).toBe(0);
  await client.apply(configMaps, configMap('labelled', '2', { shown: 'yes' }));
  await theirs.apply(configMaps, configMap('after-labelled', '1', { shown: 'yes' }));
  await eventually(() => expect(heard('after-labelled')).toEqual(['Added watch']));
  expect(heard('labelled')).toEqual(['Added own', 'Deleted own', 'Added own']);
});

test('a deletion that finalizers hold up is seen at once, and its end when it comes', async () => {
  const { informer, client, heard } = await follow();
  const object = configMap('held', '1');
  const key = keyOf(object);
  await client.apply(configMaps, {
    ...object,
    metadata: { ...object.metadata, finalizers: ['example.com/hold'] },
  });
  await client.delete(configMaps, object.metadata);
  expect(informer.get(key)?.metadata.deletionTimestamp).toBeDefined();
  await theirs.patch(configMaps, object.metadata, {
    type: 'merge',
    body: { metadata: { finalizers: null } },
  });
  await eventually(() => expect(informer.get(key)).toBeUndefined());
  expect(heard('held')).toEqual(['Added own', 'Modified own', 'Deleted watch']);
});

test('pages and a watch that ends every second lose nothing', async () => {
  for (let index = 0; index < 25; index++) await theirs.apply(configMaps, configMap(`many-${index}`, '1'));
  const { informer } = await follow({ reflector: { pageSize: 10, watchTimeout: [1000, 1000] } });
  for (let round = 0; round < 30; round++) {
    await theirs.apply(configMaps, configMap(`many-${round % 25}`, `round ${round}`));
    // Spread over three watches.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { items } = await theirs.list(configMaps, { namespace });
  const versions = (objects: Iterable<ConfigMap>) =>
    Object.fromEntries([...objects].map((object) => [object.metadata.name, object.metadata.resourceVersion]));
  await eventually(() => expect(versions(informer.list())).toEqual(versions(items)));
});

test('of managedFields only our apply is kept, and who else wrote', async () => {
  await ours.apply(configMaps, configMap('fields', '1'));
  await theirs.patch(
    configMaps,
    { namespace, name: 'fields' },
    { type: 'merge', body: { data: { other: '1' } } },
  );
  const { informer } = await follow({ managedFields: 'own' });
  const entries = informer.get(keyOf({ namespace, name: 'fields' }))?.metadata.managedFields;
  expect(entries?.find(({ manager }) => manager === 'ours')?.fieldsV1).toMatchObject({
    'f:data': { 'f:value': {} },
  });
  expect(entries?.find(({ manager }) => manager === 'theirs')).toMatchObject({ operation: 'Update' });
  expect(entries?.find(({ manager }) => manager === 'theirs')?.fieldsV1).toBeUndefined();
});
