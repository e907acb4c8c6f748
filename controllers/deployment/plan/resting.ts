/**
 * What must hold of a plan that asks for nothing but its own status. That wakes nobody when it is written, and time wakes
 * nobody before `wakeUp`: what either of them alone makes otherwise would wait until something else happens, for ever maybe.
 */

import { firstDifference } from '../../../operator/resources/json.ts';
import type { DeploymentPlan } from './deploymentPlan.ts';
import { Violation } from './invariants.ts';
import type { Write } from './plannedWrites.ts';
import type { Planner } from './world.ts';

/** Planned again with that status, as late as may be before its wake-up, all is the same, and there is nothing to tell. */
export function checkRest(planner: Planner, { plan, observation }: Write): void {
  const { deployment, now } = observation;
  const { status, wakeUp = Number.POSITIVE_INFINITY } = plan;
  const next = planner({
    ...observation,
    now: Math.min(wakeUp, now + aDay) - 1,
    deployment: { ...deployment, status },
  });
  const other = firstDifference(wishOf(plan), wishOf(next))?.join('.');
  const [told = other] = next.events.map(({ reason }) => reason);
  if (told === undefined) return;
  throw new Violation(
    'at rest until its wake-up',
    `${told} would be new: ${status.message} and then ${next.status.message}`,
  );
}

/** Milliseconds; longer than all that a plan counts. */
const aDay = 86_400_000;

/** What is to be so. */
function wishOf({ wakeUp: _, events: __, route, ...wish }: DeploymentPlan): unknown {
  return { ...wish, route: route && { ...route, weights: [...route.weights] } };
}
