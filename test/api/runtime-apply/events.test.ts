import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../../operator/client/client.ts';
import { EventRecorder, type EventRecorderOptions } from '../../../operator/events/eventRecorder.ts';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import { configMaps, events } from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { eventually } from '../../eventually.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const about = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: stage.namespace, uid: `uid-of-${name}` },
});
const open = (options: Partial<EventRecorderOptions> = {}) => {
  const clock = new ManualClock();
  const dropped: string[] = [];
  const recorder = new EventRecorder({
    client: stage.client,
    controller: 'example.com/tests',
    instance: 'here',
    clock,
    onDropped: (why, event) => dropped.push(`${why} ${event}`),
    ...options,
  });
  return { clock, recorder, dropped };
};
const recorded = async (name: string) => {
  const { items } = await stage.client.list(events, { namespace: stage.namespace });
  return items.filter(({ regarding }) => regarding?.name === name);
};
const counts = async (name: string) => (await recorded(name)).map(({ series }) => series?.count);
const restored = {
  type: 'Warning',
  reason: 'WallRestored',
  action: 'Apply',
  note: 'somebody deleted it',
} as const;
/** A client whose creations of events end as the test says. */
const creating = (create: () => Promise<never> | undefined): Client => ({
  fieldManager: 'tests',
  get: stage.client.get.bind(stage.client),
  list: stage.client.list.bind(stage.client),
  apply: stage.client.apply.bind(stage.client),
  update: stage.client.update.bind(stage.client),
  delete: stage.client.delete.bind(stage.client),
  request: stage.client.request.bind(stage.client),
  patch: stage.client.patch.bind(stage.client),
  create: (resource, object, options) => create() ?? stage.client.create(resource, object, options),
});

describe('events', () => {
  it('say what happened, to what, in relation to what, and who says so', async () => {
    const { recorder } = open();
    recorder.record(about('a'), { ...restored, related: about('b') });
    await recorder.flush();
    expect(await recorded('a')).toMatchObject([
      {
        type: 'Warning',
        reason: 'WallRestored',
        action: 'Apply',
        note: 'somebody deleted it',
        regarding: { kind: 'ConfigMap', name: 'a', uid: 'uid-of-a' },
        related: { name: 'b' },
        reportingController: 'example.com/tests',
        reportingInstance: 'here',
      },
    ]);
  });

  it('of one kind are one event that counts, and the last count is not lost at the end', async () => {
    const { clock, recorder } = open();
    for (let time = 0; time < 5; time += 1) recorder.record(about('series'), restored);
    await recorder.flush();
    await eventually(async () => expect(await counts('series')).toEqual([5]));
    recorder.record(about('series'), restored);
    await clock.advanceAsync(5_000);
    expect(await recorded('series')).toMatchObject([{ series: { count: 5 } }]);
    await recorder.stop();
    expect(await recorded('series')).toMatchObject([{ series: { count: 6 } }]);
  });

  it('are written again when their pause is over', async () => {
    const { clock, recorder } = open();
    recorder.record(about('pause'), restored);
    await recorder.flush();
    recorder.record(about('pause'), restored);
    clock.advance(10_000);
    await eventually(async () => expect(await counts('pause')).toEqual([2]));
  });

  it('that the server has forgotten begin anew', async () => {
    const { recorder } = open();
    recorder.record(about('expired'), restored);
    await recorder.flush();
    const [first] = await recorded('expired');
    await stage.client.delete(events, first?.metadata ?? { name: '' });
    recorder.record(about('expired'), restored);
    await recorder.flush();
    expect(await recorded('expired')).toMatchObject([{ reason: 'WallRestored' }]);
  });

  it('of a cluster-scoped object are in the namespace default', async () => {
    const { recorder, dropped } = open();
    const name = `cluster-scoped-${stage.namespace}`;
    recorder.record({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, restored);
    await recorder.flush();
    const { items } = await stage.client.list(events, { namespace: 'default' });
    expect(items.filter(({ regarding }) => regarding?.name === name)).toHaveLength(1);
    expect(dropped).toEqual([]);
  });

  it('have a note of at most 1 kB, whatever its characters, and fit names of any length', async () => {
    const { recorder, dropped } = open();
    const name = 'n'.repeat(253);
    recorder.record(about(name), { ...restored, note: '€🙂'.repeat(1_000) });
    await recorder.flush();
    expect(dropped).toEqual([]);
    const [event] = await recorded(name);
    expect(Buffer.byteLength(event?.note ?? '')).toBeLessThanOrEqual(1_024);
    expect(event?.note).toMatch(/^(€🙂)+€?…$/u);
  });

  it('that cannot be written are dropped and told, and nobody waits or fails by them', async () => {
    const refusing = open({
      client: creating(() =>
        stage.client
          .get(configMaps, { namespace: 'none', name: 'none' })
          .then(() => Promise.reject(new Error())),
      ),
    });
    refusing.recorder.record(about('refused'), restored);
    await refusing.recorder.flush();
    expect(refusing.dropped).toEqual(['Refused WallRestored']);
    let attempts = 0;
    const failing = open({
      client: creating(() => {
        attempts += 1;
        return attempts < 3 ? Promise.reject(new Error('connection lost')) : undefined;
      }),
    });
    failing.recorder.record(about('retried'), restored);
    const flushed = failing.recorder.flush();
    await failing.clock.advanceAsync(2_000);
    await flushed;
    expect([attempts, failing.dropped, (await recorded('retried')).length]).toEqual([3, [], 1]);
  });

  it('never hold a stop up for longer than is said, and are not taken after it', async () => {
    const { clock, recorder, dropped } = open({ client: creating(() => new Promise(() => undefined)) });
    recorder.record(about('stuck'), restored);
    const stopped = recorder.stop(1_000);
    await clock.advanceAsync(1_000);
    await stopped;
    recorder.record(about('late'), restored);
    expect(dropped).toEqual([]);
    expect(await recorded('late')).toEqual([]);
  });

  it('never wait in a queue without end', () => {
    const { recorder, dropped } = open({ queue: 10, client: creating(() => new Promise(() => undefined)) });
    for (let object = 0; object < 20; object += 1) recorder.record(about(`many-${object}`), restored);
    expect(dropped.length).toBeGreaterThanOrEqual(9);
    expect(new Set(dropped)).toEqual(new Set(['QueueFull WallRestored']));
  });
});
