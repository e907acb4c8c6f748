import { literally, matches, oneOf } from '../prometheus/promql.ts';
import type { Gateway } from './gateway.ts';

/**
 * Traefik: `traefik_service_requests_total` and `traefik_service_request_duration_seconds`, by `service`, `code`,
 * `method` and `protocol` (doc.traefik.io, Observability, Metrics).
 *
 * For Gateway API it names a service `<namespace>-<service>-http-<port>@kubernetesgateway`, or
 * `<namespace>-<service>-<port>-grpc@kubernetesgateway`, with a dash for every other character; later versions put the
 * route, the listener and `-svc-` before it. Where the scrape gives targets a label `service` of their own, as a
 * ServiceMonitor does, Prometheus keeps Traefik's as `exported_service`.
 */
export const traefik: Gateway = {
  name: 'Traefik',
  controllerNames: ['traefik.io/gateway-controller'],
  perSecond: 1,
  needs: 'Traefik must run with metrics.prometheus.addServicesLabels, and be scraped by this Prometheus',
  metrics({ namespace, port, route }, { service }) {
    const name = dashed(`${namespace}-${service}`);
    const plain =
      route.kind === 'HTTPRoute' ? [`${name}-http-${port}`, `${name}-${port}`] : [`${name}-${port}-grpc`];
    const before = dashed(`${route.kind.toLowerCase()}-${namespace}-${route.name}`);
    const after = plain.map((one) => literally(`${one}@kubernetesgateway`)).join('|');
    const select = (metric: string, ...others: string[]) =>
      ['service', 'exported_service'].flatMap((label) =>
        [
          oneOf(
            label,
            plain.map((one) => `${one}@kubernetesgateway`),
          ),
          matches(label, `${literally(before)}-gw-.+-svc-(${after})`),
        ].map((matcher) => `${metric}{${[matcher, ...others].join(',')}}`),
      );
    return {
      requests: select('traefik_service_requests_total'),
      errors: select('traefik_service_requests_total', matches('code', '5..')),
      durations: select('traefik_service_request_duration_seconds_bucket'),
    };
  },
};

/** As Traefik makes names safe: what is neither letter nor digit is a dash, several of them one. */
function dashed(name: string): string {
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .join('-');
}
