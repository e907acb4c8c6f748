import { milliseconds } from '../../../crds/deployment/defaults.ts';
import { annotations, labels } from '../../../crds/deployment/names.ts';
import type { Match } from '../../../crds/deployment/schema.ts';
import { type DesiredObject, desire } from '../../../operator/apply/desired.ts';
import type { Deployment } from '../deployment.ts';
import { previewName, revisionName } from '../names.ts';
import { ownedBy } from '../owned.ts';
import type { PlannedRoute } from '../plan/deploymentPlan.ts';
import { probeRule, type Written } from './probe.ts';
import {
  type BackendReference,
  grpcRoutes,
  httpRoutes,
  type RouteFilter,
  type RouteMatch,
  type RouteRule,
} from './routes.ts';

type Gateway = NonNullable<NonNullable<Deployment['spec']['traffic']>['gateway']>;

/**
 * The route of a Deployment and, where it asks for one, that of its preview: ours alone, edited by nobody else. Rules are
 * an atomic list, so that weights move in one write. Without `probe`, nobody can ask the gateway whether it serves it.
 */
export function desiredRoutes(
  deployment: Deployment,
  planned: PlannedRoute,
  { probe = true, ...written }: Written & { readonly probe?: boolean } = {},
): readonly DesiredObject[] {
  const { metadata, spec } = deployment;
  const { gateway, ports } = spec.traffic ?? {};
  const port = ports?.[0]?.port;
  if (gateway === undefined || port === undefined) return [];
  const backend = (hash: string, weight?: number): BackendReference => ({
    name: revisionName(metadata.name, hash),
    port,
    ...(weight !== undefined && { weight }),
  });
  const { weights, preview } = planned;
  const met = metOf(planned);
  const split: RouteRule = {
    ...whole(gateway),
    ...mirrored(planned, backend),
    backendRefs: [...weights].map(([hash, weight]) => ({
      ...backend(hash, weight),
      ...(hash === met && { filters: [remembering(deployment, gateway, hash)] }),
    })),
  };
  const again = met === undefined ? [] : [whoMet(deployment, gateway, met, backend)];
  const rules = [...matched(gateway, planned, backend), ...again, split];
  const main = route(deployment, gateway, {
    name: metadata.name,
    hostnames: gateway.hostnames,
    rules: probe ? probed(deployment, gateway, rules, written) : rules,
    mark: planned.rules,
  });
  if (gateway.preview === undefined || preview === undefined) return [main];
  return [
    main,
    route(deployment, gateway, {
      name: previewName(metadata.name),
      hostnames: gateway.preview.hostnames,
      rules: [{ ...whole(gateway), backendRefs: [backend(preview, 1)] }],
      mark: '',
    }),
  ];
}

function route(
  deployment: Deployment,
  { kind, parentRefs }: Gateway,
  made: {
    readonly name: string;
    readonly hostnames: readonly string[] | undefined;
    readonly rules: readonly RouteRule[];
    readonly mark: string;
  },
): DesiredObject {
  const { name, hostnames, rules } = made;
  return desire(
    kind === 'GRPCRoute' ? grpcRoutes : httpRoutes,
    {
      metadata: {
        name,
        ...ownedBy(deployment),
        labels: { [labels.deployment]: deployment.metadata.name },
        ...(made.mark !== '' && { annotations: { [annotations.route]: made.mark } }),
      },
      spec: {
        parentRefs,
        ...(hostnames !== undefined && { hostnames }),
        rules,
      },
    },
    // What it points at stands before it.
    { wave: 1 },
  );
}

/** gRPC has no paths to ask at. */
function probed(
  { metadata }: Deployment,
  { kind, parentRefs, hostnames }: Gateway,
  rules: readonly RouteRule[],
  written: Written,
): readonly RouteRule[] {
  if (kind === 'GRPCRoute') return rules;
  return [probeRule(metadata, [parentRefs, hostnames, rules], written), ...rules];
}

type Backend = (hash: string, weight?: number) => BackendReference;

/** Before the split, since gateways take the more special match: one entry for each of what is asked for. */
function matched(gateway: Gateway, { match, matchTo }: PlannedRoute, backend: Backend): readonly RouteRule[] {
  if (match === undefined || matchTo === undefined) return [];
  const path = whole(gateway).matches?.[0] ?? {};
  return [
    { matches: match.map((one) => ({ ...path, ...matchOf(one) })), backendRefs: [backend(matchTo, 1)] },
  ];
}

/** The revision that people are kept with. */
function metOf({ sticky, matchTo }: PlannedRoute): string | undefined {
  return sticky === true ? matchTo : undefined;
}

/** Whoever has met a revision, before the split. */
function whoMet(deployment: Deployment, gateway: Gateway, hash: string, backend: Backend): RouteRule {
  const cookies = [cookieOf(deployment, hash)];
  return {
    matches: [{ ...whole(gateway).matches?.[0], ...matchOf({ cookies }) }],
    backendRefs: [backend(hash, 1)],
  };
}

/** What the answers of a revision leave with whoever met it. */
function remembering(deployment: Deployment, { path }: Gateway, hash: string): RouteFilter {
  const { ttl } = deployment.spec.strategy.canary?.stickiness ?? {};
  const { name, value } = cookieOf(deployment, hash);
  const lasts = ttl === undefined ? '' : `; Max-Age=${Math.ceil(milliseconds(ttl) / 1000)}`;
  const cookie = `${name}=${value}; Path=${path}${lasts}; HttpOnly; SameSite=Lax`;
  return {
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { add: [{ name: 'Set-Cookie', value: cookie }] },
  };
}

function cookieOf({ spec }: Deployment, hash: string) {
  return { name: spec.strategy.canary?.stickiness?.cookie ?? 'mainstay-revision', value: hash };
}

function mirrored({ mirror, matchTo }: PlannedRoute, backend: Backend): Pick<RouteRule, 'filters'> {
  if (mirror === undefined || matchTo === undefined) return {};
  return {
    filters: [{ type: 'RequestMirror', requestMirror: { backendRef: backend(matchTo), percent: mirror } }],
  };
}

/** Everything that is the Deployment's. A GRPCRoute has no path. */
function whole({ kind, path }: Gateway): Pick<RouteRule, 'matches'> {
  return kind === 'GRPCRoute' ? {} : { matches: [{ path: { type: 'PathPrefix', value: path } }] };
}

/** Gateway API knows no cookies: they are what the header `Cookie` holds. */
function matchOf({ headers = [], cookies = [], query = [] }: Match): RouteMatch {
  const asHeaders = cookies.map(({ name, value }) => ({
    name: 'Cookie',
    value: `^(.*;\\s*)?${literal(name)}=${literal(value)}(;.*)?$`,
    type: 'RegularExpression' as const,
  }));
  const all = [...headers, ...asHeaders];
  return {
    ...(all.length > 0 && { headers: all }),
    ...(query.length > 0 && { queryParams: query }),
  };
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
