import { expect, test } from 'vitest';
import type { ListWatch } from '../client/listWatch.ts';
import { configMaps } from '../resources/builtin.ts';
import { Informer } from './informer.ts';

const objects = 20_000;

function configMap(index: number, resourceVersion: string) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `config-${index}`, namespace: 'shop', resourceVersion },
    data: { text: 'x'.repeat(200) },
  };
}

/** Has everything at hand, so that nothing waits for a network. */
const source: ListWatch = {
  fieldManager: 'test',
  // What is listed is of the resource that was asked for.
  list: async () => ({
    items: Array.from({ length: objects }, (_, index) => configMap(index, '1')) as never[],
    resourceVersion: '1',
  }),
  watch: async () =>
    (async function* () {
      for (let index = 0; index < objects; index++) {
        const event = { type: 'MODIFIED', object: configMap(index, String(index + 2)) };
        yield Buffer.from(`${JSON.stringify(event)}\n`);
      }
      await new Promise(() => {});
    })(),
};

test('while objects and events come without a pause others have their turn', async () => {
  const end = new AbortController();
  const informer = new Informer(source, { resource: configMaps, indexes: {} });
  const seen = { Added: 0, Modified: 0, Deleted: 0 };
  const whenOthersCame: Partial<typeof seen> = {};
  informer.onChange(({ type }) => {
    seen[type]++;
    if (seen[type] === 1)
      setTimeout(() => {
        whenOthersCame[type] = seen[type];
      }, 1);
  });
  void informer.run(end.signal);
  await expect.poll(() => seen.Modified, { timeout: 20_000 }).toBe(objects);
  end.abort();
  expect(seen.Added).toBe(objects);
  expect(whenOthersCame.Added).toBeLessThan(objects);
  expect(whenOthersCame.Modified).toBeLessThan(objects);
});
