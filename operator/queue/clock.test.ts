import { queryObjects } from 'node:v8';
import { expect, it } from 'vitest';
import { monotonicClock } from './clock.ts';

it('a timer that is cancelled leaves nothing behind, however long it was to run', () => {
  const first = setTimeout(() => {}, 1_000_000);
  // What Node keeps the timers of one delay in.
  const { _idlePrev: list } = first as unknown as { readonly _idlePrev: object };
  const lists = () => queryObjects(list.constructor as new () => object, { format: 'count' });
  const before = lists();
  for (let delay = 0; delay < 100; delay += 1) monotonicClock.schedule(2_000_000 + delay, () => {})();
  const after = lists();
  clearTimeout(first);
  expect(after - before).toBe(0);
});

it('a timer may be cancelled when it has run, and while it does', async () => {
  let runs = 0;
  await new Promise<void>((resolve) => {
    const cancel = monotonicClock.schedule(0, () => {
      runs += 1;
      cancel();
      resolve();
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = monotonicClock.schedule(0, resolve);
  await promise;
  cancel();
  cancel();
  expect(runs).toBe(1);
});
