import { labels } from '../../../crds/deployment/names.ts';
import type { Lister } from '../../../operator/cache/lister.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import type { Deployment } from '../deployment.ts';
import { takesOver } from '../owned.ts';
import { type Gateway, isFor, isGateway, keyOfParent } from './gateway.ts';
import type { ParentReference, Route, RouteMatch } from './routes.ts';

/**
 * Of two routes that take the same requests a gateway serves one: by Gateway API the older, and of two alike the one whose
 * name comes first. Where that is another's, the weights of ours would mean nothing. So what a route takes whole has a name,
 * a claim: its kind, a gateway, a host name and the beginning of a path, which is `/` for gRPC. A route with more special
 * matches takes its part of ours by intent, and is no conflict; nor is one that the gateway refuses, as it must one of two
 * kinds, or that is for other listeners.
 */
interface Claim {
  readonly text: string;
  readonly gateway: ObjectKey;
  readonly parent: ParentReference;
}

/** The claims of a route, whoever made it. */
export function claimsOfRoute(route: Route): readonly string[] {
  return claimsIn(route).map(({ text }) => text);
}

/** The claims of the routes that a Deployment asks for. */
export function claimsOfDeployment(deployment: Deployment): readonly string[] {
  return claimsFor(deployment, {}).map(({ text }) => text);
}

/** What a conflict is looked for in. */
export interface Rivals {
  readonly httpRoutes: Pick<Lister<Route, 'claim'>, 'byIndex'>;
  readonly grpcRoutes: Pick<Lister<Route, 'claim'>, 'byIndex'>;
  readonly gateways: Pick<Lister<Gateway>, 'get'>;
}

/** The Deployment's routes, as far as they are there. */
interface OwnRoutes {
  readonly live?: Route | undefined;
  readonly preview?: Route | undefined;
}

/** Another's route that takes what the Deployment's is to take ahead of it, by namespace and name. */
export function conflictOf(
  { httpRoutes, grpcRoutes, gateways }: Rivals,
  deployment: Deployment,
  own: OwnRoutes,
): string | undefined {
  const routes = deployment.spec.traffic?.gateway?.kind === 'GRPCRoute' ? grpcRoutes : httpRoutes;
  for (const { route, ...ours } of claimsFor(deployment, own)) {
    const gateway = gateways.get(ours.gateway);
    for (const other of routes.byIndex('claim', ours.text)) {
      const { labels: marks, namespace, name } = other.metadata;
      if (marks?.[labels.owner] === deployment.metadata.uid || !isAhead(other, route)) continue;
      const meets = claimsIn(other).some(
        (theirs) =>
          theirs.text === ours.text &&
          shareListener(ours.parent, theirs.parent, gateway) &&
          isAccepted(other, theirs.parent),
      );
      if (meets) return `${namespace}/${name}`;
    }
  }
  return undefined;
}

/** Whether a route that has the name of one of the Deployment's is somebody else's to keep. */
export function isForeign(route: Route, deployment: Deployment): boolean {
  return !isOurs(route, deployment) && !takesOver(deployment);
}

/** Whether it was made for the Deployment, or taken over. */
export function isOurs({ metadata: { labels: marks } }: Route, { metadata: { uid } }: Deployment): boolean {
  return marks?.[labels.owner] === uid;
}

function claimsIn({ kind, metadata, spec }: Route): readonly Claim[] {
  const paths = new Set<string>();
  for (const { matches = [{}] } of spec.rules ?? [])
    for (const match of matches) {
      const path = wholePath(match);
      if (path !== undefined) paths.add(path);
    }
  return [...paths].flatMap((path) => claims(kind, metadata.namespace, { ...spec, path }));
}

function claimsFor(
  { metadata, spec }: Deployment,
  { live, preview }: OwnRoutes,
): readonly (Claim & { readonly route: Route | undefined })[] {
  const { gateway } = spec.traffic ?? {};
  if (gateway === undefined) return [];
  const of = (hostnames: readonly string[] | undefined, route: Route | undefined) =>
    claims(gateway.kind, metadata.namespace, { ...gateway, hostnames }).map((claim) => ({ ...claim, route }));
  return [
    ...of(gateway.hostnames, live),
    ...(gateway.preview === undefined ? [] : of(gateway.preview.hostnames, preview)),
  ];
}

/** One that is not there yet is younger than any. */
function isAhead({ metadata }: Route, ours: Route | undefined): boolean {
  if (ours === undefined) return true;
  const age = bornAt(metadata) - bornAt(ours.metadata);
  return age === 0 ? fullName(metadata) < fullName(ours.metadata) : age < 0;
}

function bornAt({ creationTimestamp = '' }: Route['metadata']): number {
  return Date.parse(creationTimestamp) || 0;
}

function fullName({ namespace, name }: Route['metadata']): string {
  return `${namespace}/${name}`;
}

/** Whether there is a listener that both are for. Of a gateway that is not there that is told by the references alone. */
function shareListener(one: ParentReference, other: ParentReference, gateway: Gateway | undefined): boolean {
  const listeners = gateway?.spec.listeners;
  if (listeners !== undefined)
    return listeners.some((listener) => isFor(one, listener) && isFor(other, listener));
  const { sectionName = other.sectionName, port = other.port } = one;
  return isFor(other, { name: sectionName ?? '', port: port ?? 0 });
}

/** Whether the gateway takes the route, for this parent. */
function isAccepted({ metadata, status }: Route, parent: ParentReference): boolean {
  const named = ({ namespace = metadata.namespace, name, sectionName, port }: ParentReference) =>
    [namespace, name, sectionName, port].join(' ');
  return (status?.parents ?? []).some(
    ({ parentRef, conditions = [] }) =>
      named(parentRef) === named(parent) &&
      conditions.some(({ type, status: is }) => type === 'Accepted' && is === 'True'),
  );
}

/** The path of a match that asks for nothing else. */
function wholePath({ path, headers = [], queryParams = [], method }: RouteMatch): string | undefined {
  if (headers.length > 0 || queryParams.length > 0 || method !== undefined) return undefined;
  if (path === undefined) return '/';
  if (path.type !== undefined && path.type !== 'PathPrefix') return undefined;
  return path.value ?? '/';
}

interface Taken {
  readonly parentRefs?: readonly ParentReference[] | undefined;
  readonly hostnames?: readonly string[] | undefined;
  readonly path: string;
}

function claims(
  kind: string,
  namespace: string | undefined,
  { parentRefs = [], hostnames = ['*'], path }: Taken,
): readonly Claim[] {
  return parentRefs.filter(isGateway).flatMap((parent) => {
    const gateway = keyOfParent(parent, namespace);
    return hostnames.map((host) => ({
      text: `${kind} ${gateway} ${host} ${trimmed(path)}`,
      gateway,
      parent,
    }));
  });
}

/** `/cart` and `/cart/` begin the same paths. */
function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
