import { annotations, labels } from '../../../crds/deployment/names.ts';
import { type DesiredObject, desire } from '../../../operator/apply/desired.ts';
import type { Deployment } from '../deployment.ts';
import { previewName, revisionName } from '../names.ts';
import { ownedBy } from '../owned.ts';
import type { PlannedRoute } from '../plan/deploymentPlan.ts';
import { anyHeader, type Gateway, matching, whole } from './matches.ts';
import { probeRule, type Written } from './probe.ts';
import { type BackendReference, grpcRoutes, httpRoutes, type RouteMatch, type RouteRule } from './routes.ts';
import { stickinessOf } from './stickiness.ts';

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
  const sticky = stickinessOf(deployment, gateway, planned, backend);
  const split: RouteRule = {
    ...whole(gateway),
    backendRefs: [...weights].map(([hash, weight]) => ({
      ...backend(hash, weight),
      ...sticky.remembering(hash),
    })),
  };
  const people = [...sticky.rules, split].map((rule) => ({ ...mirrored(planned, backend), ...rule }));
  const rules = [...matched(gateway, planned, backend), ...people];
  const main = route(deployment, gateway, {
    name: metadata.name,
    hostnames: gateway.hostnames,
    rules: probe ? probed(deployment, gateway, rules, { ...written, behind: planned.behind }) : rules,
    marks: {
      ...(planned.rules !== '' && { [annotations.route]: planned.rules }),
      ...(planned.behind !== undefined && { [annotations.behind]: planned.behind }),
    },
  });
  if (gateway.preview === undefined || preview === undefined) return [main];
  return [
    main,
    route(deployment, gateway, {
      name: previewName(metadata.name),
      hostnames: gateway.preview.hostnames,
      rules: [{ ...whole(gateway), backendRefs: [backend(preview, 1)] }],
      marks: {},
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
    readonly marks: Readonly<Record<string, string>>;
  },
): DesiredObject {
  const { name, hostnames, rules, marks } = made;
  return desire(
    kind === 'GRPCRoute' ? grpcRoutes : httpRoutes,
    {
      metadata: {
        name,
        ...ownedBy(deployment),
        labels: { [labels.deployment]: deployment.metadata.name },
        ...(Object.keys(marks).length > 0 && { annotations: marks }),
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
  { behind, ...written }: Written & Pick<PlannedRoute, 'behind'>,
): readonly RouteRule[] {
  if (kind === 'GRPCRoute') return rules;
  return [probeRule(metadata, [parentRefs, hostnames, rules, behind], written), ...rules];
}

type Backend = (hash: string, weight?: number) => BackendReference;

/** Before all others, since gateways take the more special match, and of two alike the first. */
function matched(gateway: Gateway, planned: PlannedRoute, backend: Backend): readonly RouteRule[] {
  const { match, matchTo, sticky } = planned;
  if (match === undefined || matchTo === undefined) return [];
  const matches = match.flatMap((one): readonly RouteMatch[] => {
    const asked = matching(gateway, one);
    // A header is more special than any query, and a cookie is in one: whoever has met a revision is asked for both.
    const outdone = sticky !== undefined && asked.headers === undefined;
    return outdone ? [asked, { ...asked, headers: [anyHeader('Cookie')] }] : [asked];
  });
  return [{ matches, backendRefs: [backend(matchTo, 1)] }];
}

function mirrored({ mirror, matchTo }: PlannedRoute, backend: Backend): Pick<RouteRule, 'filters'> {
  if (mirror === undefined || matchTo === undefined) return {};
  return {
    filters: [{ type: 'RequestMirror', requestMirror: { backendRef: backend(matchTo), percent: mirror } }],
  };
}
