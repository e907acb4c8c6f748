import { cilium } from './cilium.ts';
import type { Gateway, Problem } from './gateway.ts';
import { istio } from './istio.ts';
import { nginxGatewayFabric } from './nginxGatewayFabric.ts';
import { traefik } from './traefik.ts';

/** Every gateway whose metrics presets know. */
export const gateways: readonly Gateway[] = [traefik, istio, nginxGatewayFabric, cilium];

/**
 * Envoy Gateway makes one cluster of Envoy's for each rule of a route, whatever backends the rule has, so that nothing
 * tells them apart (envoyproxy/gateway issues 7008, 7017 and 6742).
 */
const envoyGateway = 'gateway.envoyproxy.io/gatewayclass-controller';

/** What is known of the gateways of a route together, by their GatewayClasses' `spec.controllerName`. */
export function gatewayOf(controllerNames: readonly string[]): Gateway | Problem {
  const found = new Set<Gateway>();
  for (const name of controllerNames) {
    if (name === envoyGateway)
      return { problem: 'Envoy Gateway counts the requests of a rule, not of each backend; write a query' };
    const gateway = gateways.find((one) => one.controllerNames.includes(name));
    if (gateway === undefined)
      return { problem: `presets do not know the metrics of ${name}; write a query` };
    found.add(gateway);
  }
  const [first, ...others] = found;
  if (first === undefined) return { problem: 'the route is for no gateway' };
  return others.length === 0 ? first : together([first, ...others]);
}

/** Each request is counted by the gateway that it came through. */
function together(all: readonly [Gateway, ...Gateway[]]): Gateway {
  const name = all.map((one) => one.name).join(' and ');
  return {
    name,
    controllerNames: all.flatMap((one) => one.controllerNames),
    perSecond: all[0].perSecond,
    needs: all.map((one) => one.needs).join('; '),
    metrics(target, revision) {
      const known = all.map((one) => one.metrics(target, revision));
      return {
        requests: known.flatMap(({ requests }) => requests),
        errors: known.flatMap(({ errors }) => errors),
        durations: { problem: `${name} count response times in other steps each; write a query` },
      };
    },
  };
}
