import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { Analyses, type Measurement } from './analyses.ts';
import type { Check, Source } from './check.ts';
import type { Question } from './providers.ts';
import type { Reading } from './reading.ts';
import { Lanes } from './sampling/lanes.ts';
import type { Verdict } from './verdict.ts';

const epoch = 1_700_000_000_000;
/** When analyses begin, unless they say otherwise: nobody answers in the same millisecond. */
const begun = epoch - 1;
const atMost = (value: number): Verdict => ({
  type: 'Bounds',
  max: { value, percent: false },
  percent: false,
});

function check(metric: string, server = 'http://prometheus', verdict = atMost(1)): Check {
  const source: Source = {
    type: 'Prometheus',
    url: `${server}/api/v1/query`,
    query: metric,
    reading: { type: 'Number' },
  };
  return { metric, source, verdict, timeout: 10_000 };
}

function analysis(checks: readonly Check[], more: Partial<Measurement> = {}): Measurement {
  return { namespace: 'shop', since: begun, freshFrom: begun, interval: 15_000, checks, ...more };
}

/** Analyses whose provider answers as told. */
function analyses(ask: (source: Source, question: Question) => Promise<Reading>) {
  const clock = new ManualClock();
  const news: string[] = [];
  const late: number[] = [];
  const running = new Analyses({
    clock,
    now: () => epoch + clock.now(),
    ask,
    onResult: (key) => news.push(key),
    onSent: (milliseconds) => late.push(milliseconds),
  });
  return { running, clock, news, late };
}

const key = (name: string) => keyOf({ namespace: 'shop', name });
const number = (value: number): Reading => ({ type: 'Number', value });
const queryOf = (source: Source) => (source.type === 'Prometheus' ? source.query : source.url);

