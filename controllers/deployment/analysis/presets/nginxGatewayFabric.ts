import { equals, literally, matches } from '../prometheus/promql.ts';
import type { Gateway } from './gateway.ts';

/**
 * NGINX Gateway Fabric: `nginx_http_upstream_peer_responses_total` by `nginx_upstream_name` and `nginx_status_range`
 * (docs.nginx.com, NGINX Gateway Fabric, Monitoring; NGINX Agent's list of attributes). Only NGINX Plus has it; NGINX Open
 * Source counts requests of all services together. An upstream is named `<namespace>_<service>_<port>`. Response times are
 * told as an average alone, from which no quantile can be had.
 */
export const nginxGatewayFabric: Gateway = {
  name: 'NGINX Gateway Fabric',
  controllerNames: ['gateway.nginx.org/nginx-gateway-controller'],
  perSecond: 1000,
  needs:
    'NGINX Gateway Fabric must run NGINX Plus, since Open Source does not count by service, and be scraped by this Prometheus',
  metrics({ namespace, port }, { service }) {
    const upstream = matches('nginx_upstream_name', `${literally(`${namespace}_${service}_${port}`)}(_.*)?`);
    const responses = 'nginx_http_upstream_peer_responses_total';
    return {
      requests: [`${responses}{${upstream}}`],
      errors: [`${responses}{${[upstream, equals('nginx_status_range', '5xx')].join(',')}}`],
      durations: {
        problem:
          'NGINX Gateway Fabric tells average response times alone; write a query for a metric of the application itself',
      },
    };
  },
};
