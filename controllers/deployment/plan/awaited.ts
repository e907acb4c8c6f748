import type { Want } from './capacity.ts';
import { type Course, numberOf } from './course.ts';
import type { PlannedRoute } from './deploymentPlan.ts';
import type { Reason } from './reasons.ts';
import { availableOf, desiredOf, reachableOf, type Situation } from './situation.ts';
import { isServed } from './traffic.ts';

/** What is not yet as wanted, in words; empty where all is. */
export function awaited(
  situation: Situation,
  course: Course,
  want: Want,
  route: PlannedRoute | undefined,
): string {
  const { strategy } = situation;
  const byRoute = strategy.routed && strategy.by === 'Weights';
  const obstacle = obstacleOf(situation);
  if (obstacle !== undefined) return obstacle.message;
  for (const [hash, wanted] of [
    [course.canary, want.canary],
    [course.stable, want.stable],
  ] as const) {
    if (hash === undefined) continue;
    const available = availableOf(situation, hash);
    const revision = `revision ${numberOf(situation, course, hash)}`;
    if (available < wanted) {
      const { trouble } = situation.revisions.get(hash) ?? {};
      const why = trouble === undefined ? '' : `: ${trouble.message}`;
      return `${available} of ${wanted} pods of ${revision} are available${why}`;
    }
    const more = desiredOf(situation, hash) - wanted;
    if (more > 0 && !byRoute) return `${more} pods of ${revision} are to go`;
    if (byRoute && reachableOf(situation, hash) < wanted) {
      return `endpoints of ${revision} are not ready yet`;
    }
  }
  return strategy.routed && !isServed(situation, route)
    ? 'the gateway has not been seen to serve the route yet'
    : '';
}

/** What keeps from being so what is planned, other than time: what is refused, or the gateway does not serve our route. */
export function obstacleOf({
  observation: { refused },
  strategy,
  route,
}: Situation): { readonly reason: Reason; readonly message: string } | undefined {
  if (refused !== undefined) return refused;
  if (strategy.routed && route.foreign !== undefined) {
    const message = `the ${route.foreign} was there before, and is not of this Deployment: delete it, or have it taken over by spec.adopt: true, set anew`;
    return { reason: 'RouteConflict', message };
  }
  if (!strategy.routed || !route.exists) return undefined;
  if (route.conflict !== undefined) {
    const message = `the route ${route.conflict} takes the same requests ahead of ours: take the hostname or path out of it`;
    return { reason: 'RouteConflict', message };
  }
  if (route.accepted || route.problem === undefined) return undefined;
  return { reason: 'RouteNotAccepted', message: `the gateway does not accept the route: ${route.problem}` };
}
