import type { PresetReading } from './presets/reading.ts';
import type { Verdict } from './verdict.ts';
import type { JsonPath } from './web/jsonPath.ts';

/** One metric as it is to be looked at, again and again. Plain data: two that are equal measure the same. */
export interface Check {
  /** The metric's name. */
  readonly metric: string;
  /** Milliseconds since the epoch from which on it counts; absent where each look is of a moment alone. */
  readonly since?: number;
  /** Milliseconds from then on, or from when the analysis began, in which nothing can be told from nothing yet. Default 0. */
  readonly grace?: number;
  readonly source: Source;
  readonly verdict: Verdict;
  /** Milliseconds that an answer may take, waiting for its turn included. */
  readonly timeout: number;
}

export type Source = PrometheusSource | WebSource;

export interface PrometheusSource {
  readonly type: 'Prometheus';
  /** The query API: `http://prometheus.monitoring:9090/api/v1/query`. */
  readonly url: string;
  readonly credentials?: SecretReference;
  /** `$elapsed` in it stands for the time since the check counts. */
  readonly query: string;
  /** How the answer is read; a query of a person's gives one number. */
  readonly reading: PresetReading | { readonly type: 'Number' };
}

export interface WebSource {
  readonly type: 'Web';
  readonly url: string;
  readonly path: JsonPath;
  readonly headers: readonly WebHeader[];
  /** JSON, for a POST. Absent: a GET. */
  readonly body?: string;
}

export type WebHeader =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: Required<SecretReference> };

/** A Secret in the Deployment's own namespace. */
export interface SecretReference {
  readonly name: string;
  readonly key?: string;
}

/** In a query, the range that has passed since the check counts, filled in at each look. No query of a person's has it. */
export const elapsed = '$elapsed';
