import { equals } from '../prometheus/promql.ts';
import type { RevisionMetrics } from './gateway.ts';

/**
 * What any Envoy counts of an upstream cluster (envoyproxy.io, Cluster manager, Statistics): answers by class of their
 * code, its own answers for an upstream that fails among them, and response times in milliseconds.
 */
export function envoyClusters(cluster: string): RevisionMetrics {
  const answers = 'envoy_cluster_upstream_rq_xx';
  return {
    requests: [`${answers}{${cluster}}`],
    errors: [`${answers}{${[cluster, equals('envoy_response_code_class', '5')].join(',')}}`],
    durations: [`envoy_cluster_upstream_rq_time_bucket{${cluster}}`],
  };
}
