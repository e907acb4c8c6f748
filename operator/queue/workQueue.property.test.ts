import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './manualClock.ts';
import { type Priority, WorkQueue } from './workQueue.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const priority = fc.constantFrom<Priority>('high', 'normal', 'low');
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, priority, after: fc.constantFrom(0, 0, 3, 50) }),
  fc.record({ do: fc.constant('retry' as const), key }),
  fc.record({ do: fc.constant('get' as const) }),
  fc.record({ do: fc.constant('done' as const), which: fc.nat(4) }),
  fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(60) }),
);

describe('a work queue, whatever is done to it', () => {
  it('never has two workers on a key, and starts a run after every add, or names the key at shutdown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const clock = new ManualClock();
        const queue = new WorkQueue({ clock, ageing: 20 });
        const working = new Set<string>();
        /** Keys that were added after their last run began. */
        const owed = new Set<string>();
        let asked = 0;
        const collect = (got: string | undefined) => {
          if (got === undefined) return;
          expect(working).not.toContain(got);
          expect(owed).toContain(got);
          working.add(got);
          owed.delete(got);
        };
        for (const action of steps) {
          if (action.do === 'add') {
            owed.add(action.key);
            queue.add(action.key, action);
          } else if (action.do === 'retry') {
            owed.add(action.key);
            queue.retry(action.key);
          } else if (action.do === 'get' && asked < 3) {
            asked += 1;
            void queue.get().then(collect);
          } else if (action.do === 'done') {
            const finished = [...working][action.which];
            if (finished !== undefined) {
              working.delete(finished);
              asked -= 1;
              queue.done(finished);
            }
          } else if (action.do === 'wait') {
            clock.advance(action.milliseconds);
          }
          await Promise.resolve();
          await Promise.resolve();
        }
        const held = queue.shutDown();
        for (const finished of working) queue.done(finished);
        expect(new Set(await held)).toEqual(owed);
      }),
      { numRuns: 500 },
    );
  });

  it('hands out everything in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key, priority, after: fc.nat(100), pause: fc.nat(20) }), { maxLength: 60 }),
        async (adds) => {
          const clock = new ManualClock();
          const queue = new WorkQueue({ clock });
          const lastRun = new Map<string, number>();
          const lastAdd = new Map<string, number>();
          const worker = async () => {
            for (let got = await queue.get(); got !== undefined; got = await queue.get()) {
              lastRun.set(got, clock.now());
              queue.done(got);
            }
          };
          const ended = worker();
          for (const add of adds) {
            lastAdd.set(add.key, clock.now());
            queue.add(add.key, add);
            await clock.advanceAsync(add.pause);
          }
          await clock.advanceAsync(100);
          for (const [added, at] of lastAdd) expect(lastRun.get(added)).toBeGreaterThanOrEqual(at);
          expect(await queue.shutDown()).toEqual([]);
          await ended;
        },
      ),
      { numRuns: 60 },
    );
  });

  it('starves nothing: a key is overtaken only by keys that came less than two steps of ageing after it', async () => {
    const ageing = 100;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ priority, pause: fc.nat(60), runs: fc.nat(2) }), {
          minLength: 5,
          maxLength: 120,
        }),
        async (adds) => {
          const clock = new ManualClock();
          const queue = new WorkQueue({ clock, ageing });
          const addedAt = new Map<string, number>();
          const run = async () => {
            const got = (await queue.get()) ?? '';
            const at = addedAt.get(got) ?? Number.NaN;
            addedAt.delete(got);
            for (const [, earlier] of addedAt) expect(at - earlier).toBeLessThanOrEqual(2 * ageing);
            queue.done(got);
          };
          for (const [n, add] of adds.entries()) {
            addedAt.set(`key-${n}`, clock.now());
            queue.add(`key-${n}`, add);
            for (let runs = 0; runs < add.runs && queue.size > 0; runs += 1) await run();
            clock.advance(add.pause);
          }
          while (queue.size > 0) await run();
        },
      ),
    );
  });

  it('keeps the order of arrival within a priority', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ priority, pause: fc.nat(5) }), { maxLength: 60 }),
        async (adds) => {
          const clock = new ManualClock();
          const queue = new WorkQueue({ clock });
          for (const [n, add] of adds.entries()) {
            queue.add(`${add.priority}/${n}`, add);
            clock.advance(add.pause);
          }
          const seen: Record<string, number[]> = {};
          while (queue.size > 0) {
            const [level = '', n] = ((await queue.get()) ?? '').split('/');
            seen[level] = [...(seen[level] ?? []), Number(n)];
          }
          for (const order of Object.values(seen)) expect(order).toEqual(order.toSorted((a, b) => a - b));
        },
      ),
    );
  });
});
