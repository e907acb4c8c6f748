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
 * By how much counters rose, to the request. Not `increase()`: that extrapolates to the edges of the range, which makes of
 * three errors in the first moments five, and it knows nothing of what a counter had when it was first seen, though a
 * revision's counters all begin within its rollout, one for each status code, so that a first burst of errors would be
 * missed. Instead, what each counter has now, less what it had before the range; and all that it has where it was not
 * there before, or has less than before since its gateway has started anew. "Before" looks back ten minutes, lest a gap in
 * the scrapes make something old look new.
 */
function counted(selectors: readonly Selector[], window: string): string {
  const sums = selectors.map(
    (selector) =>
      `sum((${selector} - last_over_time(${selector}[10m] offset ${window})) >= 0 or ${selector})`,
  );
  return `(${sums.map((sum) => `(${sum} or vector(0))`).join(' + ')})`;
}
