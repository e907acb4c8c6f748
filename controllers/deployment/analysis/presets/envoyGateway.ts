import { oneOf } from '../prometheus/promql.ts';
import { envoyClusters } from './envoyClusters.ts';
import type { Gateway } from './gateway.ts';

/**
 * Envoy Gateway: Envoy's cluster metrics, at each proxy's `/stats/prometheus` (gateway.envoyproxy.io, Proxy Metrics).
 *
 * It makes one cluster for each rule of a route, `httproute/<namespace>/<route>/rule/<n>`, whatever backends the rule
 * has, so that nothing tells them apart; unless a backendRef of the rule has a filter, when each backend has a cluster of
 * its own, `…/rule/<n>/backend/<m>` (envoyproxy/gateway issues 7008, 7017 and 6742).
 */
export const envoyGateway: Gateway = {
  name: 'Envoy Gateway',
  controllerNames: ['gateway.envoyproxy.io/gatewayclass-controller'],
  perSecond: 1000,
  needs: "Envoy Gateway's proxies must be scraped by this Prometheus, at port 19001, /stats/prometheus",
  metrics({ namespace, route }, { backends }) {
    if (backends === undefined || backends.length === 0) {
      return {
        problem:
          'Envoy Gateway counts the requests of a rule, not of each backend, unless its backendRefs have filters',
      };
    }
    const clusters = backends.map(
      ({ rule, backend }) =>
        `${route.kind.toLowerCase()}/${namespace}/${route.name}/rule/${rule}/backend/${backend}`,
    );
    return envoyClusters([oneOf('envoy_cluster_name', clusters)]);
  },
};
