import { expect, it } from 'vitest';
import { ManualClock } from '../queue/manualClock.ts';
import { giveBackWhenIdle } from './idleMemory.ts';

function process(collectable = true) {
  const clock = new ManualClock();
  let [held, busy, collections] = [100, 0, 0];
  const collect = () => {
    collections += 1;
    held = 100;
  };
  const end = giveBackWhenIdle({
    clock,
    interval: 10_000,
    collect: collectable ? collect : undefined,
    held: () => held,
    idle: () => clock.now() - busy,
  });
  return {
    clock,
    end,
    work: (milliseconds: number, bytes: number) => {
      busy += milliseconds;
      held += bytes;
    },
    get collections() {
      return collections;
    },
  };
}

it('collects once after work, when there is none', () => {
  const one = process();
  one.clock.advance(10_000);
  one.work(6000, 100);
  one.clock.advance(10_000);
  expect(one.collections).toBe(0);
  one.clock.advance(10_000);
  expect(one.collections).toBe(1);
  one.clock.advance(100_000);
  expect(one.collections).toBe(1);
});

it('does not for what is not worth it', () => {
  const one = process();
  one.work(6000, 40);
  one.clock.advance(10_000);
  one.clock.advance(10_000);
  expect(one.collections).toBe(0);
});

it('does not for what a rest itself makes, however long it lasts', () => {
  const one = process();
  one.clock.advance(10_000);
  for (let look = 0; look < 40; look += 1) {
    one.work(10, 10);
    one.clock.advance(10_000);
  }
  expect(one.collections).toBe(0);
});

it('does not while it waits for a slow server in between', () => {
  const one = process();
  for (let look = 0; look < 40; look += 1) {
    one.work(500, 10);
    one.clock.advance(10_000);
  }
  expect(one.collections).toBe(0);
});

it('ends, and leaves no timer', () => {
  const one = process();
  one.work(0, 100);
  one.end();
  one.clock.advance(100_000);
  expect(one.collections).toBe(0);
  expect(one.clock.pending).toBe(0);
});
