import type { DeploymentPhase as Phase } from '../../../crds/deployment/schema.ts';
import { textOf } from './amounts.ts';
import { analysisEnd, stepVerdict } from './analysis.ts';
import { awaited } from './awaited.ts';
import { isLast } from './capacity.ts';
import { numberOf } from './course.ts';
import { deadlineAt } from './deadline.ts';
import { troubleOf } from './health.ts';
import type { Outlook } from './outlook.ts';
import { isReason, type Reason } from './reasons.ts';
import { availableOf, desiredOf } from './situation.ts';

/** What is so, as a reason and in words: where it is, why, and what to do. */
export interface Said {
  readonly reason: Reason;
  readonly message: string;
}

export function say(outlook: Outlook, phase: Phase): Said {
  const { situation, memory, course } = outlook;
  const { template } = situation.observation;
  switch (phase) {
    case 'Healthy': {
      const { replicas } = situation;
      const pods = replicas === 1 ? '1 pod' : `${replicas} pods`;
      return {
        reason: 'AsDesired',
        message: `Revision ${stableNumber(outlook)} serves everything with ${pods}`,
      };
    }
    case 'Invalid': {
      const stands = sayStanding(outlook);
      return template.state === 'Invalid'
        ? { reason: 'TemplateInvalid', message: `${template.message}. Mend spec.template. ${stands}` }
        : { reason: 'StrategyImpossible', message: `${situation.strategy.problem ?? ''}. ${stands}` };
    }
    case 'Suspended':
      return {
        reason: 'Suspended',
        message: `spec.paused is true: pods are scaled, and no revision moves. ${waiting(outlook)}`.trim(),
      };
    case 'RollingBack':
    case 'RolledBack':
    case 'Aborted':
      return sayBack(outlook, phase);
    case 'TimedOut': {
      if (memory.failed !== undefined) return sayBack(outlook, phase);
      const seconds = situation.deadline / 1000;
      return {
        reason: 'DeadlineExceeded',
        message: `${place(outlook)}: no further for ${seconds} s (progressDeadlineSeconds); it goes on trying. ${waiting(outlook)}`,
      };
    }
    case 'Paused':
      return withTrouble(outlook, withCost(outlook, sayPaused(outlook)));
    case 'Analyzing': {
      const verdict = stepVerdict(situation, memory);
      const end = analysisEnd(situation, memory);
      const until = end === undefined || end <= situation.now ? '' : ` until ${textOf(end)}`;
      const words = verdict.type === 'Pass' ? '' : `: ${verdict.message}`;
      const message = `${place(outlook)}: watching metrics${until}${words}`;
      return withTrouble(outlook, withCost(outlook, { reason: 'Analyzing', message }));
    }
    case 'Progressing':
      return withCost(outlook, sayProgress(outlook, course.canary === undefined));
  }
}

/** What becomes of what there is, as long as nothing new can begin. */
function sayStanding(outlook: Outlook): string {
  const { situation, memory, course } = outlook;
  const { failed } = memory;
  if (failed !== undefined && course.stable !== undefined)
    return `Back to revision ${numberOf(situation, course, course.stable)}: ${failed.message}`;
  if (course.canary === undefined || course.stable === undefined) return 'Nothing was changed';
  const { automatic, steps } = situation.strategy;
  if (steps.length === 0) return `${place(outlook)} goes on meanwhile`;
  const deadline = deadlineAt(situation, memory);
  if (deadline === undefined) return `${place(outlook)}, stands still until then`;
  return `${place(outlook)}, stands still until then, and ${automatic ? 'goes back' : 'is held'} at ${textOf(deadline)}`;
}

