import type { Match } from '../../../crds/deployment/schema.ts';
import type { Deployment } from '../deployment.ts';
import type { NamedMatch, RouteMatch, RouteRule } from './routes.ts';

/** Which requests a rule of a Deployment's route is for. */

/** How a Deployment asks for its route. */
export type Gateway = NonNullable<NonNullable<Deployment['spec']['traffic']>['gateway']>;

/** Everything that is the Deployment's. A GRPCRoute has no path. */
export function whole({ kind, path }: Gateway): Pick<RouteRule, 'matches'> {
  return kind === 'GRPCRoute' ? {} : { matches: [{ path: { type: 'PathPrefix', value: path } }] };
}

/** Of that, what has all that is asked for. */
export function matching(gateway: Gateway, asked: Match): RouteMatch {
  return { ...whole(gateway).matches?.[0], ...matchOf(asked) };
}

/** Any header of that name. */
export function anyHeader(name: string): NamedMatch {
  return { name, value: '.+', type: 'RegularExpression' };
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
