import { expect, it } from 'vitest';
import { annotations, labels } from '../../../crds/deployment/names.ts';
import { ApiError } from '../../../operator/client/apiError.ts';
import type { ReplicaSet } from '../../../operator/resources/builtin.ts';
import type { Deployment } from '../deployment.ts';
import { fingerprintOf } from './fingerprint.ts';
import { Templates } from './templates.ts';

const template = (image: string) => ({
  metadata: { labels: { app: 'shop' } },
  spec: { containers: [{ name: 'main', image }] },
});

/** One with traffic, which is asked about from the beginning, unless `spec` says otherwise. */
const deployment = (image: string, spec: object = { traffic: { ports: [] } }) =>
  ({
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Deployment',
    metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
    spec: {
      replicas: 1,
      adopt: false,
      selector: { matchLabels: { app: 'shop' } },
      template: template(image),
      ...spec,
    },
  }) as unknown as Deployment;

/** Answers dry runs as a server that fills a default in, and counts them. */
function server(refuse?: string, reason: 'Invalid' | 'Forbidden' = 'Invalid') {
  const asked: string[] = [];
  return {
    asked,
    client: {
      create: async (_: unknown, object: unknown) => {
        const { spec } = object as ReplicaSet;
        const [container] = spec?.template?.spec?.containers ?? [];
        asked.push(container?.image ?? '');
        if (refuse !== undefined)
          throw new ApiError({ verb: 'create', kind: 'ReplicaSet', name: 'shop' }, 422, {
            reason,
            message: refuse,
          });
        const defaulted = { ...container, imagePullPolicy: 'IfNotPresent' };
        return {
          ...(object as object),
          spec: { ...spec, template: { ...spec?.template, spec: { containers: [defaulted] } } },
        } as never;
      },
    },
  };
}

it('one is asked about under another name where somebody has a ReplicaSet of the first', async () => {
  const { asked, client } = server();
  const templates = new Templates({
    create: async (resource, object) => {
      if (object.metadata.name !== 'shop-template') return client.create(resource, object);
      const subject = { verb: 'create', kind: 'ReplicaSet', name: 'shop-template' };
      throw new ApiError(subject, 409, { reason: 'AlreadyExists', message: 'already exists' });
    },
  });
  const { view } = await templates.view(deployment('shop:1'), [], new AbortController().signal);
  expect(view).toMatchObject({ state: 'Known', exists: false });
  expect(asked).toEqual(['shop:1']);
});

it('one that only a quota of ReplicaSets keeps from being tried is not called wrong', async () => {
  const { client } = server('exceeded quota: objects', 'Forbidden');
  const subject = deployment('shop:1');
  await expect(new Templates(client).view(subject, [], new AbortController().signal)).rejects.toThrow(
    'exceeded quota',
  );
});

const replicaSet = (hash: string, image: string, fingerprint?: string): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: `shop-${hash}`,
    labels: { [labels.hash]: hash },
    ...(fingerprint !== undefined && { annotations: { [annotations.template]: fingerprint } }),
  },
  spec: {
    selector: {},
    template: {
      metadata: { labels: { app: 'shop', [labels.hash]: hash } },
      spec: { containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent' }] },
    },
  },
});

const { signal } = new AbortController();

it('a template that was written before is known without asking', async () => {
  const { asked, client } = server();
  const subject = deployment('shop:1');
  const own = [replicaSet('bcd', 'shop:1', fingerprintOf(subject.spec.template))];
  const { view } = await new Templates(client).view(subject, own, signal);
  expect(view).toEqual({ state: 'Known', hash: 'bcd', exists: true });
  expect(asked).toEqual([]);
});

it('one that the server makes the same of is the same revision, and is asked about once', async () => {
  const { asked, client } = server();
  const templates = new Templates(client);
  const own = [replicaSet('bcd', 'shop:1', 'of another text')];
  for (let time = 0; time < 3; time += 1) {
    const { view } = await templates.view(deployment('shop:1'), own, signal);
    expect(view).toEqual({ state: 'Known', hash: 'bcd', exists: true });
  }
  expect(asked).toEqual(['shop:1']);
});

