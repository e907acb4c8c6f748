import type { Clock } from '../../../operator/queue/clock.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import { Analyses } from './analyses.ts';
import { AddressGuard } from './http/addressGuard.ts';
import { apiServerAddresses } from './http/apiServerAddresses.ts';
import { createResolver, type ResolveName } from './http/names.ts';
import { createOutbound } from './http/outbound.ts';
import { concurrency, createProviders } from './providers.ts';
import { type ReadSecret, SecretValues } from './secretValues.ts';
import type { AnalysisSettings } from './settings.ts';

export interface AnalysisOptions {
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly settings: AnalysisSettings;
  /** Of the namespace of the Deployment that names the Secret. Asked once a minute at most for each. */
  readonly readSecret: ReadSecret;
  /** Host names and addresses of the API server: of its URL, and `KUBERNETES_SERVICE_HOST`. */
  readonly apiServer: readonly string[];
  /** Told the Deployment's key whenever one of its results says something new. */
  readonly onResult: (key: ObjectKey) => void;
  /** Told of each request how many milliseconds after its time it was sent. */
  readonly onSent?: (late: number) => void;
  /** Default: the name servers of `/etc/resolv.conf`. */
  readonly resolve?: ResolveName;
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
export function createAnalyses(options: AnalysisOptions): {
  readonly analyses: Analyses;
  /** Stops all of them, and closes their connections. */
  readonly close: () => Promise<void>;
} {
  const { clock, now, settings, readSecret, apiServer, onResult, onSent } = options;
  const resolve = options.resolve ?? createResolver();
  const { allow, deny } = settings;
  const hosts = [...apiServer, 'kubernetes.default.svc'];
  const outbound = createOutbound({
    guard: new AddressGuard({ allow, deny, apiServer: apiServerAddresses({ hosts, resolve, clock }) }),
    resolve,
    connections: concurrency,
  });
  const ask = createProviders({ clock, outbound, secrets: new SecretValues(clock, readSecret) });
  const analyses = new Analyses({ clock, now, ask, onResult, ...(onSent === undefined ? {} : { onSent }) });
  return {
    analyses,
    async close() {
      analyses.stopAll();
      await outbound.close();
    },
  };
}
