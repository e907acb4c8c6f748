import { textOf } from './amounts.ts';
import { type Course, courseOf, numberOf } from './course.ts';
import { type Ending, type Memory, type StepMemory, servingOf } from './memory.ts';
import type { Reason } from './reasons.ts';
import type { Situation } from './situation.ts';
import { passesByItself, stepAfterChange } from './steps.ts';

/** What has to be so before anything is decided: a step for the revision on its way, and nothing of one that is not. */
export function begin(situation: Situation, memory: Memory): Memory {
  const kept = forgetFailure(situation, memory);
  const course = courseOf(situation, kept);
  const { canary } = course;
  if (canary === undefined) {
    const stable = kept.stable ?? servingOf(situation);
    return { ...kept, stable, canary, step: undefined, paused: undefined, progress: undefined };
  }
  const paused = canary === kept.canary ? kept.paused : undefined;
  const step =
    canary === kept.canary && kept.step !== undefined
      ? withNewSteps(situation, course, kept.step)
      : stepAt(situation, firstStep(situation, course));
  return { ...kept, canary, paused, step: paused === undefined ? asMarked(situation, canary, step) : step };
}

/**
 * Where the canary's size was made for a later step, that one was reached, and it was not told: the process that knew was
 * killed. What it went by passes by itself, and no pod is taken from the canary to have it pass once more.
 */
function asMarked(situation: Situation, canary: string, step: StepMemory): StepMemory {
  const { strategy, revisions } = situation;
  const { step: mark, desired = 0 } = revisions.get(canary) ?? {};
  if (mark === undefined || desired === 0 || mark.hash !== step.hash || mark.index <= step.index) return step;
  const passed = strategy.steps.slice(step.index - 1, mark.index - 1);
  return passed.every(passesByItself) ? stepAt(situation, mark.index, step) : step;
}

/** At the beginning of a step. */
export function stepAt({ now, strategy }: Situation, index: number, before?: StepMemory): StepMemory {
  return {
    index,
    hash: strategy.hash,
    startedAt: before?.startedAt ?? now,
    stage: 'Shifting',
    since: now,
    trafficSince: before?.trafficSince,
    excused: before?.excused,
  };
}

/** Where a rollout that skips all steps is. */
export function lastStep({ strategy }: Situation): number {
  return strategy.steps.length + 1;
}

/** The template's revision is given up, for the revision `to`. */
export function giveUp(
  situation: Situation,
  memory: Memory,
  why: {
    readonly reason: Reason;
    readonly message: string;
    readonly ending: Ending;
    readonly to: string;
  },
): Memory {
  const { template } = situation.observation;
  const current = template.state === 'Known' ? template.hash : memory.stable;
  // A revision that was asked for in its stead may fail as well: the template's is still the one not to be tried.
  const hash = memory.failed?.hash ?? memory.canary ?? current ?? why.to;
  const revision = numberOf(situation, courseOf(situation, memory), hash);
  const failed = { ...why, hash, revision, at: textOf(situation.now) };
  return begin(situation, { ...memory, failed, canary: undefined, step: undefined, paused: undefined });
}

/** Back by itself, where it may; otherwise it is held until a person decides. With `apps/v1`'s strategies neither. */
export function goBackOrHold(
  situation: Situation,
  memory: Memory,
  why: Parameters<typeof giveUp>[2],
): Memory {
  const { automatic, progressive } = situation.strategy;
  if (automatic) return giveUp(situation, memory, why);
  return progressive ? hold(situation, memory, why.reason, why.message) : memory;
}

/** Held until Resume, Promote or Abort. */
export function hold({ now }: Situation, memory: Memory, reason: Reason, message: string): Memory {
  return memory.paused === undefined ? { ...memory, paused: { reason, message, at: textOf(now) } } : memory;
}

/** The canary is the stable revision from now on; none of its pods notices. */
export function promote(situation: Situation, memory: Memory): Memory {
  const { failed, ...rest } = memory;
  // Where another revision than the template's was asked for, that one is still not to be tried by itself.
  const kept = failed !== undefined && memory.canary === failed.to ? { ...rest, failed } : rest;
  return begin(situation, { ...kept, stable: memory.canary, canary: undefined, step: undefined });
}

/** Another template is another chance; and nothing is given up where there is nothing to go back to. */
function forgetFailure({ observation, revisions }: Situation, memory: Memory): Memory {
  const { failed, stable, ...rest } = memory;
  if (failed === undefined) return memory;
  const { template } = observation;
  const changed = template.state === 'Known' && template.hash !== failed.hash;
  const nowhere = stable === undefined && !revisions.has(failed.to);
  return changed || nowhere ? { ...rest, stable } : memory;
}

function firstStep(situation: Situation, { jump }: Course): number {
  return jump ? lastStep(situation) : 1;
}

function withNewSteps(situation: Situation, { jump }: Course, step: StepMemory): StepMemory {
  const { strategy } = situation;
  if (step.hash === strategy.hash) return step;
  if (jump) return { ...step, hash: strategy.hash, index: lastStep(situation) };
  const weight = situation.observation.deployment.status?.weight?.desired ?? 0;
  return stepAt(situation, stepAfterChange(strategy.steps, weight), step);
}
