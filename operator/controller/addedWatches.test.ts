import { describe, expect, it } from 'vitest';
import { keyOf, type ObjectKey } from '../resources/object.ts';
import { AddedWatches } from './addedWatches.ts';
import { FakeSource } from './fakeSource.ts';
import { type WatchReceiver, watch } from './watch.ts';

function added() {
  const broken: unknown[] = [];
  const watches = new AddedWatches((error) => broken.push(error));
  const seen: ObjectKey[] = [];
  const term = (): WatchReceiver => ({
    found: (keys) => seen.push(...keys),
    changed: (keys) => seen.push(...keys),
    failed: () => {},
  });
  const add = (source: FakeSource) => watches.add(watch(source, ({ object }) => [keyOf(object)]));
  return { watches, seen, term, add, broken };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a watch that is added later', () => {
  it('finds what is there once its source has synced, and hears what changes until it is ended', async () => {
    const { watches, seen, term, add } = added();
    watches.start(term());
    const source = new FakeSource('a');
    const end = add(source);
    await turn();
    expect(seen).toEqual([]);
    source.sync();
    await turn();
    source.change('b');
    expect(seen).toEqual(['a', 'b']);
    end();
    source.change('c');
    expect(seen).toEqual(['a', 'b']);
    expect(source.subscribers).toBe(0);
  });

  it('stays for the next term, and is silent in between', async () => {
    const { watches, seen, term, add } = added();
    const source = new FakeSource('a');
    source.sync();
    add(source);
    await turn();
    expect(seen).toEqual([]);
    for (let n = 0; n < 2; n += 1) {
      watches.start(term());
      await turn();
      watches.stop();
      source.change('a');
    }
    expect(seen).toEqual(['a', 'a']);
    expect(source.subscribers).toBe(0);
  });

  it('that is ended, or whose term is over, before its source has synced never begins', async () => {
    const { watches, seen, term, add } = added();
    const sources = [new FakeSource('a'), new FakeSource('b')] as const;
    watches.start(term());
    add(sources[0])();
    add(sources[1]);
    watches.stop();
    for (const source of sources) source.sync();
    await turn();
    expect(seen).toEqual([]);
    expect(sources.map(({ subscribers }) => subscribers)).toEqual([0, 0]);
  });

  it('that cannot be started is told of, and hurts no other', async () => {
    const { watches, seen, term, add, broken } = added();
    watches.start(term());
    watches.add({ synced: Promise.reject(new Error('no source')), start: () => () => {} });
    const source = new FakeSource('a');
    source.sync();
    add(source);
    await turn();
    expect(seen).toEqual(['a']);
    expect(broken).toEqual([new Error('no source')]);
  });
});
