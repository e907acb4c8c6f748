import type { Figure } from '../../bench/report.ts';
import { failed, type RequestRecord, shareOf, summaryOf, type Window, within } from './records.ts';

/** No request may fail, whichever connection it came over. */
export function noneFailed(scenario: string, records: readonly RequestRecord[]): readonly Figure[] {
  return (['kept', 'fresh'] as const).map((kind) => ({
    name: `${scenario}-failed-on-${kind}-connections`,
    value: failed(records.filter(({ connection }) => connection === kind)).length,
    unit: 'requests',
    limit: 0,
    better: 'lower',
  }));
}

/** How far the share of a revision is from what status claims, over enough requests to tell. */
export function shareFigures(
  name: string,
  records: readonly RequestRecord[],
  {
    revision,
    weight,
    window,
  }: { readonly revision: string; readonly weight: number; readonly window: Window },
): { readonly text: string; readonly figures: readonly Figure[] } {
  const met = within(records, window);
  const share = 100 * shareOf(met, revision);
  return {
    text: `${weight} % claimed, ${share.toFixed(1)} % of ${met.length} seen`,
    figures: [
      {
        name: `${name}-share-off-by`,
        value: Number.isNaN(share) ? 100 : Math.abs(share - weight),
        unit: 'points',
        limit: 5,
        better: 'lower',
      },
      { name: `${name}-requests`, value: met.length, unit: 'requests', limit: 500, better: 'higher' },
    ],
  };
}

/** The first failures with their times, for whoever has to find out why. */
export function failuresIn(records: readonly RequestRecord[]): string {
  return failed(records)
    .slice(0, 10)
    .map((record) => {
      const what =
        record.kind === 'answered' ? `${record.status} by ${record.revision ?? 'the gateway'}` : record.error;
      return `\n  ${new Date(record.sentAt).toISOString()} ${record.connection}: ${what} after ${record.latency.toFixed(0)} ms`;
    })
    .join('');
}

/** All of it in a line, and each failure in one more. */
export function tell(records: readonly RequestRecord[]): string {
  return `${summaryOf(records)}${failuresIn(records)}`;
}
