import type { RequestRecord } from '../records.ts';

/** What people met of a bad revision. Times are milliseconds since the epoch. */
export interface BadTraffic {
  readonly requests: number;
  /** When the first of them had its bad answer, or none: the first sign that anybody could see. */
  readonly first: number;
  /** When the last of them had. */
  readonly last: number;
}

/** Undefined where nobody met any. */
export function badTraffic(
  records: readonly RequestRecord[],
  isBad: (record: RequestRecord) => boolean,
): BadTraffic | undefined {
  const ends = records.filter(isBad).map(({ sentAt, latency }) => sentAt + latency);
  if (ends.length === 0) return undefined;
  return { requests: ends.length, first: Math.min(...ends), last: Math.max(...ends) };
}

/** What to measure by: when the bad revision was asked for, and when status said that it is no more. */
export interface RolledBack {
  readonly reason: string;
  readonly appliedAt: number;
  readonly backAt: number;
}

/** One line for a person: how soon it was over, from the first sign on. */
export function storyOf(
  fault: string,
  { reason, appliedAt, backAt }: RolledBack,
  bad: BadTraffic | undefined,
  requests: number,
): string {
  const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(1)} s`;
  if (bad === undefined) {
    return `${fault}: ${reason} ${seconds(appliedAt, backAt)} after it was applied; none of ${requests} requests met it`;
  }
  const { first, last, requests: met } = bad;
  return `${fault}: first bad answer ${seconds(appliedAt, first)} after it was applied, the last one ${seconds(first, last)} after the first, ${reason} in status after ${seconds(first, backAt)}; ${met} of ${requests} requests met it`;
}
