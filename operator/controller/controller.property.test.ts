import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ManualClock } from '../queue/manualClock.ts';
import { keyOf, type ObjectKey } from '../resources/object.ts';
import { Controller } from './controller.ts';
import { FakeSource } from './fakeSource.ts';
import type { ReconcileResult } from './reconciler.ts';
import { watch } from './watch.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const action = fc.oneof(
  fc.record({ do: fc.constant('change' as const), name }),
  fc.record({ do: fc.constant('succeed' as const), which: fc.nat(3) }),
  fc.record({ do: fc.constant('fail' as const), which: fc.nat(3) }),
  fc.record({ do: fc.constant('requeue' as const), which: fc.nat(3), after: fc.nat(200) }),
  fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(300) }),
);

interface Run {
  readonly key: ObjectKey;
  readonly change: number;
  readonly end: (result: ReconcileResult) => void;
  readonly fail: () => void;
}

it('never runs a key twice at a time, and sees every change, however handlers fail, hang and come back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const clock = new ManualClock();
      const source = new FakeSource('a', 'b');
      /** How often each key has changed, and how many of its changes a successful run has seen. */
      const changes = new Map<string, number>([
        ['a', 1],
        ['b', 1],
      ]);
      const seen = new Map<string, number>();
      const running: Run[] = [];
      const twice: string[] = [];
      const reconcile = (key: ObjectKey) => {
        // Not `expect`: what a handler throws is the controller's to handle.
        if (running.some((run) => run.key === key)) twice.push(key);
        return new Promise<ReconcileResult>((resolve, reject) => {
          const remove = () => running.splice(running.indexOf(run), 1);
          const change = changes.get(key) ?? 0;
          const run: Run = {
            key,
            change,
            end: (result) => {
              remove();
              seen.set(key, change);
              resolve(result);
            },
            fail: () => {
              remove();
              reject(new Error('no luck'));
            },
          };
          running.push(run);
        });
      };
      const stop = new AbortController();
      const controller = new Controller({
        name: 'widget',
        watches: [watch(source, ({ object }) => [keyOf(object)])],
        reconcile,
        concurrency: 2,
        deadline: 100,
        log: pino({ level: 'silent' }),
        clock,
      });
      source.sync();
      const ended = controller.run(stop.signal);
      await clock.advanceAsync(0);
      for (const step of actions) {
        const run = 'which' in step ? running[step.which] : undefined;
        if (step.do === 'change') {
          changes.set(step.name, (changes.get(step.name) ?? 0) + 1);
          source.change(step.name);
        } else if (step.do === 'succeed') run?.end({});
        else if (step.do === 'fail') run?.fail();
        else if (step.do === 'requeue') run?.end({ requeueAfter: step.after });
        else if (step.do === 'wait') await clock.advanceAsync(step.milliseconds);
        await clock.advanceAsync(0);
        expect(controller.state().active).toBeLessThanOrEqual(2);
      }
      // All is well again: every handler comes back and succeeds.
      for (let n = 0; n < 200 && (running.length > 0 || controller.state().queue.delayed > 0); n += 1) {
        for (const run of [...running]) run.end({});
        await clock.advanceAsync(n < 100 ? 100 : 20_000);
      }
      expect(twice).toEqual([]);
      expect(seen).toEqual(changes);
      stop.abort();
      expect(await ended).toBe(0);
    }),
    { numRuns: 40 },
  );
}, 60_000);
