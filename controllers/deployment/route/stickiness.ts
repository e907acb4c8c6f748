import { milliseconds } from '../../../crds/deployment/defaults.ts';
import type { Deployment } from '../deployment.ts';
import type { PlannedRoute } from '../plan/deploymentPlan.ts';
import { type Gateway, matching } from './matches.ts';
import type { BackendReference, RouteFilter, RouteRule } from './routes.ts';

/** What of a route keeps people with the revision that they met. */
export interface Stickiness {
  /** To come before the split. */
  readonly rules: readonly RouteRule[];
  /** What the answers of each revision leave with whoever met it by the split. */
  readonly remembering: (hash: string) => Pick<BackendReference, 'filters'>;
}

/**
 * People are kept with the revision that they met, by a cookie that its answers leave. With the canary for the whole rollout;
 * with any other for as long as the canary's weight is what it was, which the cookie says. Where it has grown since, of
 * those people just as many are drawn for the canary as it has come to get. So the weight is a share of people, however
 * often each of them comes back; without a cookie of the others everybody would end up with the canary.
 */
export function stickinessOf(
  deployment: Deployment,
  gateway: Gateway,
  { weights, sticky, matchTo: canary }: PlannedRoute,
  backend: (hash: string, weight: number) => BackendReference,
): Stickiness {
  if (sticky === undefined || canary === undefined) return { rules: [], remembering: () => ({}) };
  const weight = weights.get(canary) ?? 0;
  const metAt = (before: number) => `${canary}.${before}`;
  const remembering = (hash: string) => ({
    filters: [leaving(deployment, gateway, hash === canary ? canary : metAt(weight))],
  });
  const whoHas = (value: string, backendRefs: readonly BackendReference[]): RouteRule => ({
    matches: [matching(gateway, { cookies: [{ name: cookieName(deployment), value }] })],
    backendRefs,
  });
  const others = [...weights].filter(([hash]) => hash !== canary);
  const left = others.map(([hash, share]) => ({ ...backend(hash, share), ...remembering(hash) }));
  const drawn = (before: number) => ({ ...backend(canary, weight - before), ...remembering(canary) });
  return {
    rules: [
      whoHas(canary, [backend(canary, 1)]),
      whoHas(
        metAt(weight),
        others.map(([hash, share]) => backend(hash, share)),
      ),
      ...sticky.map((before) => whoHas(metAt(before), [...left, drawn(before)])),
    ],
    remembering,
  };
}

function leaving(deployment: Deployment, { path }: Gateway, value: string): RouteFilter {
  const { ttl } = deployment.spec.strategy.canary?.stickiness ?? {};
  const lasts = ttl === undefined ? '' : `; Max-Age=${Math.ceil(milliseconds(ttl) / 1000)}`;
  const cookie = `${cookieName(deployment)}=${value}; Path=${path}${lasts}; HttpOnly; SameSite=Lax`;
  return {
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { add: [{ name: 'Set-Cookie', value: cookie }] },
  };
}

function cookieName({ spec }: Deployment): string {
  return spec.strategy.canary?.stickiness?.cookie ?? 'mainstay-revision';
}
