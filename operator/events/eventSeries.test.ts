import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../queue/manualClock.ts';
import { EventSeries } from './eventSeries.ts';

const noon = new Date('2026-01-01T12:00:00Z');
const start = (options = {}) => {
  const clock = new ManualClock();
  return { clock, series: new EventSeries<string>({ clock, ...options }) };
};

describe('repeated events', () => {
  it('are one event that counts, written at growing pauses', () => {
    const { clock, series } = start();
    const first = series.happened('pod', 'crash', 'crash', noon);
    if (first.step !== 'Create') throw new Error(first.step);
    series.wrote(first.series, 1);
    const pauses: number[] = [];
    for (let repeat = 0; repeat < 8; repeat += 1) {
      const again = series.happened('pod', 'crash', 'crash', noon);
      if (again.step !== 'Count') throw new Error(again.step);
      pauses.push(again.due - clock.now());
      clock.advance(again.due - clock.now());
      series.wrote(again.series, again.series.count);
    }
    expect(first.series.count).toBe(9);
    expect(pauses).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  it('begin anew after six minutes of quiet', () => {
    const { clock, series } = start();
    series.happened('pod', 'crash', 'crash', noon);
    clock.advance(359_999);
    expect(series.happened('pod', 'crash', 'crash', noon).step).toBe('Count');
    clock.advance(360_000);
    expect(series.happened('pod', 'crash', 'crash', noon).step).toBe('Create');
  });

  it('are lost to nobody else: an object that causes too many is cut short alone', () => {
    const { clock, series } = start();
    const steps = (object: string) =>
      Array.from(
        { length: 30 },
        (_, index) => series.happened(object, `${object}${clock.now()}${index}`, '', noon).step,
      );
    expect(steps('noisy').filter((step) => step === 'Create')).toHaveLength(25);
    expect(series.happened('quiet', 'q', '', noon).step).toBe('Create');
    clock.advance(300_000);
    expect(steps('noisy').filter((step) => step === 'Create')).toHaveLength(1);
    clock.advance(300_000_000);
    expect(steps('noisy').filter((step) => step === 'Create')).toHaveLength(25);
  });

  it('property: memory is bounded, and of one object no more are created than its bucket allows', () => {
    const event = fc.record({
      pass: fc.integer({ min: 0, max: 2_000 }),
      object: fc.nat(30),
      kind: fc.nat(8),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (happenings) => {
        const { clock, series } = start({ burst: 3, refill: 1_000, remembered: 40, idle: 5_000 });
        const created = new Map<number, number>();
        for (const { pass, object, kind } of happenings) {
          clock.advance(pass);
          const { step } = series.happened(String(object), `${object}/${kind}`, '', noon);
          if (step === 'Create') created.set(object, (created.get(object) ?? 0) + 1);
          expect(series.size).toBeLessThanOrEqual(40);
        }
        for (const count of created.values()) expect(count).toBeLessThanOrEqual(3 + clock.now() / 1_000);
      }),
    );
  });
});
