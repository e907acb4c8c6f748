import { type CompareOptions, compare } from './compare/compare.ts';
import type { ComparedCounts } from './compare/counts.ts';
import { brief, type Outcome, type Reading } from './reading.ts';
import { formatNumber, type Threshold } from './threshold.ts';

/** What of a reading is good. */
export type Verdict =
  | {
      readonly type: 'Bounds';
      /** At least one of the two. */
      readonly max?: Threshold;
      readonly min?: Threshold;
      /** Whether the value is shown as a percentage. */
      readonly percent: boolean;
    }
  /** The provider says itself whether it is good. */
  | { readonly type: 'Truth' }
  | ({ readonly type: 'Compare' } & CompareOptions);

/** What a reading comes to. */
export function judge(reading: Reading, verdict: Verdict): Outcome {
  switch (reading.type) {
    case 'NoData':
    case 'Error':
      return { result: reading.type, message: brief(reading.message) };
    case 'Counts':
      return verdict.type === 'Compare' ? judgeCounts(reading.counts, verdict) : notAsExpected('counts');
    case 'Truth':
      return verdict.type === 'Truth'
        ? { result: reading.value ? 'Pass' : 'Fail', value: String(reading.value) }
        : notAsExpected(`${reading.value}, no number`);
    case 'Number':
      return verdict.type === 'Bounds'
        ? judgeNumber(reading, verdict)
        : notAsExpected(
            `${formatNumber(reading.value, false)}; without max and min it must be true or false`,
          );
  }
}

function judgeNumber(
  { value, samples }: Reading & { readonly type: 'Number' },
  { max, min, percent }: Verdict & { readonly type: 'Bounds' },
): Outcome {
  const found = { value: formatNumber(value, percent), ...(samples === undefined ? {} : { samples }) };
  const beyond = (word: string, threshold: Threshold) =>
    `${found.value} is ${word} ${formatNumber(threshold.value, threshold.percent)}`;
  if (max !== undefined && value > max.value) {
    return { result: 'Fail', ...found, message: beyond('above the maximum of', max) };
  }
  if (min !== undefined && value < min.value) {
    return { result: 'Fail', ...found, message: beyond('below the minimum of', min) };
  }
  return { result: 'Pass', ...found };
}

function judgeCounts(counts: ComparedCounts, options: CompareOptions): Outcome {
  const { stable, canary } = counts;
  if (canary.requests === 0) return { result: 'NoData', message: 'the canary was asked nothing yet' };
  if (stable.requests === 0)
    return { result: 'NoData', message: 'the stable revision was asked nothing yet' };
  const { result, increase } = compare(counts, options);
  const share = ({ errors, requests }: ComparedCounts['stable']) =>
    `${formatNumber(errors / requests, true)} of ${Math.round(requests)} requests`;
  const margin = formatNumber(options.maxIncrease, true);
  const words = {
    Fail: `an increase above ${margin}`,
    Pass: `no increase above ${margin}`,
    Inconclusive: `neither yet: more requests are needed to tell whether the increase is above ${margin}`,
  } as const;
  return {
    result,
    value: `${increase > 0 ? '+' : ''}${formatNumber(increase, true)}`,
    samples: Math.round(canary.requests),
    message: `errors are ${share(canary)} of the canary, ${share(stable)} of the stable revision: ${words[result]}`,
  };
}

function notAsExpected(found: string): Outcome {
  return { result: 'Error', message: `the answer is ${found}` };
}