function sayBack(outlook: Outlook, phase: Phase): Said {
  const { situation, memory, course } = outlook;
  const { failed } = memory;
  if (failed === undefined) return { reason: 'RollingBack', message: 'Going back' };
  const going = course.canary ?? course.stable;
  const to = going === undefined ? '' : ` to revision ${numberOf(situation, course, going)}`;
  if (phase === 'RollingBack') {
    return { reason: 'RollingBack', message: `Going back${to}: ${failed.message}. ${waiting(outlook)}` };
  }
  const rest = waiting(outlook);
  const stands = rest === '' ? '' : ` ${rest}.`;
  return {
    reason: reasonOf(failed.reason),
    message: `Back${to}: ${failed.message}.${stands} Change the template, or ask for a Retry of revision ${failed.revision}`,
  };
}

function sayPaused(outlook: Outlook): Said {
  const { situation, memory } = outlook;
  const { paused, step } = memory;
  if (paused !== undefined) {
    const way = paused.reason === 'PauseRequested' ? 'ask for Resume' : 'ask for Resume, Promote or Abort';
    return {
      reason: reasonOf(paused.reason),
      message: `${place(outlook)}: held, since ${paused.message}; ${way}`,
    };
  }
  const pause = step === undefined ? undefined : situation.strategy.steps[step.index - 1]?.pause;
  const until =
    pause?.duration === undefined || step === undefined
      ? 'waits for somebody: ask for Promote or Abort'
      : `pauses until ${textOf(step.since + pause.duration)}`;
  return { reason: 'StepPaused', message: `${place(outlook)}: ${until}` };
}

/** Whoever lets the old pods become fewer on the way is told what going back takes by now. */
function withCost({ situation, course }: Outlook, said: Said): Said {
  const { strategy, replicas } = situation;
  const { stable, canary, returning } = course;
  if (strategy.by !== 'Weights' || strategy.keepsStable || returning) return said;
  if (stable === undefined || canary === undefined) return said;
  const missing = replicas - desiredOf(situation, stable);
  if (missing <= 0) return said;
  const pods = missing === 1 ? '1 pod' : `${missing} pods`;
  const revision = `revision ${numberOf(situation, course, stable)}`;
  return { ...said, message: `${said.message}; going back needs ${pods} more of ${revision} first` };
}

/** It waits for something else, and could not go on either way. */
function withTrouble({ obstacle }: Outlook, said: Said): Said {
  if (obstacle === undefined) return said;
  return { reason: obstacle.reason, message: `${said.message}. Besides, ${obstacle.message}` };
}

function sayProgress(outlook: Outlook, atRest: boolean): Said {
  const { situation, blocked } = outlook;
  if (blocked === 'NoReplicas') {
    return {
      reason: 'NoReplicas',
      message: `${place(outlook)}: spec.replicas is 0, so it goes on once there are pods`,
    };
  }
  const rest = waiting(outlook);
  const trouble = troubleOf(situation, outlook.course);
  const words =
    trouble === undefined || rest.endsWith(trouble.message) ? rest : `${rest}; ${trouble.message}`;
  const message = [place(outlook), words].filter((part) => part !== '').join(': ');
  const reason = trouble?.reason ?? (atRest && lacksPods(outlook) ? 'PodsUnavailable' : 'Progressing');
  return { reason: outlook.obstacle?.reason ?? reason, message };
}

/** `Revision 4, step 2/5 (weight 20 %)`. */
function place({ situation, memory, course, want }: Outlook): string {
  const { canary } = course;
  const { step } = memory;
  if (canary === undefined || step === undefined) return '';
  const revision = `Revision ${numberOf(situation, course, canary)}`;
  const count = situation.strategy.steps.length;
  if (count === 0) return revision;
  if (isLast(situation, step)) return `${revision}, taking over`;
  return `${revision}, step ${step.index}/${count} (weight ${want.weight} %)`;
}

function waiting({ situation, course, want, route }: Outlook): string {
  return awaited(situation, course, want, route);
}

function lacksPods({ situation, course: { stable } }: Outlook): boolean {
  return stable === undefined || availableOf(situation, stable) < situation.replicas;
}

function stableNumber({ situation, course }: Outlook): number {
  return course.stable === undefined ? 0 : numberOf(situation, course, course.stable);
}

function reasonOf(text: string): Reason {
  return isReason(text) ? text : 'RollingBack';
}
