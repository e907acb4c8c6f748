import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isInvalid,
  isNamespaceTerminating,
  isNotFound,
} from '../../../operator/client/apiError.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import { configMaps, type Namespace, namespaces, secrets } from '../../../operator/resources/builtin.ts';
import { connect } from '../../../operator/transport/connect.ts';
import type { Connection } from '../../../operator/transport/connection.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

const namespace = `runtime-read-${process.pid}`;
const name = { namespace, name: 'settings' };

let connection: Connection;
let client: HttpClient;

beforeAll(async () => {
  connection = await connect({ kubeconfig: sharedKubeconfig() });
  client = new HttpClient(connection, { fieldManager: 'runtime-read' });
  await client.apply(namespaces, namespaceObject(namespace));
});

afterAll(async () => {
  await client.delete(namespaces, { name: namespace });
  await connection.close();
});

function namespaceObject(called: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: called } };
}

function settings(data: Readonly<Record<string, string>>, called = name.name) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: called }, data };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );
}

test('what is applied is there, owned by its field manager, and goes when deleted', async () => {
  const applied = await client.apply(configMaps, settings({ a: '1' }));
  expect(applied.metadata.managedFields?.[0]).toMatchObject({ manager: 'runtime-read', operation: 'Apply' });
  expect((await client.get(configMaps, name)).data).toEqual({ a: '1' });
  await client.delete(configMaps, name);
  const error = await failure(client.get(configMaps, name));
  expect(isNotFound(error)).toBe(true);
  expect(String(error)).toContain(`cannot get ConfigMap ${namespace}/settings: NotFound`);
  expect(isNotFound(await failure(client.delete(configMaps, name)))).toBe(true);
});

test('a dry run changes nothing', async () => {
  const answer = await client.apply(configMaps, settings({ a: '1' }, 'never'), { dryRun: true });
  expect(answer.data).toEqual({ a: '1' });
  expect(isNotFound(await failure(client.get(configMaps, { namespace, name: 'never' })))).toBe(true);
});

test('an update of what has changed meanwhile is a conflict, a second create is told as such', async () => {
  const created = await client.create(configMaps, settings({ a: '1' }, 'contended'));
  await client.patch(configMaps, created.metadata, { type: 'merge', body: { data: { a: '2' } } });
  expect(isConflict(await failure(client.update(configMaps, { ...created, data: { a: '3' } })))).toBe(true);
  expect(isAlreadyExists(await failure(client.create(configMaps, settings({}, 'contended'))))).toBe(true);
  await client.patch(configMaps, created.metadata, {
    type: 'json',
    body: [
      { op: 'test', path: '/data/a', value: '2' },
      { op: 'replace', path: '/data/a', value: '4' },
    ],
  });
  expect((await client.get(configMaps, created.metadata)).data).toEqual({ a: '4' });
});

test('an apply that would take another’s field is a conflict only without force', async () => {
  const object = settings({ a: 'theirs' }, 'owned');
  await client.apply(configMaps, object, { fieldManager: 'them' });
  const ours = { ...object, data: { a: 'ours' } };
  const error = await failure(client.apply(configMaps, ours, { force: false }));
  expect(isConflict(error)).toBe(true);
  expect(error).toMatchObject({
    details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.a' }] },
  });
  expect((await client.apply(configMaps, ours)).data).toEqual({ a: 'ours' });
});

test('a delete is of the object that was meant, by UID and resourceVersion', async () => {
  const { metadata } = await client.apply(configMaps, settings({}, 'meant'));
  for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }]) {
    expect(isConflict(await failure(client.delete(configMaps, metadata, { preconditions })))).toBe(true);
  }
  const preconditions = { uid: metadata.uid ?? '', resourceVersion: metadata.resourceVersion ?? '' };
  expect(await client.deleteWithAnswer(configMaps, metadata, { preconditions })).toEqual({
    gone: metadata.uid,
  });
});

test('a deletion that finalizers hold up answers with what is still there', async () => {
  const object = settings({}, 'held');
  await client.apply(configMaps, {
    ...object,
    metadata: { ...object.metadata, finalizers: ['example.com/hold'] },
  });
  const answer = await client.deleteWithAnswer(configMaps, object.metadata);
  expect(answer).toMatchObject({
    terminating: { metadata: { name: 'held', deletionTimestamp: expect.any(String) } },
  });
  await client.patch(configMaps, object.metadata, {
    type: 'merge',
    body: { metadata: { finalizers: null } },
  });
  expect(isNotFound(await failure(client.get(configMaps, object.metadata)))).toBe(true);
});

test('what is refused says which field', async () => {
  const object = settings({ 'not a key': '1' }, 'invalid');
  const error = await failure(client.create(configMaps, object));
  expect(isInvalid(error)).toBe(true);
  expect(error).toMatchObject({ details: { causes: [{ field: expect.stringContaining('data') }] } });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 'x' },
    data: { p: '!hunter2!' },
  };
  expect(String(await failure(client.create(secrets, secret)))).not.toContain('hunter2');
});

test('in a namespace that is going nothing can be made, and the error says that it is this', async () => {
  const going = `${namespace}-going`;
  const finalizers = ['example.com/hold'];
  await client.create(namespaces, { ...namespaceObject(going), metadata: { name: going, finalizers } });
  await client.delete(namespaces, { name: going });
  const object = { ...settings({}), metadata: { namespace: going, name: 'late' } };
  const error = await failure(client.create(configMaps, object));
  expect(isNamespaceTerminating(error)).toBe(true);
  await client.patch(
    namespaces,
    { name: going },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
});

test('as somebody of few rights, what is not allowed is forbidden', async () => {
  const tenant = await connect({
    kubeconfig: sharedKubeconfig(),
    impersonate: { user: 'jane', groups: ['tenants'] },
  });
  const error = await failure(new HttpClient(tenant, { fieldManager: 'jane' }).get(configMaps, name));
  expect(isForbidden(error)).toBe(true);
  expect(String(error)).toContain('jane');
  await tenant.close();
});

test('lists come in pages, each item with its kind', async () => {
  for (const called of ['page-a', 'page-b', 'page-c']) {
    await client.apply(configMaps, {
      ...settings({}, called),
      metadata: { namespace, name: called, labels: { page: 'x' } },
    });
  }
  const first = await client.list(configMaps, { namespace, labelSelector: 'page=x', limit: 2 });
  expect(first.items.map((item) => `${item.kind} ${item.metadata.name}`)).toEqual([
    'ConfigMap page-a',
    'ConfigMap page-b',
  ]);
  const rest = await client.list(configMaps, {
    namespace,
    labelSelector: 'page=x',
    limit: 2,
    ...(first.continue === undefined ? undefined : { continue: first.continue }),
  });
  expect(rest.items.map((item) => item.metadata.name)).toEqual(['page-c']);
  expect(rest.resourceVersion).toBe(first.resourceVersion);
  expect(rest.continue).toBeUndefined();
});

test('anything else that the server answers can be asked for', async () => {
  const version = await client.request<{ readonly major: string }>({ method: 'GET', path: '/version' });
  expect(version.major).toBe('1');
});
