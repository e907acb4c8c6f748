import { expect, it } from 'vitest';
import { ManualClock } from '../queue/manualClock.ts';
import { type EventLoopLook, watchEventLoop } from './eventLoop.ts';

function watched() {
  const clock = new ManualClock();
  const stalls: EventLoopLook['stall'][] = [];
  let [blocked, excused] = [0, 0];
  const onLook = ({ stall }: EventLoopLook) => {
    if (stall !== undefined) stalls.push(stall);
  };
  const end = watchEventLoop({ clock, idle: () => clock.now() - blocked, excused: () => excused, onLook });
  const block = (milliseconds: number) => {
    blocked += milliseconds;
    clock.freeze(milliseconds);
  };
  const collect = (milliseconds: number) => {
    excused += milliseconds;
    block(milliseconds);
  };
  return { clock, stalls, block, collect, end };
}

it('tells for how long the event loop was blocked, and nothing while it turns', () => {
  const { clock, stalls, block, end } = watched();
  // In between two looks: what came before was no part of it.
  clock.advance(10_130);
  block(2500);
  clock.advance(10_000);
  expect(stalls).toEqual([{ blocked: 2500 }]);
  end();
  expect(clock.pending).toBe(0);
});

it('tells a process that was frozen while it waited from one that was blocked', () => {
  const { clock, stalls } = watched();
  clock.advance(1000);
  clock.freeze(2500);
  clock.advance(1000);
  expect(stalls).toEqual([{ frozen: 2300 }]);
});

it('excuses what was done on purpose while there was nothing to do', () => {
  const { clock, stalls, collect } = watched();
  clock.advance(1000);
  collect(2500);
  clock.advance(1000);
  expect(stalls).toEqual([]);
});

it('looks seldom while there is nothing to do, and often again once there is', () => {
  const clock = new ManualClock();
  let [looks, working] = [0, false];
  const idle = () => (working ? 0 : clock.now());
  watchEventLoop({ clock, idle, excused: () => 0, onLook: () => (looks += 1) });
  clock.advance(10_000);
  expect(looks).toBe(10);
  working = true;
  clock.advance(11_000);
  expect(looks).toBeGreaterThan(50);
});