describe('an analysis', () => {
  it('looks at once and by its interval, and tells what is new alone', async () => {
    const answers = [number(0.5), number(0.5), number(2), number(2), number(0.5)];
    const { running, clock, news } = analyses(() => Promise.resolve(answers.shift() ?? number(0)));
    running.run(key('checkout'), analysis([check('errors')]));
    expect(running.views(key('checkout')).get('errors')).toEqual({
      result: 'Pending',
      at: begun,
      failures: 0,
    });
    await clock.advanceAsync(0);
    expect(running.views(key('checkout')).get('errors')).toMatchObject({
      result: 'Pass',
      value: '0.5',
      failures: 0,
    });
    expect(news).toEqual([key('checkout')]);
    await clock.advanceAsync(15_000);
    // The same again is no news, but is known to be of now.
    expect(news.length).toBe(1);
    expect(running.views(key('checkout')).get('errors')?.at).toBe(epoch + 15_000);
    await clock.advanceAsync(15_000);
    await clock.advanceAsync(15_000);
    expect(running.views(key('checkout')).get('errors')).toMatchObject({
      result: 'Fail',
      failures: 2,
      message: '2 is above the maximum of 1',
    });
    expect(news.length).toBe(3);
    await clock.advanceAsync(15_000);
    expect(running.views(key('checkout')).get('errors')).toMatchObject({ result: 'Pass', failures: 0 });
  });

  it('tells of the first look after a step has begun to wait for one, though it says nothing new', async () => {
    const { running, clock, news } = analyses(() => Promise.resolve(number(0)));
    running.run(key('a'), analysis([check('errors')]));
    await clock.advanceAsync(20_000);
    expect(news.length).toBe(1);
    running.run(key('a'), analysis([check('errors')], { freshFrom: epoch + 20_000 }));
    await clock.advanceAsync(10_000);
    expect(news.length).toBe(2);
    await clock.advanceAsync(15_000);
    expect(news.length).toBe(2);
  });

  it('tells of the next look, where the last was in the very moment in which a step began to wait for one', async () => {
    const { running, clock, news } = analyses(() => Promise.resolve(number(0)));
    running.run(key('a'), analysis([check('errors')]));
    await clock.advanceAsync(15_000);
    running.run(key('a'), analysis([check('errors')], { freshFrom: epoch + 15_000 }));
    expect(news.length).toBe(1);
    await clock.advanceAsync(15_000);
    expect(news.length).toBe(2);
  });

  it('tells of a look between a plan by which a step waits for one, and its being asked for', async () => {
    const { running, clock, news } = analyses(() => Promise.resolve(number(0)));
    running.run(key('a'), analysis([check('errors')]));
    await clock.advanceAsync(15_000);
    running.run(key('a'), analysis([check('errors')], { freshFrom: epoch + 14_000 }));
    expect(news.length).toBe(2);
    running.run(key('a'), analysis([check('errors')], { freshFrom: epoch + 14_000 }));
    await clock.advanceAsync(15_000);
    expect(news.length).toBe(2);
  });

  it('has no data only once there might be some', async () => {
    const answers: Reading[] = [];
    const { running, clock, news } = analyses(() =>
      Promise.resolve(answers.shift() ?? { type: 'NoData', message: 'nothing' }),
    );
    const graced = { ...check('errors'), grace: 60_000 };
    const results = () => ['a', 'b'].map((name) => running.views(key(name)).get('errors')?.result);
    running.run(key('a'), analysis([graced]));
    await clock.advanceAsync(45_000);
    expect(results()).toEqual(['Pending', undefined]);
    expect(news).toEqual([]);
    await clock.advanceAsync(15_000);
    expect(results()).toEqual(['NoData', undefined]);
    expect(news).toEqual([key('a')]);
    // What has been there and is no more is told at once.
    answers.push(number(0));
    running.run(key('b'), analysis([graced], { since: epoch + 60_000 }));
    running.stop(key('a'));
    await clock.advanceAsync(15_000);
    expect(results()).toEqual([undefined, 'Pass']);
    await clock.advanceAsync(15_000);
    expect(results()).toEqual([undefined, 'NoData']);
  });

  it('counts failures through looks that saw nothing', async () => {
    const answers: Reading[] = [
      number(2),
      { type: 'NoData', message: 'nothing' },
      { type: 'Error', message: 'down' },
      number(2),
    ];
    const { running, clock } = analyses(() => Promise.resolve(answers.shift() ?? number(0)));
    running.run(key('a'), analysis([check('errors')]));
    const seen: unknown[] = [];
    for (let look = 0; look < 4; look += 1) {
      await clock.advanceAsync(look === 0 ? 0 : 15_000);
      const { result, failures } = running.views(key('a')).get('errors') ?? {};
      seen.push([result, failures]);
    }
    expect(seen).toEqual([
      ['Fail', 1],
      ['NoData', 1],
      ['Error', 1],
      ['Fail', 2],
    ]);
  });

  it('that is asked for again goes on, and another begins anew', async () => {
    const { running, clock } = analyses(() => Promise.resolve(number(2)));
    running.run(key('a'), analysis([check('errors'), check('latency')]));
    await clock.advanceAsync(20_000);
    running.run(key('a'), analysis([check('errors')]));
    expect(running.views(key('a')).get('errors')).toMatchObject({ failures: 2 });
    expect([...running.views(key('a')).keys()]).toEqual(['errors']);
    running.run(key('a'), analysis([check('errors', 'http://other')]));
    expect(running.views(key('a')).get('errors')?.result).toBe('Pending');
    running.run(key('a'), analysis([check('errors', 'http://other')], { since: epoch + 20_000 }));
    await clock.advanceAsync(15_000);
    expect(running.views(key('a')).get('errors')).toMatchObject({ failures: 1 });
    running.run(key('a'), analysis([check('errors')], { interval: 5000 }));
    expect(running.views(key('a')).get('errors')?.result).toBe('Pending');
    await clock.advanceAsync(10_000);
    expect(running.views(key('a')).get('errors')).toMatchObject({ failures: 3 });
    expect(clock.pending).toBe(1);
  });

  it('has what cannot be measured as an error, as of now', () => {
    const { running } = analyses(() => new Promise(() => {}));
    const problems = [{ metric: 'latency', problem: 'no such metric' }];
    running.run(key('a'), analysis([check('errors')], { problems, freshFrom: epoch + 5 }));
    expect(running.views(key('a')).get('latency')).toEqual({
      result: 'Error',
      message: 'no such metric',
      at: epoch + 5,
      failures: 0,
    });
    expect(running.views(key('a')).get('errors')?.result).toBe('Pending');
  });

  it('goes on after a restart from what status has of it, and not from what is older', () => {
    const { running } = analyses(() => new Promise(() => {}));
    const known = new Map([
      ['errors', { result: 'Fail', at: epoch + 5000, failures: 1 } as const],
      ['latency', { result: 'Fail', at: epoch - 5000, failures: 1 } as const],
    ]);
    running.run(key('a'), analysis([check('errors'), check('latency')], { known }));
    expect(running.views(key('a')).get('errors')).toMatchObject({ result: 'Fail', failures: 1 });
    expect(running.views(key('a')).get('latency')).toMatchObject({ result: 'Pending', failures: 0 });
    // What status has of a metric that is judged otherwise by now is no result of it.
    const eased = { ...check('errors'), verdict: atMost(5) };
    running.run(key('a'), analysis([eased], { known }));
    expect(running.views(key('a')).get('errors')).toMatchObject({ result: 'Pending', failures: 0 });
  });

  it('looks once where a timer is early', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const running = new Analyses({
      clock: { now: () => clock.now(), schedule: (delay, callback) => clock.schedule(delay - 0.4, callback) },
      now: () => epoch + clock.now(),
      ask: () => {
        asked += 1;
        return Promise.resolve(number(0));
      },
      onResult: () => {},
    });
    running.run(key('a'), analysis([check('errors')]));
    await clock.advanceAsync(31_000);
    expect(asked).toBe(3);
  });

  it('that is stopped asks no more, and what was under way tells nobody', async () => {
    let answer = (_reading: Reading) => {};
    let asked = 0;
    const { running, clock, news } = analyses(() => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    running.run(key('a'), analysis([check('errors')]));
    await clock.advanceAsync(0);
    running.stop(key('a'));
    answer(number(2));
    await clock.advanceAsync(60_000);
    expect([asked, news.length, clock.pending, running.views(key('a')).size]).toEqual([1, 0, 0, 0]);
  });

  it('waits for a look before the next one of the same metric, and for no other metric’s', async () => {
    const asked: string[] = [];
    const { running, clock } = analyses((source) => {
      asked.push(queryOf(source));
      return queryOf(source) === 'slow' ? new Promise(() => {}) : Promise.resolve(number(0));
    });
    running.run(key('a'), analysis([check('slow'), check('quick')]));
    await clock.advanceAsync(30_000);
    expect(asked).toEqual(['slow', 'quick', 'quick', 'quick']);
  });

  it('does not make up for looks that a frozen process has missed', async () => {
    let asked = 0;
    const { running, clock } = analyses(() => {
      asked += 1;
      return Promise.resolve(number(0));
    });
    running.run(key('a'), analysis([check('errors')]));
    await clock.advanceAsync(0);
    clock.freeze(100_000);
    await clock.advanceAsync(0);
    expect(asked).toBe(2);
    await clock.advanceAsync(5000);
    expect(asked).toBe(3);
  });

  it('keeps a comparison’s verdict: Fail for ever, Pass unless it fails', async () => {
    const counts = (errors: number, requests: number): Reading => ({
      type: 'Counts',
      counts: { stable: { errors: 10, requests: 1000 }, canary: { errors, requests } },
    });
    const compare: Verdict = { type: 'Compare', maxIncrease: 0.005, confidence: 0.95 };
    const seen = async (answers: Reading[]) => {
      const { running, clock } = analyses(() => Promise.resolve(answers.shift() ?? counts(0, 1)));
      running.run(key('a'), analysis([check('errors', 'http://prometheus', compare)]));
      const results: (string | number)[] = [];
      for (let look = 0; look < 3; look += 1) {
        await clock.advanceAsync(look === 0 ? 0 : 15_000);
        results.push(running.views(key('a')).get('errors')?.result ?? '');
      }
      return [...results, running.views(key('a')).get('errors')?.failures];
    };
    expect(await seen([counts(0, 1), counts(40, 100), counts(40, 4000)])).toEqual([
      'Inconclusive',
      'Fail',
      'Fail',
      2,
    ]);
    expect(await seen([counts(0, 2000), counts(20, 2000), counts(1000, 4000)])).toEqual([
      'Pass',
      'Pass',
      'Fail',
      1,
    ]);
  });
});

