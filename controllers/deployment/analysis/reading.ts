import type { MetricResult } from '../../../crds/deployment/schema.ts';
import type { ComparedCounts } from './compare/counts.ts';

/** What a provider answered, before it is judged. Messages are for people, and never hold anything of a Secret. */
export type Reading =
  | {
      readonly type: 'Number';
      /** Finite. */
      readonly value: number;
      /** Requests that it stands on, where the provider tells. */
      readonly samples?: number;
    }
  | { readonly type: 'Truth'; readonly value: boolean }
  | { readonly type: 'Counts'; readonly counts: ComparedCounts }
  | Unreadable;

/** There is nothing to judge: nothing was measured yet, or the provider did not do what was asked. */
export interface Unreadable {
  readonly type: 'NoData' | 'Error';
  readonly message: string;
}

/** What one check came to. */
export interface Outcome {
  readonly result: Exclude<MetricResult, 'Pending'>;
  /** As people write it: `0.83%`, `0.21`. */
  readonly value?: string;
  readonly samples?: number;
  readonly message?: string;
}

export function noData(message: string): Unreadable {
  return { type: 'NoData', message: brief(message) };
}

export function unreadable(message: string): Unreadable {
  return { type: 'Error', message: brief(message) };
}

/** Characters of a message: it stands in a status, which many read and which is written often. */
const longest = 300;

/** On one line, and cut. */
export function brief(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
