import { equals, literally, matches } from '../prometheus/promql.ts';
import { envoyClusters } from './envoyClusters.ts';
import type { Gateway } from './gateway.ts';

/**
 * Cilium: the cluster metrics of its Envoy, which it serves under `envoy_` (docs.cilium.io, Monitoring & Metrics).
 *
 * It makes one cluster for each Service, `<namespace>:<service>:<port>` or, in earlier versions,
 * `<namespace>/<service>:<port>`, with the Gateway's CiliumEnvoyConfig before it. Envoy writes `_` for each `:`. Hubble's
 * metrics tell revisions apart only where they are configured to have labels of pods.
 */
export const cilium: Gateway = {
  name: 'Cilium',
  controllerNames: ['io.cilium/gateway-controller'],
  perSecond: 1000,
  needs:
    'Cilium must be installed with prometheus.enabled (which includes its Envoy), and be scraped by this Prometheus',
  metrics({ namespace, port }, { service }) {
    return envoyClusters([
      equals('envoy_cluster_name', `${namespace}/${service}_${port}`),
      matches('envoy_cluster_name', `.+/${literally(`${namespace}_${service}_${port}`)}`),
    ]);
  },
};