describe('a comparison', () => {
  const verdict: Verdict = { type: 'Compare', maxIncrease: 0.005, confidence: 0.95 };
  const counts = (errors: number, requests: number): Reading => ({
    type: 'Counts',
    counts: { stable: { errors: 10, requests: 1000 }, canary: { errors, requests } },
  });
  const compared = (since: number): Check => ({
    metric: 'errors',
    since,
    verdict,
    timeout: 10_000,
    source: {
      type: 'Prometheus',
      url: 'http://prometheus',
      query: 'errors',
      reading: { type: 'Compare', window: 60_000, perSecond: 1, needs: '' },
    },
  });

  it('begins anew at another weight, and counts from then on; other metrics go on', async () => {
    const spans: (readonly [string, number])[] = [];
    const { running, clock } = analyses((source, { elapsed }) => {
      spans.push([queryOf(source), elapsed]);
      return Promise.resolve(queryOf(source) === 'slow' ? number(2) : counts(40, 100));
    });
    const at = (since: number) => analysis([compared(since), check('slow')]);
    const views = () =>
      [...running.views(key('a')).values()].map(({ result, failures }) => [result, failures]);
    running.run(key('a'), at(epoch + 15_000));
    await clock.advanceAsync(31_000);
    expect(views()).toEqual([
      ['Fail', 1],
      ['Fail', 3],
    ]);
    running.run(key('a'), at(epoch + 44_000));
    expect(views()).toEqual([
      ['Pending', 0],
      ['Fail', 3],
    ]);
    await clock.advanceAsync(15_000);
    expect(views()).toEqual([
      ['Fail', 1],
      ['Fail', 4],
    ]);
    expect(spans.filter(([query]) => query === 'errors')).toEqual([
      ['errors', 15_000],
      ['errors', 1000],
    ]);
    expect(spans.filter(([query]) => query === 'slow').length).toBe(4);
  });

  it('goes on after a restart with what was found at its own weight', () => {
    const known = new Map([['errors', { result: 'Fail', at: epoch + 5000, failures: 1 } as const]]);
    for (const [since, result] of [
      [epoch, 'Fail'],
      [epoch + 10_000, 'Pending'],
    ] as const) {
      const { running } = analyses(() => new Promise(() => {}));
      running.run(key('a'), analysis([compared(since)], { known }));
      expect(running.views(key('a')).get('errors')?.result).toBe(result);
    }
  });
});

