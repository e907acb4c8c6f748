import type { Lister } from '../../../operator/cache/lister.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../../../operator/resources/object.ts';
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
  /** Of the gateways' classes, each once: by them the presets know which metrics there are. */
  readonly controllerNames: readonly string[];
  /** What all of them can. */
  readonly view: GatewayView;
}

/** Where the gateways are that a Deployment's route is for. */
export function gatewaysOfDeployment({ metadata, spec }: Deployment): readonly ObjectKey[] {
  const parents = spec.traffic?.gateway?.parentRefs.filter(isGateway) ?? [];
  return parents.map((parent) => keyOfParent(parent, metadata.namespace));
}

/** The gateways that the route's parents are; undefined as long as one of them, or its class, is not there. */
export function gatewayOf(
  { gateways: all, classes }: { readonly gateways: Lister<Gateway>; readonly classes: Lister<GatewayClass> },
  deployment: Deployment,
): GatewayInUse | undefined {
  const found = gatewaysOfDeployment(deployment).map((key) => {
    const gateway = all.get(key);
    return gateway && classes.get(keyOf({ name: gateway.spec.gatewayClassName }));
  });
  const known = found.filter((one) => one !== undefined);
  if (known.length === 0 || known.length < found.length) return undefined;
  const controllerNames = [...new Set(known.map(({ spec }) => spec.controllerName))];
  return { controllerNames, view: known.map(viewOf).reduce(both) };
}

/** A route may be for other things than gateways, such as a mesh's Services. */
export function isGateway({ kind = 'Gateway' }: ParentReference): boolean {
  return kind === 'Gateway';
}

/** Where the gateway is that a parent of a route in this namespace names. */
export function keyOfParent(parent: ParentReference, namespace = ''): ObjectKey {
  return keyOf({ namespace: parent.namespace ?? namespace, name: parent.name });
}

/**
 * Matching on headers and weights are core: every gateway has them. Of the rest a class says what it can, but for regular
 * expressions, for which there is no word.
 */
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

function both(one: GatewayView, other: GatewayView): GatewayView {
  return {
    headers: one.headers && other.headers,
    weights: one.weights && other.weights,
    query: one.query && other.query,
    mirror: one.mirror && other.mirror,
    sticky: one.sticky && other.sticky,
  };
}
