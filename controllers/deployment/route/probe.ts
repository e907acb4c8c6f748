import { randomBytes } from 'node:crypto';
import { checksum } from '../../../operator/resources/checksum.ts';
import { type Gateway, isFor, isGateway } from './gateway.ts';
import type { ParentReference, Route, RouteRule } from './routes.ts';

/**
 * How it is known what a gateway serves. Gateways say of a route that it is accepted before they serve it, some by seconds.
 * So each of our routes has a rule that answers by itself, with a redirect whose host name says which state of the route
 * it is of: whoever gets that answer has met a gateway that serves this state.
 */
export function probeRule(
  { namespace = '', name }: { readonly namespace?: string; readonly name: string },
  rest: unknown,
  { live, nonce = newNonce }: Written = {},
): RouteRule {
  const content = checksum(JSON.stringify(rest)).toString(16).padStart(8, '0');
  const before = live && tokenOf(live);
  const stands = before === content || before?.startsWith(`${content}-`) === true;
  const token = stands ? before : `${content}-${nonce()}`;
  return {
    matches: [{ path: { type: 'Exact', value: `/.well-known/mainstay/${namespace}/${name}` } }],
    filters: [
      {
        type: 'RequestRedirect',
        requestRedirect: { scheme: 'http', hostname: `${token}${suffix}`, statusCode: 302 },
      },
    ],
  };
}

/** What a state is named by besides its content. */
export interface Written {
  /** The route as it stands: what says the same keeps its name. */
  readonly live?: Route | undefined;
  /** Another each time. */
  readonly nonce?: () => string;
}

function newNonce(): string {
  return randomBytes(4).toString('hex');
}

/** A host name that can be nobody's (RFC 2606). */
const suffix = '.mainstay.invalid';

/** The state of the route as it is written; undefined where it has no such rule. */
export function tokenOf(route: Route): string | undefined {
  return probeOf(route)?.token;
}

/** The rules that are about people's requests. */
export function rulesForPeople({ spec }: Route): readonly RouteRule[] {
  return (spec.rules ?? []).filter((rule) => tokenIn(rule) === undefined);
}

/** The state that an answer is of. */
export function tokenOfAnswer(location: string | undefined): string | undefined {
  if (location === undefined || !URL.canParse(location)) return undefined;
  const { hostname } = new URL(location);
  return hostname.endsWith(suffix) ? hostname.slice(0, -suffix.length) : undefined;
}

/** What is asked, to know whether the gateway serves the route as it is written. */
export interface ProbeTarget {
  readonly url: string;
  /** The `host` header. */
  readonly host: string;
  readonly token: string;
}

/**
 * Where to ask, for each gateway that the route is for: its first address, at a listener without TLS. Undefined where there
 * is none, or the route has no such rule; then nobody can be asked.
 */
export function probeTargets(
  route: Route,
  gatewayOf: (parent: ParentReference) => Gateway | undefined,
): readonly (ProbeTarget | undefined)[] {
  return (route.spec.parentRefs ?? [])
    .filter(isGateway)
    .map((parent) => targetOf(route, parent, gatewayOf(parent)));
}

function targetOf(
  route: Route,
  parent: ParentReference,
  gateway: Gateway | undefined,
): ProbeTarget | undefined {
  const probe = probeOf(route);
  const address = gateway?.status?.addresses?.[0]?.value;
  const listener = gateway?.spec.listeners?.find((one) => one.protocol === 'HTTP' && isFor(parent, one));
  if (probe === undefined || address === undefined || listener === undefined) return undefined;
  const host = route.spec.hostnames?.[0] ?? listener.hostname ?? address;
  const origin = address.includes(':') ? `[${address}]` : address;
  return {
    url: `http://${origin}:${listener.port}${probe.path}`,
    host: host.replace(/^\*\./, 'mainstay.'),
    token: probe.token,
  };
}

function probeOf({ spec }: Route): { readonly path: string; readonly token: string } | undefined {
  for (const rule of spec.rules ?? []) {
    const token = tokenIn(rule);
    const path = rule.matches?.[0]?.path?.value;
    if (token !== undefined && path !== undefined) return { path, token };
  }
  return undefined;
}

function tokenIn({ filters = [] }: RouteRule): string | undefined {
  const [filter] = filters;
  const hostname = filter?.type === 'RequestRedirect' ? filter.requestRedirect.hostname : undefined;
  return hostname?.endsWith(suffix) ? hostname.slice(0, -suffix.length) : undefined;
}
