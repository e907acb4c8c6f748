import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../cache/change.ts';
import { ApiError } from '../client/apiError.ts';
import { ManualClock } from '../queue/manualClock.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../resources/object.ts';
import { Controller, type ControllerOptions } from './controller.ts';
import { FakeSource } from './fakeSource.ts';
import type { ReconcileError } from './reconcileError.ts';
import type { ReconcileContext, ReconcileResult } from './reconciler.ts';
import { watch } from './watch.ts';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** A controller of widgets whose handlers answer only when told. */
function start(options: Partial<ControllerOptions> & { readonly source?: FakeSource } = {}) {
  const source = options.source ?? new FakeSource();
  const clock = new ManualClock();
  const failures: ReconcileError[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const calls: Call[] = [];
  const outcomes: string[] = [];
  const controller = new Controller({
    name: 'widget',
    watches: [watch(source, ({ object }) => [keyOf(object)])],
    reconcile: (key, context) =>
      new Promise<ReconcileResult>((resolve, reject) => calls.push({ key, context, resolve, reject })),
    log,
    clock,
    onFailure: (error) => failures.push(error),
    metrics: {
      reconciled: (outcome) => outcomes.push(outcome),
      failed: (reason) => outcomes.push(reason),
      blocked: () => outcomes.push('blocked'),
    },
    ...options,
  });
  const stop = new AbortController();
  stops.push(stop);
  source.sync();
  const ended = controller.run(stop.signal);
  return { controller, source, clock, failures, lines, calls, outcomes, stop, ended };
}

interface Call {
  readonly key: ObjectKey;
  readonly context: ReconcileContext;
  readonly resolve: (result: ReconcileResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Lets the controller do what it can do now; between two reconciles it may give way for a turn of the event loop. */
const turn = async () => {
  for (let n = 0; n < 8; n += 1) await new Promise((resolve) => setImmediate(resolve));
};
/** A handler that notes the key and is content. */
const noting = (seen: string[]) => async (key: ObjectKey) => {
  seen.push(key);
  return {};
};
const keys = (calls: readonly Call[]) => calls.map(({ key }) => key);

describe('a controller', () => {
  it('runs once for everything that is there when it starts, and for what changes later', async () => {
    const { source, calls } = start({ source: new FakeSource('a', 'b') });
    await turn();
    expect(keys(calls)).toEqual(['a', 'b']);
    source.change('c');
    await turn();
    expect(keys(calls)).toEqual(['a', 'b', 'c']);
  });

  it('waits until its informers have seen everything', async () => {
    const source = new FakeSource('a');
    const calls: string[] = [];
    const watches = [watch(new FakeSource('never synced'), () => []), watch(source, () => [])];
    const { controller } = start({ source, watches, reconcile: noting(calls) });
    await turn();
    expect(calls).toEqual([]);
    expect(controller.state().active).toBe(0);
  });

  it('lets what changes go before what was found at the start', async () => {
    const { source, calls } = start({ source: new FakeSource('a', 'b', 'c'), concurrency: 1 });
    await turn();
    source.change('c');
    calls[0]?.resolve({});
    await turn();
    expect(keys(calls)).toEqual(['a', 'c']);
  });

  it('works on so many keys at a time, and on each key once', async () => {
    const { source, calls } = start({ source: new FakeSource('a', 'b', 'c'), concurrency: 2 });
    await turn();
    source.change('a');
    expect(keys(calls)).toEqual(['a', 'b']);
    calls[1]?.resolve({});
    await turn();
    expect(keys(calls)).toEqual(['a', 'b', 'c']);
    calls[0]?.resolve({});
    await turn();
    expect(keys(calls)).toEqual(['a', 'b', 'c', 'a']);
  });

  it('looks again when the reconcile asks for it', async () => {
    const { clock, calls, outcomes } = start({ source: new FakeSource('a') });
    await turn();
    calls[0]?.resolve({ requeueAfter: 60_000 });
    await clock.advanceAsync(59_999);
    expect(calls.length).toBe(1);
    await clock.advanceAsync(1);
    expect(calls.length).toBe(2);
    expect(outcomes).toEqual(['requeue_after']);
  });

  it('retries a failure with backoff, says so with controller and key, and begins anew after a success', async () => {
    const { clock, calls, failures, lines, outcomes } = start({ source: new FakeSource('a') });
    await turn();
    calls[0]?.reject(new Error('no luck'));
    await clock.advanceAsync(5);
    calls[1]?.reject(new Error('no luck'));
    await clock.advanceAsync(9);
    expect(calls.length).toBe(2);
    await clock.advanceAsync(1);
    expect(calls[2]?.context.failures).toBe(2);
    calls[2]?.resolve({});
    await turn();
    expect(failures.map(({ message, reason }) => [message, reason])).toEqual([
      ['widget a: no luck', 'Failed'],
      ['widget a: no luck', 'Failed'],
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({ controller: 'widget', key: 'a', retryAfter: 5, level: 50 }),
    );
    expect(outcomes).toEqual(['error', 'Failed', 'error', 'Failed', 'success']);
  });

  it('goes on within a minute once what was down is up again, however long that was', async () => {
    let down = true;
    const good: string[] = [];
    const reconcile = async (key: ObjectKey) => {
      if (down) throw new ApiError({ verb: 'apply', kind: 'Widget', name: key }, 500, {});
      return noting(good)(key);
    };
    const { clock } = start({ source: new FakeSource('a', 'b'), reconcile });
    await turn();
    await clock.advanceAsync(3_600_000);
    down = false;
    await clock.advanceAsync(60_000);
    expect(good).toEqual(['a', 'b']);
  });

  it('waits as long as the server asks', async () => {
    const { clock, calls } = start({ source: new FakeSource('a') });
    await turn();
    calls[0]?.reject(new ApiError({ verb: 'apply', kind: 'Widget', name: 'a' }, 429, {}, 3000));
    await clock.advanceAsync(2999);
    expect(calls.length).toBe(1);
    await clock.advanceAsync(1);
    expect(calls.length).toBe(2);
  });

  it.each([
    [
      'throws before its first await',
      () => {
        throw new Error('at once');
      },
      'widget a: at once',
    ],
    ['rejects with no Error', () => Promise.reject('text'), 'widget a: threw something that is no Error'],
    [
      'resolves with nothing',
      () => Promise.resolve(undefined),
      'widget a: resolved with undefined instead of an object',
    ],
    [
      'resolves with a wait that is none',
      () => Promise.resolve({ requeueAfter: Number.NaN }),
      'requeueAfter NaN instead',
    ],
    [
      'resolves with a wait in words',
      () => Promise.resolve({ requeueAfter: '5m' }),
      'requeueAfter string instead',
    ],
    ['returns no promise', () => 7, 'widget a: resolved with 7 instead'],
  ])('survives a handler that %s, and goes on with other keys', async (_, misbehave, message) => {
    const good: string[] = [];
    const reconcile = (key: ObjectKey) => (key === 'a' ? misbehave() : noting(good)(key));
    const { failures, source } = start({
      source: new FakeSource('a', 'b'),
      concurrency: 1,
      // JavaScript handlers keep to no types.
      reconcile: reconcile as ControllerOptions['reconcile'],
    });
    await turn();
    source.change('c');
    await turn();
    expect(failures[0]?.message).toContain(message);
    expect(good).toEqual(['b', 'c']);
  });

  it('lets a handler that never returns hurt only its own key', async () => {
    const { controller, clock, source, calls, failures, outcomes } = start({
      source: new FakeSource('stuck', 'next'),
      concurrency: 1,
      deadline: 10_000,
    });
    await turn();
    await clock.advanceAsync(10_000);
    expect(calls[0]?.context.signal.aborted).toBe(true);
    expect(failures).toMatchObject([{ reason: 'DeadlineExceeded', key: 'stuck', controller: 'widget' }]);
    expect(outcomes).toEqual(['error', 'DeadlineExceeded']);
    expect(keys(calls)).toEqual(['stuck', 'next']);
    expect(controller.state()).toMatchObject({ active: 1, overdue: 1 });

    source.change('stuck');
    calls[1]?.resolve({});
    await clock.advanceAsync(5000);
    expect(keys(calls)).toEqual(['stuck', 'next']);
    calls[0]?.resolve({});
    await clock.advanceAsync(10);
    expect(keys(calls)).toEqual(['stuck', 'next', 'stuck']);
    expect(controller.state()).toMatchObject({ active: 1, overdue: 0 });
  });

  it('does not run again for what the run itself wrote, but for what anybody else wrote', async () => {
    const source = new FakeSource('a', 'b');
    const runs: string[] = [];
    const reconcile = async (key: ObjectKey) => {
      runs.push(key);
      await turn();
      if (runs.length <= 2) source.change('a', 'own');
      return {};
    };
    start({ source, reconcile, concurrency: 1 });
    await vi.waitFor(() => expect(runs).toEqual(['a', 'b', 'a']), { timeout: 4000 });
    source.change('a', 'own');
    await vi.waitFor(() => expect(runs).toEqual(['a', 'b', 'a', 'a']), { timeout: 4000 });
  });

  it('goes on after a watch could not map a change', async () => {
    const source = new FakeSource();
    const calls: string[] = [];
    const map = ({ object }: { object: { metadata: { name: string } } }) => {
      if (object.metadata.name === 'bad') throw new Error('cannot map');
      return [keyOf({ name: object.metadata.name })];
    };
    const { lines } = start({
      source,
      watches: [watch(source, map)],
      reconcile: noting(calls),
    });
    await turn();
    source.change('bad');
    source.change('good');
    await turn();
    expect(calls).toEqual(['good']);
    expect(lines).toContainEqual(expect.objectContaining({ object: 'Widget bad', controller: 'widget' }));
  });

  it('runs once for a change, however often that names the key', async () => {
    const source = new FakeSource();
    const calls: string[] = [];
    const map = ({ object, previous }: Change<KubernetesObject>) =>
      [object, ...(previous === undefined ? [] : [previous])].map(keyOf);
    start({ source, watches: [watch(source, map)], reconcile: noting(calls) });
    await turn();
    source.change('one');
    await turn();
    source.change('one');
    await turn();
    expect(calls).toEqual(['one', 'one']);
  });

  it('passes over changes that its predicate drops', async () => {
    const source = new FakeSource();
    const predicate = ({ object }: { object: { metadata: { name: string } } }) =>
      object.metadata.name !== 'dull';
    const { calls } = start({
      source,
      watches: [watch(source, ({ object }) => [keyOf(object)], { predicate })],
    });
    await turn();
    source.change('dull');
    source.change('bright');
    await turn();
    expect(keys(calls)).toEqual(['bright']);
  });

  it('lets the rest of the process have its turn while it goes through thousands of converged objects', async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `object-${n}`);
    let done = 0;
    let turns = 0;
    const count = () => {
      turns += 1;
      if (done < names.length) setImmediate(count);
    };
    setImmediate(count);
    const reconcile = async () => {
      const end = performance.now() + 0.1;
      while (performance.now() < end);
      done += 1;
      return {};
    };
    start({ source: new FakeSource(...names), reconcile });
    await vi.waitFor(() => expect(done).toBe(names.length), { timeout: 10_000 });
    expect(turns).toBeGreaterThan(3);
  });

  it.each([
    { milliseconds: 250, reported: [] },
    { milliseconds: 1100, reported: ['BlockedEventLoop'] },
  ])('says which reconcile blocked the event loop for $milliseconds ms', async ({
    milliseconds,
    reported,
  }) => {
    const reconcile = async () => {
      const end = performance.now() + milliseconds;
      while (performance.now() < end);
      return {};
    };
    const { lines, outcomes, failures } = start({ source: new FakeSource('a'), reconcile });
    await turn();
    expect(outcomes).toEqual(['blocked', ...reported, 'success']);
    expect(failures.map(({ reason }) => reason)).toEqual(reported);
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: expect.stringContaining('blocked the event loop for'), key: 'a' }),
    );
  });

  it('stops by aborting what runs, waiting for it, and leaving its informers', async () => {
    const { source, calls, stop, ended, failures, outcomes } = start({
      source: new FakeSource('a', 'b'),
      concurrency: 1,
    });
    await turn();
    stop.abort();
    expect(calls[0]?.context.signal.aborted).toBe(true);
    let over = false;
    void ended.then(() => {
      over = true;
    });
    await turn();
    expect(over).toBe(false);
    calls[0]?.reject(new Error('aborted'));
    expect(await ended).toBe(2);
    expect(source.subscribers).toBe(0);
    expect([failures, outcomes]).toEqual([[], ['aborted']]);
  });

  it('can run again, beginning with everything', async () => {
    const { controller, calls, stop, ended } = start({ source: new FakeSource('a') });
    await turn();
    calls[0]?.resolve({});
    stop.abort();
    await ended;
    const again = new AbortController();
    stops.push(again);
    void controller.run(again.signal);
    await turn();
    expect(keys(calls)).toEqual(['a', 'a']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no recorder');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('no recorder'))],
  ])('goes on when what reports its failures %s', async (_how, onFailure) => {
    const { calls, lines, clock } = start({ source: new FakeSource('a'), onFailure });
    await turn();
    calls[0]?.reject(new Error('broken'));
    await turn();
    expect(lines.map(({ msg }) => msg)).toContain('the failure could not be reported');
    clock.advance(5);
    await turn();
    expect(keys(calls)).toEqual(['a', 'a']);
  });
});

it('says each time that it begins to work, before the first run: it may have been another that led meanwhile', async () => {
  const source = new FakeSource('a');
  const seen: string[] = [];
  const { controller, stop, ended } = start({
    source,
    reconcile: noting(seen),
    onStart: () => seen.push('start'),
  });
  await turn();
  expect(seen).toEqual(['start', 'a']);
  stop.abort();
  await ended;
  const again = new AbortController();
  stops.push(again);
  void controller.run(again.signal);
  await turn();
  expect(seen).toEqual(['start', 'a', 'start', 'a']);
});
