import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, conditionsOf, type Finding, longestMessage, timestamp } from './conditions.ts';

const noon = new Date('2026-01-01T12:00:00.789Z');
const finding = (
  type: string,
  status: Finding['status'],
  reason = 'Because',
  message = 'so it is',
): Finding => ({
  type,
  status,
  reason,
  message,
});
const at = (now: Date, findings: readonly Finding[], previous?: readonly Condition[], generation = 1) =>
  conditionsOf({ previous, findings, generation, now });

describe('conditions', () => {
  it('say since when, of which generation, and why', () => {
    expect(at(noon, [finding('Ready', 'True')])).toEqual([
      {
        type: 'Ready',
        status: 'True',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T12:00:00Z',
        reason: 'Because',
        message: 'so it is',
      },
    ]);
  });

  it('keep their time while only reason, message or generation change', () => {
    const before = at(noon, [finding('Ready', 'False')]);
    const later = new Date('2026-01-01T13:00:00Z');
    expect(at(later, [finding('Ready', 'False', 'Other', 'new words')], before, 2)).toMatchObject([
      {
        lastTransitionTime: '2026-01-01T12:00:00Z',
        observedGeneration: 2,
        reason: 'Other',
        message: 'new words',
      },
    ]);
    expect(at(later, [finding('Ready', 'True')], before)).toMatchObject([
      { lastTransitionTime: '2026-01-01T13:00:00Z' },
    ]);
  });

  it.each([
    '',
    'not camel',
    'lower',
    'With-Dash',
    'With.Dot',
    `A${'a'.repeat(128)}`,
  ])('refuse the reason %j, as the API would', (reason) => {
    expect(() => at(noon, [finding('Ready', 'True', reason)])).toThrow(RangeError);
  });

  it('refuse a type twice', () => {
    expect(() => at(noon, [finding('Ready', 'True'), finding('Ready', 'False')])).toThrow('given twice');
  });

  it('bound their messages without cutting a character', () => {
    const [condition] = at(noon, [finding('Ready', 'True', 'Because', '🙂'.repeat(2_000))]);
    expect(condition?.message.length).toBeLessThanOrEqual(longestMessage);
    expect(condition?.message).toMatch(/^(🙂)+…$/u);
  });

  const status = fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const);
  const step = fc.record({
    pass: fc.integer({ min: 0, max: 5_000 }),
    generation: fc.integer({ min: 1, max: 3 }),
    findings: fc.uniqueArray(
      fc.record({
        type: fc.constantFrom('Ready', 'Stalled', 'NetworkReady', 'QuotaReady'),
        status,
        reason: fc.constantFrom('A', 'Bc'),
        message: fc.string(),
      }),
      { selector: ({ type }) => type },
    ),
  });

  it('property: over any history the transition time is the moment when the status last changed', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let now = noon.getTime();
        let conditions: readonly Condition[] = [];
        let model = new Map<string, { readonly status: string; readonly since: string }>();
        for (const { pass, generation, findings } of steps) {
          now += pass;
          conditions = at(new Date(now), findings, conditions, generation);
          model = new Map(
            findings.map(({ type, status: is }) => {
              const before = model.get(type);
              return [type, before?.status === is ? before : { status: is, since: timestamp(new Date(now)) }];
            }),
          );
          expect(conditions.map(({ type }) => type)).toEqual(findings.map(({ type }) => type));
          for (const condition of conditions) {
            expect(condition.lastTransitionTime).toBe(model.get(condition.type)?.since);
            expect(condition.observedGeneration).toBe(generation);
          }
          expect(at(new Date(now + 1e6), findings, conditions, generation)).toEqual(conditions);
        }
      }),
    );
  });
});
