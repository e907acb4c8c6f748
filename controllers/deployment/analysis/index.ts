import type { Clock } from '../../../operator/queue/clock.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { Analyses } from './analyses.ts';
import { createProviders } from './providers.ts';
import { type ReadSecret, SecretValues } from './secretValues.ts';

export interface AnalysisOptions {
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The way to Prometheus and web services. Stays open. */
  readonly outbound: Outbound;
  /** Of the namespace of the Deployment that names the Secret. Asked once a minute at most for each. */
  readonly readSecret: ReadSecret;
  /** Told the Deployment's key whenever one of its results says something new. */
  readonly onResult: (key: ObjectKey) => void;
  /** Told of each request how many milliseconds after its time it was sent. */
  readonly onSent?: (late: number) => void;
}

/**
 * Everything that looks at Deployments' metrics. How it is used:
 *
 * 1. `planAnalysis(spec.analysis, target)` says what is to be measured, and what of it cannot be: to be told before a
 *    rollout begins.
 * 2. `analyses.views(key)` goes into the observation.
 * 3. After each plan `measurementOf(…)` says what is to be measured now: `analyses.run(key, measurement)`, or
 *    `analyses.stop(key)` where it is nothing, and when the Deployment is gone. Both may be called at every reconcile.
 * 4. `onResult` says whose next observation has something new: a `ResultWatch` makes it work for the controller.
 *
 * Metrics of Jobs are read and made by `viewJobs`, from the cache.
 */
export function createAnalyses(options: AnalysisOptions): Analyses {
  const { clock, now, outbound, readSecret, onResult, onSent } = options;
  const ask = createProviders({ clock, outbound, secrets: new SecretValues(clock, readSecret) });
  return new Analyses({ clock, now, ask, onResult, ...(onSent === undefined ? {} : { onSent }) });
}