describe('a thousand analyses at once', () => {
  it('look every 15 s, none of them 2 s late, also beside hundreds that ask a dead server', async () => {
    const lanes = new Lanes(16);
    const sent: number[] = [];
    // A request to the healthy server takes 50 ms; the dead one never answers.
    const ask = (source: Source, { signal, onSent }: Question): Promise<Reading> => {
      const { origin } = new URL(source.url);
      const answered = () =>
        new Promise<Reading>((resolve, reject) => {
          if (origin === 'http://dead') {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
            return;
          }
          onSent?.();
          sent.push(late.at(-1) ?? Number.NaN);
          clock.schedule(50, () => resolve(number(0)));
        });
      return lanes
        .run({ server: origin, asker: 'all', signal }, answered)
        .catch((): Reading => ({ type: 'Error', message: 'no answer' }));
    };
    const { running, clock, late } = analyses(ask);
    for (let index = 0; index < 1000; index += 1) {
      running.run(key(`healthy/${index}`), analysis([check('errors')]));
      if (index % 4 === 0) running.run(key(`dead/${index}`), analysis([check('errors', 'http://dead')]));
    }
    for (let step = 0; step < 50; step += 1) await clock.advanceAsync(1000);
    console.log(
      `a thousand analyses for 50 s: ${sent.length} requests, the latest ${Math.max(...sent)} ms after its time`,
    );
    expect(sent.length).toBeGreaterThanOrEqual(3000);
    expect(Math.max(...sent)).toBeLessThan(2000);
    for (let index = 0; index < 1000; index += 1) {
      const view = running.views(key(`healthy/${index}`)).get('errors');
      expect(view?.result).toBe('Pass');
      expect(epoch + 50_000 - (view?.at ?? 0)).toBeLessThan(17_000);
    }
    expect(running.views(key('dead/0')).get('errors')?.result).toBe('Error');
    running.stopAll();
  });
});
