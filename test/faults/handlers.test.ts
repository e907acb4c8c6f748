import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  type ConfigMap,
  configMaps,
  connect,
  createLog,
  type Event,
  EventRecorder,
  events,
  keyOf,
  Manager,
  type ObjectKey,
  type Reconcile,
  recordFailures,
  watch,
} from '../../operator/index.ts';
import type { LogLine } from './operator.ts';
import { openStage, type Stage } from './stage.ts';

// Handlers as people write them. What goes wrong in one is its own key's affair, and log, event and metric say whose.

let stage: Stage;
let namespace = '';
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  namespace = await stage.namespace();
});
afterAll(() => stage[Symbol.asyncDispose]());

const within = { timeout: 20_000, interval: 20 };
/** Milliseconds that a reconcile may take here. */
const deadline = 700;

/** A manager whose one controller does to each ConfigMap what its name says, and to those named good-… what is right. */
async function run(bad: Readonly<Record<string, Reconcile>>) {
  const make = (name: string, value = '0') =>
    stage.direct.apply(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name, labels: { mine: 'true' } },
      data: { value },
    });
  await Promise.all([...Object.keys(bad), 'good-1', 'good-2', 'good-3'].map((name) => make(name)));
  const lines: LogLine[] = [];
  const connection = await connect({ kubeconfig: stage.cluster.kubeconfig });
  const manager = new Manager({
    connection,
    fieldManager: 'handlers',
    // With the times that people have: the lease must survive what a handler does.
    leaderElection: { name: 'handlers', namespace },
    // At the end nobody waits for handlers that hang.
    gracePeriod: 10_200,
    log: createLog({ destination: { write: (line: string) => lines.push(JSON.parse(line)) } }),
  });
  const recorder = new EventRecorder({ client: manager.client, controller: 'example.dev/handlers' });
  const maps = manager.informer({ resource: configMaps, namespace, labelSelector: 'mine' });
  const seen = new Map<ObjectKey, string>();
  const calls = new Map<string, number>();
  manager.addController({
    name: 'handlers',
    // Fewer than the keys that hang.
    concurrency: 2,
    deadline,
    watches: [watch(maps, ({ object }) => [keyOf(object)])],
    onFailure: recordFailures(maps, recorder),
    reconcile: (key, context) => {
      const name = key.slice(key.indexOf('/') + 1);
      calls.set(name, (calls.get(name) ?? 0) + 1);
      const handler = bad[name] ?? good;
      return handler(key, context);
    },
  });
  const good: Reconcile = async (key) => {
    seen.set(key, maps.get(key)?.data?.value ?? '');
    return {};
  };
  const stop = new AbortController();
  const running = manager.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await connection.close();
  });
  /** The good keys are looked after, through three changes each. */
  const goodAreWell = async () => {
    for (const value of ['1', '2', '3']) {
      const changed: ConfigMap[] = await Promise.all(
        ['good-1', 'good-2', 'good-3'].map((name) => make(name, value)),
      );
      await vi.waitFor(
        () => expect(changed.map((object) => seen.get(keyOf(object)))).toEqual([value, value, value]),
        within,
      );
    }
  };
  const called = (name: string, times: number) =>
    vi.waitFor(() => expect(calls.get(name) ?? 0).toBeGreaterThanOrEqual(times), within);
  const metric = async (name: string) => {
    const text = await manager.metrics.registry.metrics();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1));
  };
  const eventOn = (name: string, reason: string): Promise<Event> =>
    vi.waitFor(async () => {
      const { items } = await stage.direct.list(events, { namespace });
      const found = items.find((event) => event.regarding?.name === name && event.reason === reason);
      if (found === undefined) throw new Error(`no event ${reason} on ${name}`);
      return found;
    }, within);
  const lineOf = (name: string, text: string) =>
    vi.waitFor(() => {
      const found = lines.find(({ key, msg }) => key === `${namespace}/${name}` && msg.includes(text));
      expect(found, `a line of ${name} that says ${text}`).toBeDefined();
    }, within);
  const errors = 'controller_runtime_reconcile_errors_total{controller="handlers"}';
  return { namespace, lines, calls, goodAreWell, called, metric, eventOn, lineOf, errors, make, manager };
}

test('handlers that throw, in every way there is', async () => {
  const notAnError: unknown = { secret: 'kept' };
  const here = await run({
    throws: async () => {
      throw new Error('out of luck');
    },
    'throws-at-once': () => {
      throw new Error('out of luck at once');
    },
    'throws-no-error': () => Promise.reject(notAnError),
    'throws-nothing': () => Promise.reject(undefined),
  });
  await here.goodAreWell();
  for (const name of ['throws', 'throws-at-once', 'throws-no-error', 'throws-nothing']) {
    await here.called(name, 4);
    expect((await here.eventOn(name, 'ReconcileFailed')).type).toBe('Warning');
    await here.lineOf(name, `handlers ${namespace}/${name}: `);
  }
  expect((await here.eventOn('throws', 'ReconcileFailed')).note).toContain('out of luck');
  expect(await here.metric(here.errors)).toBeGreaterThanOrEqual(16);
  expect(JSON.stringify(here.lines)).not.toContain('kept');
});

