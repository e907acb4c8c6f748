import { labels } from '../../../crds/deployment/names.ts';
import type { Lister } from '../../../operator/cache/lister.ts';
import type { Deployment } from '../deployment.ts';
import type { ParentReference, Route, RouteMatch } from './routes.ts';

/**
 * Of two routes that take the same requests a gateway serves one, and which is a matter of age, of names or of chance: the
 * weights of ours would mean nothing. So what a route takes whole has a name, a claim: a gateway, a host name and the
 * beginning of a path. A route with more special matches takes its part of ours by intent, and is no conflict.
 */

/** The claims of a route, whoever made it. */
export function claimsOfRoute({ metadata, spec }: Route): readonly string[] {
  const paths = new Set<string>();
  for (const { matches = [{}] } of spec.rules ?? [])
    for (const match of matches) {
      const path = wholePath(match);
      if (path !== undefined) paths.add(path);
    }
  return [...paths].flatMap((path) =>
    claims(metadata.namespace ?? '', spec.parentRefs, spec.hostnames, path),
  );
}

/** The claims of the routes that a Deployment asks for. */
export function claimsOfDeployment({ metadata, spec }: Deployment): readonly string[] {
  const { gateway } = spec.traffic ?? {};
  if (gateway === undefined || gateway.kind !== 'HTTPRoute') return [];
  const { parentRefs, hostnames, path, preview } = gateway;
  const of = (names: readonly string[] | undefined) =>
    claims(metadata.namespace ?? '', parentRefs, names, path);
  return [...of(hostnames), ...(preview === undefined ? [] : of(preview.hostnames))];
}

/** Another's route that takes what the Deployment's is to take, by namespace and name. */
export function conflictOf(
  routes: Pick<Lister<Route, 'claim'>, 'byIndex'>,
  deployment: Deployment,
): string | undefined {
  for (const claim of claimsOfDeployment(deployment))
    for (const { metadata } of routes.byIndex('claim', claim))
      if (metadata.labels?.[labels.owner] !== deployment.metadata.uid)
        return `${metadata.namespace}/${metadata.name}`;
  return undefined;
}

/** Whether a route that has the name of one of the Deployment's is somebody else's to keep. */
export function isForeign({ metadata }: Route, { metadata: { uid }, spec }: Deployment): boolean {
  return metadata.labels?.[labels.owner] !== uid && !spec.adopt;
}

/** The path of a match that asks for nothing else. */
function wholePath({ path, headers = [], queryParams = [], method }: RouteMatch): string | undefined {
  if (headers.length > 0 || queryParams.length > 0 || method !== undefined) return undefined;
  if (path === undefined) return '/';
  if (path.type !== undefined && path.type !== 'PathPrefix') return undefined;
  return path.value ?? '/';
}

function claims(
  namespace: string,
  parents: readonly ParentReference[] = [],
  hostnames: readonly string[] = ['*'],
  path: string,
): readonly string[] {
  return parents
    .filter(({ kind = 'Gateway' }) => kind === 'Gateway')
    .flatMap((parent) =>
      hostnames.map((host) => `${parent.namespace ?? namespace}/${parent.name} ${host} ${trimmed(path)}`),
    );
}

/** `/cart` and `/cart/` begin the same paths. */
function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
