import { cilium } from './cilium.ts';
import { envoyGateway } from './envoyGateway.ts';
import { type Gateway, isProblem, type Problem, type RevisionMetrics } from './gateway.ts';
import { istio } from './istio.ts';
import { nginxGatewayFabric } from './nginxGatewayFabric.ts';
import { traefik } from './traefik.ts';

/** Every gateway whose metrics presets know. */
export const gateways: readonly Gateway[] = [traefik, envoyGateway, istio, nginxGatewayFabric, cilium];

/** What is known of the gateways of a route together, by their GatewayClasses' `spec.controllerName`. */
export function gatewayOf(controllerNames: readonly string[]): Gateway | Problem {
  const found = new Set<Gateway>();
  for (const name of controllerNames) {
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
      const known: RevisionMetrics[] = [];
      for (const one of all) {
        const metrics = one.metrics(target, revision);
        if (isProblem(metrics)) return metrics;
        known.push(metrics);
      }
      return {
        requests: known.flatMap(({ requests }) => requests),
        errors: known.flatMap(({ errors }) => errors),
        durations: { problem: `${name} count response times in other steps each; write a query` },
      };
    },
  };
}
