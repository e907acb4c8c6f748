import { expect, test } from 'vitest';
import { annotations, labels } from '../../crds/project/names.ts';
import type { Client, ListOptions } from '../../operator/client/client.ts';
import type { Secret } from '../../operator/resources/builtin.ts';
import { aProject } from './builders.ts';
import { CopyingClient } from './copyingClient.ts';
import { contentOf, secretOutlines } from './secretOutline.ts';

const project = aProject('shop', { secrets: [{ name: 'copy', from: { namespace: 'vault', name: 'pull' } }] });
const data = { token: 'b25l' };
const source: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    namespace: 'vault',
    name: 'pull',
    labels: { [labels.shared]: 'true' },
    annotations: { [annotations.sharedWith]: 'shop' },
  },
  data,
};
const outline = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'shop-dev', name: 'copy', labels: { [labels.owner]: 'uid-of-shop' } },
  content: contentOf({ data }),
};

/** A client over an API server that has this as the source, and what was asked of it. */
function over(found: Secret | undefined) {
  const lists: ListOptions[] = [];
  const applied: object[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = {
    list: async (_resource: unknown, options: ListOptions) => {
      lists.push(options);
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      return { items: found === undefined ? [] : [found], resourceVersion: '9' };
    },
    apply: async (_resource: unknown, object: object) => {
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
      applied.push(object);
      return object;
    },
  };
  const projects = {
    size: 1,
    get: () => project,
    list: () => [project],
    inNamespace: () => [],
    byIndex: (_index: string, uid: string) => (uid === project.metadata.uid ? [project] : []),
  };
  // Only what it uses of a client.
  const client = new CopyingClient(server as unknown as Client, projects);
  return { client, lists, applied, mostAtOnce: () => mostAtOnce };
}

test('a copy is written with the content of its source, read by its name among the shared ones', async () => {
  const { client, lists, applied } = over(source);
  const answer = await client.apply(secretOutlines, outline);
  expect(lists).toEqual([
    {
      namespace: 'vault',
      fieldSelector: 'metadata.name=pull',
      labelSelector: 'mainstay.dev/shared=true',
    },
  ]);
  const { content: _content, ...written } = outline;
  expect(applied).toEqual([{ ...written, type: 'Opaque', data }]);
  expect(answer).not.toHaveProperty('data');
});

const notShared = { ...source.metadata, annotations: { [annotations.sharedWith]: 'other' } };
test.each([
  ['gone, or not labelled as shared', undefined, outline],
  ['shared with others only', { ...source, metadata: notShared }, outline],
  ['being deleted', { ...source, metadata: { ...source.metadata, deletionTimestamp: 'now' } }, outline],
  ['not what was planned from', { ...source, data: { token: 'dHdv' } }, outline],
  ['named by no Project', source, { ...outline, metadata: { ...outline.metadata, name: 'else' } }],
])('nothing is written from a source that is %s by now', async (_, found, object) => {
  const { client, applied } = over(found);
  await expect(client.apply(secretOutlines, object)).rejects.toThrow('has changed meanwhile');
  expect(applied).toEqual([]);
});

test('of many copies few are in memory at once', async () => {
  const { client, applied, mostAtOnce } = over(source);
  const metadata = (index: number) => ({ ...outline.metadata, namespace: `shop-${index}` });
  const all = Array.from({ length: 30 }, (_, index) => ({ ...outline, metadata: metadata(index) }));
  await Promise.all(all.map((object) => client.apply(secretOutlines, object)));
  expect(applied.length).toBe(30);
  expect(mostAtOnce()).toBe(4);
});
