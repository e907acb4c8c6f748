import { describe, expect, test } from 'vitest';
import { eventReasons } from './events.ts';
import { isReason, reasons } from './reasons.ts';

describe('reasons', () => {
  test.each(Object.entries(reasons))('%s says what is so and what to do, in sentences', (reason, {
    meaning,
    remedy,
  }) => {
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    for (const words of [meaning, remedy]) expect(words).toMatch(/^[A-Z`].*\.$/);
  });

  test.each(Object.entries(eventReasons))('%s of an event as well', (reason, words) => {
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(words).toMatch(/^[A-Z].*\.$/);
  });

  test('of a status that somebody else wrote are known or not', () => {
    expect([isReason('CrashLoop'), isReason('toString'), isReason('Moonphase')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
