import { describe, expect, it } from 'vitest';
import type { Reading } from './reading.ts';
import { formatNumber, parseThreshold, type Threshold } from './threshold.ts';
import { judge, type Verdict } from './verdict.ts';

const threshold = (written: number | string): Threshold => {
  const parsed = parseThreshold(written);
  if (parsed === undefined) throw new Error(`${written} is no threshold`);
  return parsed;
};

describe('a threshold', () => {
  it.each<[number | string, number | undefined]>([
    ['1%', 0.01],
    ['0.5%', 0.005],
    ['100%', 1],
    ['0.3', 0.3],
    ['.3', 0.3],
    ['3.', 3],
    [0.3, 0.3],
    [-2, -2],
    ['-2.5%', -0.025],
    ['1e-3', 0.001],
    ['2E2%', 2],
    ['', undefined],
    ['%', undefined],
    ['1 %', undefined],
    ['300ms', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['0x10', undefined],
    ['1e999', undefined],
    ['1,5', undefined],
    [Number.NaN, undefined],
  ])('%j is %s', (written, value) => {
    if (value === undefined) expect(parseThreshold(written)).toBeUndefined();
    else expect(parseThreshold(written)?.value).toBeCloseTo(value, 12);
  });

  it.each([
    [0.008_333_33, true, '0.8333%'],
    [0.3, false, '0.3'],
    [1234.567, false, '1235'],
    [0, true, '0%'],
    [1, true, '100%'],
    [1.5e-7, false, '1.5e-7'],
  ])('%d is shown as %s', (value, percent, text) => {
    expect(formatNumber(value, percent)).toBe(text);
  });
});

describe('a number', () => {
  const at = (value: number): Reading => ({ type: 'Number', value, samples: 40 });
  const bounds = (written: { max?: string; min?: string }): Verdict => ({
    type: 'Bounds',
    percent: true,
    ...(written.max === undefined ? {} : { max: threshold(written.max) }),
    ...(written.min === undefined ? {} : { min: threshold(written.min) }),
  });
  it.each<[number, { max?: string; min?: string }, string]>([
    [0.009, { max: '1%' }, 'Pass'],
    [0.01, { max: '1%' }, 'Pass'],
    [0.011, { max: '1%' }, 'Fail'],
    [0.99, { min: '99%' }, 'Pass'],
    [0.98, { min: '99%' }, 'Fail'],
    [5, { min: '1', max: '10' }, 'Pass'],
    [0.5, { min: '1', max: '10' }, 'Fail'],
    [11, { min: '1', max: '10' }, 'Fail'],
    [-3, { max: '-2' }, 'Pass'],
  ])('%d within %o: %s', (value, written, result) => {
    expect(judge(at(value), bounds(written)).result).toBe(result);
  });

  it('that fails says the value, the bound and how many requests it stands on', () => {
    expect(judge(at(0.0123), bounds({ max: '1%' }))).toEqual({
      result: 'Fail',
      value: '1.23%',
      samples: 40,
      message: '1.23% is above the maximum of 1%',
    });
    expect(judge(at(0.0123), bounds({ min: '2' })).message).toBe('1.23% is below the minimum of 2');
  });
});

describe('what is no number', () => {
  it('keeps its name and the provider’s message, on one line and cut', () => {
    const message = `bad\nquery ${'x'.repeat(500)}`;
    const outcome = judge({ type: 'Error', message }, { type: 'Truth' });
    expect(outcome.result).toBe('Error');
    expect(outcome.message).toMatch(/^bad query x+…$/);
    expect(outcome.message?.length).toBe(300);
    expect(judge({ type: 'NoData', message: 'nothing' }, { type: 'Truth' })).toEqual({
      result: 'NoData',
      message: 'nothing',
    });
  });

  it('is an error where something else was asked for, never a Fail', () => {
    const max = threshold('1%');
    expect(judge({ type: 'Truth', value: false }, { type: 'Bounds', max, percent: false }).result).toBe(
      'Error',
    );
    expect(judge({ type: 'Number', value: 1 }, { type: 'Truth' }).result).toBe('Error');
  });

  it('is good or bad by itself, where no bounds are asked for', () => {
    expect(judge({ type: 'Truth', value: true }, { type: 'Truth' }).result).toBe('Pass');
    expect(judge({ type: 'Truth', value: false }, { type: 'Truth' }).result).toBe('Fail');
  });
});

describe('counts', () => {
  const verdict: Verdict = { type: 'Compare', maxIncrease: 0.005, confidence: 0.95 };
  const counts = (stable: readonly [number, number], canary: readonly [number, number]): Reading => ({
    type: 'Counts',
    counts: {
      stable: { errors: stable[0], requests: stable[1] },
      canary: { errors: canary[0], requests: canary[1] },
    },
  });

  it('that show an increase fail, with both shares in the message', () => {
    expect(judge(counts([50, 10_000], [40, 500]), verdict)).toEqual({
      result: 'Fail',
      value: '+7.5%',
      samples: 500,
      message:
        'errors are 8% of 500 requests of the canary, 0.5% of 10000 requests of the stable revision: an increase above 0.5%',
    });
  });

  it('that show nothing yet are Inconclusive, and none at all are NoData', () => {
    expect(judge(counts([1, 100], [0, 10]), verdict).result).toBe('Inconclusive');
    expect(judge(counts([1, 100], [0, 0]), verdict)).toMatchObject({ result: 'NoData' });
    expect(judge(counts([0, 0], [1, 10]), verdict).message).toContain('stable revision was asked nothing');
  });
});
