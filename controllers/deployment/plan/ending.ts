import { timeOf } from './amounts.ts';
import type { Course } from './course.ts';
import type { PlannedRoute } from './deploymentPlan.ts';
import type { Failed, Memory } from './memory.ts';
import { availableOf, desiredOf, type Situation } from './situation.ts';
import { isServed, isWritten } from './traffic.ts';

/** Whether one revision alone is left in use: it has all of its pods and all of the traffic. */
export function isWhole(situation: Situation, { stable }: Course, route: PlannedRoute | undefined): boolean {
  const { replicas, strategy, revisions, observation } = situation;
  if (stable === undefined || desiredOf(situation, stable) !== replicas) return false;
  if (availableOf(situation, stable) < replicas) return false;
  if (strategy.by !== 'Weights' && !strategy.keepsStable) {
    for (const { hash, desired } of revisions.values()) if (hash !== stable && desired > 0) return false;
  }
  if (!strategy.routed || isServed(situation, route)) return true;
  // A gateway that restarts makes nothing less Healthy; and without pods there is nothing to serve.
  const settled = observation.deployment.status?.phase === 'Healthy' && isWritten(situation, route);
  return settled || replicas === 0;
}

/**
 * Whether the way back is over. It ends by itself after a while, though the gateway confirm nothing or pods be missing: the
 * message says what is, and the pods that may still have traffic are kept.
 */
export function isBack(
  situation: Situation,
  memory: Memory,
  course: Course,
  route: PlannedRoute | undefined,
): boolean {
  const { failed } = memory;
  if (failed === undefined || course.canary !== undefined) return false;
  if (wasBack(situation, failed)) return true;
  return isWhole(situation, course, route) || situation.now >= backBy(situation, failed.at);
}

/** Whether the last status says that the way back is over: by its ending, or by what has been wrong with the template since. */
export function wasBack({ observation }: Situation, { at, ending }: Failed): boolean {
  const { status } = observation.deployment;
  return status?.failed?.at === at && (status.phase === ending || status.phase === 'Invalid');
}

/** When the way back is over at the latest; milliseconds since the epoch. */
export function backBy({ deadline }: Situation, failedAt: string): number {
  return timeOf(failedAt) + deadline;
}

/**
 * When the stable revision takes all traffic back as soon as it has any pod. Where it stays whole during a rollout it lacks
 * pods only by accident, so not for long; where it was made smaller, its pods have the time that a rollout has.
 */
export function forcedAt({ strategy, deadline }: Situation, { failed }: Memory): number | undefined {
  if (failed === undefined) return undefined;
  return timeOf(failed.at) + (strategy.keepsStable ? Math.min(30_000, deadline) : deadline);
}