test('handlers that never return', async () => {
  const names = ['hangs-1', 'hangs-2', 'hangs-3'];
  const here = await run(Object.fromEntries(names.map((name) => [name, () => new Promise<never>(() => {})])));
  await here.goodAreWell();
  for (const name of names) {
    await here.eventOn(name, 'ReconcileDeadlineExceeded');
    await here.lineOf(name, `has not settled after ${deadline} ms`);
    // A second run beside the first would undo its work.
    expect(here.calls.get(name)).toBe(1);
  }
  expect(await here.metric('controller_runtime_reconcile_timeouts_total')).toBe(3);
  expect(await here.metric('operator_overdue_reconciles')).toBe(3);
  await here.goodAreWell();
});

test('a handler that heeds its signal at the deadline is tried again', async () => {
  const here = await run({
    slow: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  });
  await here.called('slow', 3);
  await here.goodAreWell();
});

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a handler that blocks the event loop for 2 s', async () => {
  const here = await run({
    blocks: async () => {
      block(2000);
      return {};
    },
  });
  await here.goodAreWell();
  expect((await here.eventOn('blocks', 'ReconcileBlockedOthers')).note).toMatch(/for 2\d{3} ms/);
  await here.lineOf('blocks', 'blocked the event loop for 2');
  expect(await here.metric('operator_event_loop_blocked_seconds_total')).toBeGreaterThanOrEqual(2);
  expect(here.lines.filter(({ msg }) => msg.includes('leadership is lost'))).toEqual([]);
});

test('a handler that blocks the event loop for 2 s once it has waited for something', async () => {
  const here = await run({
    blocks: async () => {
      await pause(500);
      block(2000);
      return {};
    },
  });
  expect((await here.eventOn('blocks', 'ReconcileBlockedOthers')).note).toMatch(
    /blocked for 2[01]\d{2} ms while this run alone was under way/,
  );
  await here.lineOf('blocks', 'the event loop was blocked for 2');
  const seconds = await here.metric('operator_event_loop_blocked_seconds_total{controller="handlers"}');
  expect(seconds).toBeGreaterThanOrEqual(1.99);
  expect(seconds).toBeLessThan(3);
  expect(await here.metric('operator_event_loop_stalled_seconds_total')).toBeGreaterThanOrEqual(seconds);
  await here.goodAreWell();
  expect(here.lines.filter(({ msg }) => msg.includes('leadership is lost'))).toEqual([]);
});

test('of several handlers at work, the one that blocks the event loop is known the second time', async () => {
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  // It holds no worker after its deadline, but goes on.
  const waits = (one: 0 | 1) => () => {
    begun[one].resolve();
    return new Promise<never>(() => {});
  };
  const here = await run({
    'waits-1': waits(0),
    'waits-2': waits(1),
    blocks: async () => {
      await Promise.all(begun.map(({ promise }) => promise));
      await pause(500);
      block(2000);
      return {};
    },
  });
  const stalls = () => here.lines.filter(({ msg }) => msg.startsWith('the event loop made no turn'));
  await vi.waitFor(() => expect(stalls()).toHaveLength(1), within);
  expect(stalls()[0]?.msg).toContain('while these runs were under way');
  const suspects = ['blocks', 'waits-1', 'waits-2'].map((name) => `handlers ${here.namespace}/${name}`);
  expect(stalls()[0]).toMatchObject({ runs: expect.arrayContaining(suspects) });
  // Nobody is accused of what somebody else may have done.
  expect(await here.metric('operator_event_loop_blocked_seconds_total')).toBe(0);
  expect(here.lines.filter(({ reason }) => reason === 'BlockedEventLoop')).toEqual([]);

  await here.make('blocks', '1');
  expect((await here.eventOn('blocks', 'ReconcileBlockedOthers')).note).toMatch(
    /blocks: blocked the event loop for 2[01]\d{2} ms/,
  );
  await here.lineOf('blocks', 'blocked the event loop for 2');
  expect(stalls()[1]).toMatchObject({
    msg: expect.stringContaining('these runs blocked it'),
    runs: [suspects[0]],
  });
  const seconds = await here.metric('operator_event_loop_blocked_seconds_total');
  expect(seconds).toBeGreaterThanOrEqual(1.99);
  expect(seconds).toBeLessThan(3);
  await here.goodAreWell();
});

const nonsense: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  'a-number': 42,
  'a-word': 'later',
  'a-list': [],
  'no-time': { requeueAfter: Number.NaN },
  'a-time-before-now': { requeueAfter: -1 },
  'a-time-in-words': { requeueAfter: '5s' },
  'a-time-without-end': { requeueAfter: Number.POSITIVE_INFINITY },
};

test('handlers that return nonsense', async () => {
  const names = Object.keys(nonsense);
  // What a program in JavaScript would do.
  const handlers = names.map((name) => [name, async () => nonsense[name] as object] as const);
  const here = await run(Object.fromEntries(handlers));
  await here.goodAreWell();
  for (const name of names) {
    await here.called(name, 3);
    await here.eventOn(name, 'ReconcileFailed');
    await here.lineOf(name, 'resolved with');
  }
  expect(await here.metric(here.errors)).toBeGreaterThanOrEqual(3 * names.length);
});
