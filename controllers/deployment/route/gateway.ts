import type { Lister } from '../../../operator/cache/lister.ts';
import { type KubernetesObject, keyOf } from '../../../operator/resources/object.ts';
import { defineResource } from '../../../operator/resources/resource.ts';
import type { Deployment } from '../deployment.ts';
import type { GatewayView } from '../plan/observation.ts';
import type { ParentReference } from './routes.ts';

/** As much of a Gateway as is read. */
export interface Gateway extends KubernetesObject {
  readonly spec: {
    readonly gatewayClassName: string;
    readonly listeners?: readonly Listener[];
  };
  readonly status?: { readonly addresses?: readonly { readonly value: string }[] };
}

export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly hostname?: string;
}

/** Whether a route with this parent is for the listener. */
export function isFor(
  { sectionName, port }: Pick<ParentReference, 'sectionName' | 'port'>,
  listener: Pick<Listener, 'name' | 'port'>,
): boolean {
  return (sectionName ?? listener.name) === listener.name && (port ?? listener.port) === listener.port;
}

/** As much of a GatewayClass as is read. */
export interface GatewayClass extends KubernetesObject {
  readonly spec: { readonly controllerName: string };
  readonly status?: { readonly supportedFeatures?: readonly { readonly name: string }[] };
}

const gatewayApi = { group: 'gateway.networking.k8s.io', version: 'v1' } as const;

export const gateways = defineResource<Gateway>({
  ...gatewayApi,
  kind: 'Gateway',
  plural: 'gateways',
  scope: 'Namespaced',
});

export const gatewayClasses = defineResource<GatewayClass>({
  ...gatewayApi,
  kind: 'GatewayClass',
  plural: 'gatewayclasses',
  scope: 'Cluster',
});

/** Who serves a Deployment's route, and what that can do. */
export interface GatewayInUse {
  /** Of the GatewayClass: by it the presets know which metrics there are. */
  readonly controllerName: string;
  readonly view: GatewayView;
  readonly gateway: Gateway;
}

/** The gateway that the first of the route's parents is; undefined as long as it is not there. */
export function gatewayOf(
  { gateways: all, classes }: { readonly gateways: Lister<Gateway>; readonly classes: Lister<GatewayClass> },
  { metadata, spec }: Deployment,
): GatewayInUse | undefined {
  const parent = spec.traffic?.gateway?.parentRefs.find(({ kind = 'Gateway' }) => kind === 'Gateway');
  if (parent === undefined) return undefined;
  const namespace = parent.namespace ?? metadata.namespace ?? '';
  const gateway = all.get(keyOf({ namespace, name: parent.name }));
  const found = gateway && classes.get(keyOf({ name: gateway.spec.gatewayClassName }));
  if (gateway === undefined || found === undefined) return undefined;
  return { controllerName: found.spec.controllerName, view: viewOf(found), gateway };
}

/** Matching on headers and weights are core: every gateway has them. Of the rest a class says what it can. */
function viewOf({ status }: GatewayClass): GatewayView {
  const features = status?.supportedFeatures?.map(({ name }) => name);
  const can = (name: string) => features?.includes(name) ?? false;
  return {
    headers: true,
    weights: true,
    query: features === undefined || can('HTTPRouteQueryParamMatching'),
    mirror: can('HTTPRouteRequestPercentageMirror'),
    // No feature is called after what it takes, which is a filter of answers at one backend: whoever can do each part can.
    sticky: can('HTTPRouteBackendRequestHeaderModification') && can('HTTPRouteResponseHeaderModification'),
  };
}
