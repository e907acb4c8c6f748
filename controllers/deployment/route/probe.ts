import { checksum } from '../../../operator/resources/checksum.ts';
import { type Gateway, isFor } from './gateway.ts';
import type { Route, RouteRule } from './routes.ts';

/**
 * How it is known what a gateway serves. Gateways say of a route that it is accepted before they serve it, some by seconds.
 * So each of our routes has a rule that answers by itself, with a redirect whose host name says which state of the route
 * it is of: whoever gets that answer has met a gateway that serves this state.
 */
export function probeRule(
  { namespace = '', name }: { readonly namespace?: string; readonly name: string },
  rest: unknown,
): RouteRule {
  const token = checksum(JSON.stringify(rest)).toString(16).padStart(8, '0');
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
 * Where to ask: the first address of the gateway, at a listener without TLS. Undefined where there is none, or the route
 * has no such rule; then nobody can be asked.
 */
export function probeTarget(route: Route, gateway: Gateway | undefined): ProbeTarget | undefined {
  const probe = probeOf(route);
  const address = gateway?.status?.addresses?.[0]?.value;
  const [parent = { name: '' }] = route.spec.parentRefs ?? [];
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
