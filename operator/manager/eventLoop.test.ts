import { expect, it } from 'vitest';
import { ManualClock } from '../queue/manualClock.ts';
import { watchEventLoop } from './eventLoop.ts';

it('tells for how long the event loop made no turn, and nothing while it turns', () => {
  const clock = new ManualClock();
  const stalls: number[] = [];
  const end = watchEventLoop({ clock, onStall: (milliseconds) => stalls.push(milliseconds) });
  clock.advance(10_000);
  expect(stalls).toEqual([]);
  clock.freeze(2500);
  clock.advance(10_000);
  expect(stalls).toEqual([1500]);
  end();
  expect(clock.pending).toBe(0);
});
