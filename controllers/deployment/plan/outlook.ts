import type { DeploymentPhase as Phase } from '../../../crds/deployment/schema.ts';
import { blockOf } from './advance.ts';
import { obstacleOf } from './awaited.ts';
import { type Want, wantOf } from './capacity.ts';
import { type Course, courseOf } from './course.ts';
import { isOverdue } from './deadline.ts';
import type { PlannedRoute } from './deploymentPlan.ts';
import { forcedAt, isBack, isWhole } from './ending.ts';
import type { Memory } from './memory.ts';
import type { Situation } from './situation.ts';
import { plannedRoute } from './traffic.ts';

/** All that was decided, for those who write it and tell of it. */
export interface Outlook {
  readonly situation: Situation;
  readonly memory: Memory;
  readonly course: Course;
  readonly want: Want;
  readonly route: PlannedRoute | undefined;
  readonly blocked: ReturnType<typeof blockOf>;
  /** It stands still: pods are scaled, and no share grows. */
  readonly frozen: boolean;
  /** What keeps what is planned from being so, other than time. */
  readonly obstacle: ReturnType<typeof obstacleOf>;
}

export function outlookOf(situation: Situation, memory: Memory): Outlook {
  const course = courseOf(situation, memory);
  const want = wantOf(situation, course, memory.step);
  const forced = forcedAt(situation, memory);
  const force = course.returning && forced !== undefined && situation.now >= forced;
  const blocked = blockOf(situation, memory, course);
  const frozen = blocked === 'Paused' || course.held === 'Suspended';
  const route = plannedRoute(situation, course, memory.step, want, { force, frozen });
  return { situation, memory, course, want, route, blocked, frozen, obstacle: obstacleOf(situation) };
}

export function phaseOf(outlook: Outlook): Phase {
  const { situation, memory, course, route } = outlook;
  const { failed, step, paused } = memory;
  const { template, deployment } = situation.observation;
  const invalid = template.state === 'Invalid';
  if (failed !== undefined) {
    if (!isBack(situation, memory, course, route)) {
      if (paused !== undefined) return 'Paused';
      return isOverdue(situation, memory) ? 'TimedOut' : 'RollingBack';
    }
    return invalid ? 'Invalid' : failed.ending;
  }
  if (invalid || course.held === 'StrategyImpossible') return 'Invalid';
  if (deployment.spec.paused === true) return 'Suspended';
  if (course.canary === undefined || step === undefined) {
    const all = isWhole(situation, course, route) && situation.observation.refused === undefined;
    return all ? 'Healthy' : 'Progressing';
  }
  if (paused !== undefined) return 'Paused';
  if (isOverdue(situation, memory)) return 'TimedOut';
  const planned = situation.strategy.steps[step.index - 1];
  if (step.stage === 'Analyzing' && planned?.analysis !== undefined) return 'Analyzing';
  return step.stage === 'Pausing' && planned?.pause !== undefined ? 'Paused' : 'Progressing';
}
