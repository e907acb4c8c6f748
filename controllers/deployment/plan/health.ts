import { timeOf } from './amounts.ts';
import { watchVerdict } from './analysis.ts';
import { isLast } from './capacity.ts';
import { type Course, courseOf, numberOf } from './course.ts';
import type { Memory } from './memory.ts';
import type { PodTrouble } from './observation.ts';
import { goBackOrHold, hold } from './rollout.ts';
import type { Situation } from './situation.ts';

/** Bad pods and failed metrics of the canary end the rollout. Trouble of the stable revision does not: it was there before. */
export function watchHealth(situation: Situation, memory: Memory): Memory {
  const course = courseOf(situation, memory);
  const { canary, stable } = course;
  if (canary === undefined || stable === undefined) return memory;
  const trouble = troubleOf(situation, course);
  if (trouble !== undefined && (situation.strategy.automatic || isNews(situation, memory, trouble))) {
    const message = `revision ${numberOf(situation, course, canary)}: ${trouble.message}`;
    return goBackOrHold(situation, memory, {
      reason: trouble.reason,
      message,
      ending: 'RolledBack',
      to: stable,
    });
  }
  const verdict = watchVerdict(situation, memory);
  const held = !isDecided(situation, memory);
  if (verdict.type === 'Fail' && (held || situation.strategy.automatic)) {
    const { message } = verdict;
    return goBackOrHold(situation, memory, {
      reason: 'MetricFailed',
      message,
      ending: 'RolledBack',
      to: stable,
    });
  }
  return verdict.type === 'Pause' && held
    ? hold(situation, memory, 'AnalysisPaused', verdict.message)
    : memory;
}

/**
 * Somebody who knew what metrics say, or do not say, has asked it to take over: no later look holds it up once more. Or
 * what is not measured at all, or by a server that is down, could never be promoted.
 */
function isDecided(situation: Situation, { step, answer }: Memory): boolean {
  if (step === undefined || !isLast(situation, step) || answer?.outcome !== 'Done') return false;
  return ['Promote', 'PromoteAll'].includes(answer.verb) && timeOf(answer.at) >= step.since;
}

/** What is only said is said once: whoever then asks to go on has heard it. */
function isNews(situation: Situation, { step }: Memory, trouble: PodTrouble): boolean {
  return step === undefined || trouble.since + grace(situation, trouble) >= step.since;
}

/** What is wrong with the canary's pods, once it has lasted as long as it may. */
export function troubleOf(situation: Situation, { canary }: Course): PodTrouble | undefined {
  const trouble = canary === undefined ? undefined : situation.revisions.get(canary)?.trouble;
  return trouble === undefined || situation.now < trouble.since + grace(situation, trouble)
    ? undefined
    : trouble;
}

/** When trouble that may still pass will count; milliseconds since the epoch. */
export function troubleAt(situation: Situation, { canary }: Course): number | undefined {
  const trouble = canary === undefined ? undefined : situation.revisions.get(canary)?.trouble;
  return trouble === undefined ? undefined : trouble.since + grace(situation, trouble);
}

/**
 * How long it may last. A crash is one at once; a registry may fail for a moment; a node or a quota may be on its way and a
 * slow start may pass its probe yet, and meanwhile such pods get no traffic.
 */
function grace({ deadline }: Situation, { reason }: PodTrouble): number {
  switch (reason) {
    case 'CrashLoop':
    case 'OutOfMemory':
    case 'Restarting':
      return 0;
    case 'ImagePull':
    case 'ConfigError':
      return Math.min(20_000, deadline / 2);
    case 'FailedCreate':
    case 'Unschedulable':
    case 'ProbeFailed':
      return deadline / 2;
  }
}
