import { describe, expect, it } from 'vitest';
import { ManualClock } from './manualClock.ts';
import { type Priority, WorkQueue } from './workQueue.ts';

function queueOnManualClock(options: { ageing?: number } = {}) {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, ...options }) };
}

/** What `get` has answered so far: `'waiting'` while it has not. */
async function answerOf(got: Promise<string | undefined>) {
  const waiting = Symbol('waiting');
  const answer = await Promise.race([got, new Promise<symbol>((resolve) => setImmediate(resolve, waiting))]);
  return answer === waiting ? 'waiting' : answer;
}

describe('a work queue', () => {
  it('hands out a key once, however often it was added', async () => {
    const { queue } = queueOnManualClock();
    queue.add('a');
    queue.add('a');
    expect(await queue.get()).toBe('a');
    expect(await answerOf(queue.get())).toBe('waiting');
  });

  it('gives a key that changed during its run another run, after the first', async () => {
    const { queue } = queueOnManualClock();
    queue.add('a');
    await queue.get();
    queue.add('a');
    const second = queue.get();
    expect(await answerOf(second)).toBe('waiting');
    queue.done('a');
    expect(await second).toBe('a');
  });

  it('keeps the order in which keys came', async () => {
    const { queue } = queueOnManualClock();
    for (const key of ['a', 'b', 'c', 'a']) queue.add(key);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['a', 'b', 'c']);
  });

  it('lets a spec change go before a resync of everything', async () => {
    const { queue } = queueOnManualClock();
    queue.add('resync-1', { priority: 'low' });
    queue.add('resync-2', { priority: 'low' });
    queue.add('changed');
    queue.add('resync-2', { priority: 'high' });
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual([
      'resync-2',
      'changed',
      'resync-1',
    ]);
  });

  it('lets a key of low priority go first once it has waited its time', async () => {
    const { clock, queue } = queueOnManualClock({ ageing: 1000 });
    queue.add('resync', { priority: 'low' });
    clock.advance(1001);
    queue.add('changed');
    expect(await queue.get()).toBe('resync');
  });

  it('hands out a delayed key when it is due, and sooner if it changes sooner', async () => {
    const { clock, queue } = queueOnManualClock();
    queue.add('a', { after: 5000 });
    queue.add('b', { after: 5000 });
    queue.add('b');
    expect(await queue.get()).toBe('b');
    const next = queue.get();
    clock.advance(4999);
    expect(await answerOf(next)).toBe('waiting');
    clock.advance(1);
    expect(await next).toBe('a');
  });

  it('waits for a delay longer than a Node timer can', async () => {
    const { clock, queue } = queueOnManualClock();
    const year = 365 * 24 * 3600 * 1000;
    queue.add('a', { after: year });
    clock.advance(year);
    expect(await queue.get()).toBe('a');
  });

  it('retries after 5 ms, doubling to a minute, and from 5 ms again after a success', () => {
    const { queue } = queueOnManualClock();
    const waits = Array.from({ length: 20 }, () => queue.retry('a'));
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(waits.at(-1)).toBe(60_000);
    expect(queue.retry('b')).toBe(5);
    queue.forget('a');
    expect(queue.retry('a')).toBe(5);
  });

  it('forgets when to look again as soon as something changes: the next run decides anew', async () => {
    const { clock, queue } = queueOnManualClock();
    queue.add('a', { after: 60_000 });
    queue.add('a');
    await queue.get();
    queue.done('a');
    const next = queue.get();
    clock.advance(120_000);
    expect(await answerOf(next)).toBe('waiting');
  });

  it('at shutdown waits for the work under way and names what is still owed a run', async () => {
    const { queue } = queueOnManualClock();
    for (const key of ['working', 'changing', 'waiting']) queue.add(key);
    await queue.get();
    await queue.get();
    queue.add('later', { after: 1000 });
    const held = queue.shutDown();
    expect(await queue.get()).toBeUndefined();
    queue.add('changing');
    queue.done('working');
    queue.done('changing');
    expect([...(await held)].sort()).toEqual(['changing', 'later', 'waiting']);
  });

  it('ends the workers that wait when it shuts down', async () => {
    const { queue } = queueOnManualClock();
    const got = queue.get();
    expect(await queue.shutDown()).toEqual([]);
    expect(await got).toBeUndefined();
  });

  it('says how deep it is and how long work has been going on', async () => {
    const { clock, queue } = queueOnManualClock();
    queue.add('a');
    queue.add('b', { priority: 'low' });
    queue.add('c', { after: 10_000 });
    await queue.get();
    clock.advance(300);
    expect(queue.state()).toEqual({
      depth: { high: 0, normal: 0, low: 1 },
      delayed: 1,
      working: 1,
      unfinished: 300,
      longest: 300,
    });
  });

  it('tells its metrics what was added, how long it waited, worked, and what was retried', async () => {
    const clock = new ManualClock();
    const seen: [string, ...(number | Priority)[]][] = [];
    const queue = new WorkQueue({
      clock,
      metrics: {
        added: (priority) => seen.push(['added', priority]),
        retried: () => seen.push(['retried']),
        started: (waited, priority) => seen.push(['started', waited, priority]),
        finished: (worked) => seen.push(['finished', worked]),
      },
    });
    queue.add('a', { after: 100, priority: 'high' });
    clock.advance(100);
    clock.advance(30);
    await queue.get();
    clock.advance(7);
    queue.retry('a');
    queue.done('a');
    expect(seen).toEqual([
      ['added', 'high'],
      ['started', 30, 'high'],
      ['retried'],
      ['added', 'normal'],
      ['finished', 7],
    ]);
  });

  it('takes 40,000 keys and gives them back in well under a second', async () => {
    const { clock, queue } = queueOnManualClock();
    const began = performance.now();
    for (let n = 0; n < 40_000; n += 1) queue.add(`key-${n}`, { priority: 'low' });
    for (let n = 0; n < 40_000; n += 1) queue.add(`key-${(n * 7919) % 40_000}`, { after: n % 977 });
    for (let n = 0; n < 40_000; n += 1) queue.done((await queue.get()) ?? '');
    clock.advance(1000);
    expect(queue.size).toBe(0);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
