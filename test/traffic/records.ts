/** What became of one request, as seen by whoever sent it. */
export type RequestRecord = Sent & (Answered | Unanswered);

interface Sent {
  /** Milliseconds since the epoch, to be compared with the times of a status. */
  readonly sentAt: number;
  /** Milliseconds until the answer was there to its last byte, or until it was given up. */
  readonly latency: number;
  /** Whether its connection was its own, or one of those that are kept. */
  readonly connection: 'fresh' | 'kept';
}

interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** The revision that answered. Undefined if it was no pod but the gateway itself. */
  readonly revision: string | undefined;
}

interface Unanswered {
  readonly kind: 'unanswered';
  readonly error: string;
}

/** Milliseconds since the epoch. */
export interface Window {
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
}

/** The requests that were sent in the window. */
export function within(records: readonly RequestRecord[], { from = -Infinity, to = Infinity }: Window) {
  return records.filter(({ sentAt }) => sentAt >= from && sentAt < to);
}

/** The share, 0 to 1, of the answers that this revision gave, of all that any revision gave. NaN if there is none. */
export function shareOf(records: readonly RequestRecord[], revision: string): number {
  const revisions = records.flatMap((record) =>
    record.kind === 'answered' && record.revision !== undefined ? [record.revision] : [],
  );
  return revisions.filter((one) => one === revision).length / revisions.length;
}

/** What a person would call failed: no answer, or one that refuses (400 and more), from a pod or from the gateway. */
export function failed(records: readonly RequestRecord[]): readonly RequestRecord[] {
  return records.filter((record) => record.kind === 'unanswered' || record.status >= 400);
}

/** The latency, in milliseconds, that so large a part (0 to 1) of the answers kept to. NaN if there is none. */
export function latencyAt(records: readonly RequestRecord[], quantile: number): number {
  const latencies = records.filter(({ kind }) => kind === 'answered').map(({ latency }) => latency);
  const sorted = latencies.sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? Number.NaN;
}

/** One line for a person: how many, by whom, how fast, and what went wrong. */
export function summaryOf(records: readonly RequestRecord[]): string {
  const by = (name: (record: RequestRecord) => string): string =>
    [...Map.groupBy(records, name)]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, { length }]) => `${key} ${length}`)
      .join(', ');
  const ofAnswer = (record: RequestRecord): string =>
    record.kind === 'answered' ? `${record.status}` : record.error;
  const ofRevision = (record: RequestRecord): string =>
    (record.kind === 'answered' ? record.revision : undefined) ?? 'nobody';
  const [median, p99] = [0.5, 0.99].map((quantile) => latencyAt(records, quantile).toFixed(1));
  return `${records.length} requests: ${by(ofRevision)}; ${by(ofAnswer)}; p50 ${median} ms, p99 ${p99} ms`;
}
