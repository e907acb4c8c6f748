import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../client/apiError.ts';
import type { Client } from '../client/client.ts';
import { sleep } from '../queue/clock.ts';
import { ManualClock } from '../queue/manualClock.ts';
import { ConnectionError } from '../transport/connectionError.ts';
import { EventRecorder } from './eventRecorder.ts';

const refuse = () => Promise.reject(new Error('not asked for'));
const occurrence = { type: 'Warning', reason: 'Crashed', note: 'it has' } as const;
const pod = () => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop', uid: 'u' } });

/** A recorder whose creations of events end as told, one after another. */
function recording({ clock = new ManualClock() } = {}, ...answers: readonly (() => Promise<never>)[]) {
  const waiting = [...answers];
  const created: string[] = [];
  const client: Client = {
    fieldManager: 'test',
    get: refuse,
    list: refuse,
    apply: refuse,
    update: refuse,
    patch: refuse,
    delete: refuse,
    request: refuse,
    create: (_resource, object) => {
      created.push(object.metadata.name);
      return waiting.shift()?.() ?? Promise.resolve(object);
    },
  };
  const dropped: string[] = [];
  const onDropped = (why: string) => dropped.push(why);
  return {
    recorder: new EventRecorder({ client, controller: 'example.com/test', clock, onDropped }),
    created,
    dropped,
    clock,
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('an event', () => {
  it('holds on to no object that it is about, however long its series lasts', async () => {
    const { recorder } = recording();
    // In a function of its own, so that nothing here holds on to the objects either.
    const record = () => {
      const [regarding, related] = [pod(), pod()];
      recorder.record(regarding, { ...occurrence, related });
      return [new WeakRef(regarding), new WeakRef(related)];
    };
    const objects = record();
    await recorder.flush();
    await expect
      .poll(() => {
        collectGarbage();
        return objects.every((object) => object.deref() === undefined);
      })
      .toBe(true);
  });

  it('that was written although the answer was lost is not dropped', async () => {
    const lost = new ConnectionError('cut', new URL('http://server'));
    const subject = { verb: 'create', kind: 'Event', name: 'shop/a' };
    const exists = new ApiError(subject, 409, { reason: 'AlreadyExists' });
    const { recorder, created, dropped, clock } = recording(
      {},
      () => Promise.reject(lost),
      () => Promise.reject(exists),
    );
    recorder.record(pod(), occurrence);
    const flushed = recorder.flush();
    await clock.advanceAsync(10_000);
    await flushed;
    expect(created.length).toBe(2);
    expect(dropped).toEqual([]);
  });

  it('leaves a busy server to those who work, and at the end none is lost', async () => {
    const clock = new ManualClock();
    const slow = () => sleep(clock, 100) as Promise<never>;
    const { recorder, created } = recording({ clock }, slow, slow, slow, slow, slow);
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      recorder.record({ ...pod(), metadata: { name, namespace: 'shop' } }, occurrence);
    await clock.advanceAsync(1_050);
    expect(created).toHaveLength(3);
    const flushed = recorder.flush();
    await clock.advanceAsync(250);
    await flushed;
    expect(created).toHaveLength(5);
  });
});
