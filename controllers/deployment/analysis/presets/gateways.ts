import { cilium } from './cilium.ts';
import { envoyGateway } from './envoyGateway.ts';
import type { Gateway } from './gateway.ts';
import { istio } from './istio.ts';
import { nginxGatewayFabric } from './nginxGatewayFabric.ts';
import { traefik } from './traefik.ts';

/** Every gateway whose metrics presets know. */
export const gateways: readonly Gateway[] = [traefik, envoyGateway, istio, nginxGatewayFabric, cilium];

/** By a GatewayClass' `spec.controllerName`. */
export function gatewayOf(controllerName: string): Gateway | undefined {
  return gateways.find(({ controllerNames }) => controllerNames.includes(controllerName));
}
