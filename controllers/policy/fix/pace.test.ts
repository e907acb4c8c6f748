import { expect, it } from 'vitest';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import { Changed } from './changed.ts';
import { Pace } from './pace.ts';

it('fixes come one after another, evenly, and none are saved up', () => {
  const clock = new ManualClock();
  const pace = new Pace(10, clock);
  expect(pace.wait()).toBe(0);
  pace.taken();
  expect(pace.wait()).toBe(6000);
  clock.advance(60_000);
  expect(pace.wait()).toBe(0);
  pace.taken();
  expect(pace.wait()).toBe(6000);
});

it('a change is told at once, and what follows within a second together', () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const changed = new Changed((policy) => told.push(policy), clock);
  changed.add(['a']);
  expect(told).toEqual(['a']);
  changed.add(['a', 'b']);
  changed.add(['a']);
  expect(told).toEqual(['a']);
  clock.advance(1000);
  expect(told).toEqual(['a', 'a', 'b']);
  clock.advance(5000);
  changed.add(['c']);
  expect(told).toEqual(['a', 'a', 'b', 'c']);
});