it('a new one has a name of its own, another where that is taken', async () => {
  const templates = new Templates(server().client);
  const subject = deployment('shop:2');
  const { view } = await templates.view(subject, [replicaSet('bcd', 'shop:1')], signal);
  if (view.state !== 'Known') throw new Error(`it is ${view.state}`);
  expect(view.exists).toBe(false);
  templates.taken(subject, view.hash);
  const { view: other } = await templates.view(subject, [], signal);
  expect(other).toMatchObject({ state: 'Known', exists: false });
  expect(other).not.toMatchObject({ hash: view.hash });
});

it("one that cannot work is told of in the server's words, until it is another", async () => {
  const { asked, client } = server('spec.template: no');
  const templates = new Templates(client);
  for (let time = 0; time < 2; time += 1) {
    const { view } = await templates.view(deployment('shop:3'), [], signal);
    expect(view).toMatchObject({ state: 'Invalid', message: expect.stringContaining('spec.template: no') });
  }
  expect(asked).toEqual(['shop:3']);
});

it('one that a policy forbids is told of alike, and asked about again once that may be mended', async () => {
  const { asked, client } = server('denied by a policy', 'Forbidden');
  let now = 0;
  const templates = new Templates(client, () => now);
  for (now of [0, 10_000, 29_000, 31_000]) {
    const { view } = await templates.view(deployment('shop:3'), [], signal);
    expect(view).toMatchObject({ state: 'Invalid', message: expect.stringContaining('denied by a policy') });
  }
  expect(asked).toEqual(['shop:3', 'shop:3']);
});

const plain = { traffic: undefined };
const refusal = (reason: 'Invalid' | 'Forbidden', message: string) =>
  new ApiError({ verb: 'create', kind: 'ReplicaSet', name: 'shop' }, 422, { reason, message });

it('the first one of a Deployment without traffic is not asked about: making it tells as much', async () => {
  const { asked, client } = server();
  const templates = new Templates(client);
  const subject = deployment('shop:1', plain);
  const { view } = await templates.view(subject, [], signal);
  expect(view).toMatchObject({ state: 'Known', exists: false });
  expect(await templates.view(subject, [], signal)).toMatchObject({ view });
  expect(asked).toEqual([]);
  expect(templates.refused(subject, refusal('Invalid', 'spec.template: no'))).toBe(true);
  expect(await templates.view(subject, [], signal)).toMatchObject({
    view: { state: 'Invalid', message: expect.stringContaining('spec.template: no') },
  });
});

it.each<[string, unknown]>([
  ['a quota', refusal('Forbidden', 'exceeded quota: objects')],
  ['a server that does not answer', new Error('socket hang up')],
])('it is not called wrong where %s keeps it from being made', async (_, error) => {
  const templates = new Templates(server().client);
  const subject = deployment('shop:1', plain);
  await templates.view(subject, [], signal);
  expect(templates.refused(subject, error)).toBe(false);
});

it.each<[string, Deployment, readonly ReplicaSet[]]>([
  ['there is another revision', deployment('shop:1', plain), [replicaSet('bcd', 'shop:0')]],
  ['a running Deployment is to be taken over', deployment('shop:1', { ...plain, adopt: true }), []],
])('it is asked about where %s', async (_, subject, own) => {
  const { asked, client } = server();
  const templates = new Templates(client);
  await templates.view(deployment('shop:1', plain), [], signal);
  expect((await templates.view(subject, own, signal)).view).toMatchObject({ state: 'Known', exists: false });
  expect(asked).toEqual(['shop:1']);
  expect(templates.refused(subject, refusal('Invalid', 'no')), 'it was tried').toBe(false);
});
