import { seconds } from '../prometheus/promql.ts';
import type { RevisionMetrics, Selector } from './gateway.ts';

/**
 * One query for several numbers, told apart by a label `part`: one request, and all of the same moment.
 */
export function partsQuery(parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts)
    .map(([part, expression]) => `label_replace(${expression}, "part", "${part}", "", "")`)
    .join(' or ');
}

/** How many requests, and how many failed ones, a revision had in the range that `window` writes. */
export function countedParts(
  { requests, errors }: RevisionMetrics,
  window: string,
): { readonly requests: string; readonly errors: string } {
  return { requests: counted(requests, window), errors: counted(errors, window) };
}

/** Seconds (or whatever the histogram counts in) that the given share of answers took at most. */
export function quantile(share: number, durations: readonly Selector[], window: number): string {
  const rates = durations.map((selector) => `rate(${selector}[${seconds(window)}])`);
  return `histogram_quantile(${share}, sum by (le) (${rates.join(' or ')}))`;
}

/**
 * By how much counters rose. `increase()` knows nothing of what a counter had when it was first seen, and a revision's
 * counters all begin within its rollout, one for each status code: a first burst of errors would not be seen at all. So
 * what was not there before the range is counted from nothing. "Not there" looks back ten minutes more, lest a gap in the
 * scrapes make something old look new.
 */
function counted(selectors: readonly Selector[], window: string): string {
  const sums = selectors.flatMap((selector) => [
    `sum(increase(${selector}[${window}]))`,
    `sum(min_over_time(${selector}[${window}]) unless last_over_time(${selector}[10m] offset ${window}))`,
  ]);
  return `(${sums.map((sum) => `(${sum} or vector(0))`).join(' + ')})`;
}
