import { advance } from './advance.ts';
import { analysisEnd, plannedAnalysis } from './analysis.ts';
import { deadlineAt, watchDeadline, withProgress } from './deadline.ts';
import type { DeploymentPlan } from './deploymentPlan.ts';
import { drainedAt } from './drain.ts';
import { backBy, forcedAt, wasBack } from './ending.ts';
import { planEvents } from './events.ts';
import { troubleAt, watchHealth } from './health.ts';
import { planRemovals } from './history.ts';
import { memoryOf } from './memory.ts';
import type { Observation } from './observation.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import { obey } from './request.ts';
import { begin } from './rollout.ts';
import { planServices } from './services.ts';
import { situationOf } from './situation.ts';
import { planSizes } from './sizes.ts';
import { planStatus } from './status.ts';

/**
 * What is to be done for a Deployment as things stand. Pure: no clock, no randomness, and no memory but the last status and
 * what is marked at ReplicaSets.
 *
 * The order is what makes it safe: what a person asks for comes first, then the deadline, then health, and only then steps
 * and traffic; so nothing that is broken about the traffic keeps anybody from going back.
 */
export function planDeployment(observation: Observation): DeploymentPlan {
  const situation = situationOf(observation);
  const begun = begin(situation, memoryOf(situation));
  const asked = obey(situation, begun);
  const timed = watchDeadline(situation, asked);
  const checked = watchHealth(situation, timed);
  const memory = withProgress(situation, advance(situation, checked));
  const outlook = outlookOf(situation, memory);
  const { course, want, route, frozen } = outlook;
  const replicaSets = planSizes(situation, course, want, route, { frozen, step: memory.step });
  const analysis = plannedAnalysis(situation, memory);
  const status = planStatus(outlook, analysis?.metrics ?? []);
  return {
    replicaSets,
    remove: planRemovals(situation, memory, course),
    services: planServices(situation, course),
    route,
    analysis,
    status,
    wakeUp: wakeUpOf(outlook),
    events: planEvents(observation.deployment.status, status),
  };
}

/** The next moment at which time alone changes the plan. */
function wakeUpOf({ situation, memory, course }: Outlook): number | undefined {
  const { now, strategy, revisions } = situation;
  const { step, failed } = memory;
  const pause = step?.stage === 'Pausing' ? strategy.steps[step.index - 1]?.pause?.duration : undefined;
  const times = [
    pause === undefined || step === undefined ? undefined : step.since + pause,
    analysisEnd(situation, memory),
    deadlineAt(situation, memory),
    troubleAt(situation, course),
    ...(failed === undefined || wasBack(situation, failed)
      ? []
      : [forcedAt(situation, memory), backBy(situation, failed.at)]),
    ...[...revisions.keys()].map((hash) => drainedAt(situation, hash)),
  ];
  // Results that are to come wake by themselves; a trusted route or a pod does, too.
  let next: number | undefined;
  for (const time of times) {
    if (time !== undefined && time > now && (next === undefined || time < next)) next = time;
  }
  return next;
}
