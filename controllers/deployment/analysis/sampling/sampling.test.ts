import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../operator/queue/manualClock.ts';
import { Lanes } from './lanes.ts';
import { Phases } from './phases.ts';
import { SharedAnswers } from './sharedAnswers.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const { signal } = new AbortController();
const turnOf = (until: AbortSignal) => ({ server: 'a', asker: 'a', signal: until });

describe('requests to one server', () => {
  it('are so many at a time, in turn, and those to another do not wait', async () => {
    const lanes = new Lanes(2);
    const ended: (() => void)[] = [];
    const began: string[] = [];
    const work = (server: string, name: string) =>
      lanes.run({ server, asker: 'a', signal }, () => {
        began.push(name);
        return new Promise<void>((resolve) => ended.push(resolve));
      });
    const all = [
      work('dead', 'a'),
      work('dead', 'b'),
      work('dead', 'c'),
      work('dead', 'd'),
      work('well', 'e'),
    ];
    await turn();
    expect(began).toEqual(['a', 'b', 'e']);
    expect(lanes.waiting('dead')).toBe(2);
    ended[0]?.();
    await turn();
    expect(began).toEqual(['a', 'b', 'e', 'c']);
    for (let index = 1; index < 5; index += 1) {
      ended[index]?.();
      await turn();
    }
    await Promise.all(all);
    expect(began.at(-1)).toBe('d');
  });

  it('take turns among those who ask: many of one do not hold up the few of another', async () => {
    const lanes = new Lanes(1);
    const began: string[] = [];
    const ask = (asker: string, name: string) =>
      lanes.run({ server: 'a', asker, signal }, () => {
        began.push(name);
        return turn();
      });
    await Promise.all([
      ...['a1', 'a2', 'a3', 'a4'].map((name) => ask('a', name)),
      ...['b1', 'b2'].map((name) => ask('b', name)),
      ask('c', 'c1'),
    ]);
    expect(began).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
    expect(lanes.waiting('a')).toBe(0);
  });

  it('that are no longer waited for leave the line, and one that failed makes room', async () => {
    const lanes = new Lanes(1);
    let fail = (_error: Error) => {};
    const first = lanes.run(turnOf(signal), () => new Promise((_resolve, reject) => (fail = reject)));
    const impatient = new AbortController();
    const second = lanes.run(turnOf(impatient.signal), () => Promise.resolve('second'));
    const third = lanes.run(turnOf(signal), () => Promise.resolve('third'));
    impatient.abort(new Error('too late'));
    await expect(second).rejects.toThrow('too late');
    fail(new Error('no'));
    await expect(first).rejects.toThrow('no');
    expect(await third).toBe('third');
    await expect(lanes.run(turnOf(impatient.signal), () => Promise.resolve(1))).rejects.toThrow('too late');
    expect(await lanes.run(turnOf(signal), () => Promise.resolve('fourth'))).toBe('fourth');
  });
});

it('the same question within a moment is asked once, also where it fails', async () => {
  const clock = new ManualClock();
  const shared = new SharedAnswers<number>(clock, 1000);
  let asked = 0;
  const ask = () => Promise.resolve(++asked);
  expect(await Promise.all([shared.get('a', ask), shared.get('a', ask), shared.get('b', ask)])).toEqual([
    1, 1, 2,
  ]);
  clock.advance(999);
  expect(await shared.get('a', ask)).toBe(1);
  clock.advance(1);
  expect(await shared.get('a', ask)).toBe(3);
  const refuse = () => Promise.reject(new Error(`no ${++asked}`));
  await expect(shared.get('c', refuse)).rejects.toThrow('no 4');
  await expect(shared.get('c', refuse)).rejects.toThrow('no 4');
});

describe('when analyses look', () => {
  it('is at once where there is one, and never before now', () => {
    const phases = new Phases();
    for (const now of [0, 1, 14_999, 15_000, 123_456.7]) {
      const { first, release } = phases.take(now, 15_000);
      expect(first).toBe(now);
      release();
    }
  });

  it('is spread evenly where a thousand begin together', () => {
    const phases = new Phases();
    const firsts = Array.from({ length: 1000 }, () => phases.take(20_100, 15_000).first);
    expect(Math.min(...firsts)).toBe(20_100);
    expect(Math.max(...firsts)).toBeLessThan(35_100);
    const bySecond = Map.groupBy(firsts, (first) => Math.floor(first / 1000));
    for (const [second, some] of bySecond) {
      if (second > 20 && second < 35) expect(some.length, `second ${second}`).toBeLessThanOrEqual(72);
    }
  });

  it('is where others have ended, once they have', () => {
    const phases = new Phases();
    const all = Array.from({ length: 60 }, () => phases.take(0, 15_000));
    const [gone] = all.filter(({ first }) => first === 7500);
    gone?.release();
    gone?.release();
    expect(phases.take(0, 15_000).first).toBe(7500);
    // Other intervals have moments of their own.
    expect(phases.take(0, 60_000).first).toBe(0);
    expect(phases.take(5, 100).first).toBe(5);
  });
});
