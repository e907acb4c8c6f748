import { equals, matches } from '../prometheus/promql.ts';
import type { Gateway } from './gateway.ts';

/**
 * Istio: `istio_requests_total` and `istio_request_duration_milliseconds` (istio.io, Istio Standard Metrics), as whoever
 * sends the request reports them: the gateway, and proxies of a mesh that send to the same Service.
 */
export const istio: Gateway = {
  name: 'Istio',
  controllerNames: ['istio.io/gateway-controller', 'istio.io/unmanaged-gateway'],
  perSecond: 1000,
  needs: "Istio's gateway pods must be scraped by this Prometheus, at port 15020, /stats/prometheus",
  metrics({ namespace }, { service }) {
    const to = [
      equals('reporter', 'source'),
      equals('destination_service_name', service),
      equals('destination_service_namespace', namespace),
    ];
    const select = (metric: string, ...others: string[]) => [`${metric}{${[...to, ...others].join(',')}}`];
    return {
      requests: select('istio_requests_total'),
      errors: select('istio_requests_total', matches('response_code', '5..')),
      durations: select('istio_request_duration_milliseconds_bucket'),
    };
  },
};
