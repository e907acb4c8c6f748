import { equals } from '../prometheus/promql.ts';
import type { RevisionMetrics } from './gateway.ts';

/**
 * What any Envoy counts of an upstream cluster (envoyproxy.io, Cluster manager, Statistics): answers by class of their
 * code, its own answers for an upstream that fails among them, and response times in milliseconds.
 *
 * @param clusters Matchers, each of some of the clusters; none of the same.
 */
export function envoyClusters(clusters: readonly string[]): RevisionMetrics {
  const answers = 'envoy_cluster_upstream_rq_xx';
  const select = (metric: string, ...others: string[]) =>
    clusters.map((cluster) => `${metric}{${[cluster, ...others].join(',')}}`);
  return {
    requests: select(answers),
    errors: select(answers, equals('envoy_response_code_class', '5')),
    durations: select('envoy_cluster_upstream_rq_time_bucket'),
  };
}
