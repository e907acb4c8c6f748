import { stepVerdict } from './analysis.ts';
import { isLast, type Want, wantOf } from './capacity.ts';
import { type Course, courseOf } from './course.ts';
import type { PlannedRoute } from './deploymentPlan.ts';
import type { Memory, StepMemory } from './memory.ts';
import { lastStep, promote, stepAt } from './rollout.ts';
import { availableOf, reachableOf, type Situation } from './situation.ts';
import type { PlannedStep } from './steps.ts';
import { isServed, plannedRoute } from './traffic.ts';

/** As far as the rollout may go right now: over as many steps as are done, and to its promotion. */
export function advance(situation: Situation, memory: Memory): Memory {
  let current = memory;
  // Each turn ends a stage, of which a step has three.
  for (let turn = 0; turn < 3 * situation.strategy.steps.length + 3; turn += 1) {
    const next = turnOf(situation, current);
    if (next === undefined) return current;
    current = next;
  }
  return current;
}

/** Why the rollout stays where it is whatever happens; undefined where it may go on. */
export function blockOf(
  situation: Situation,
  memory: Memory,
  course: Course,
): 'Held' | 'Paused' | 'NoReplicas' | undefined {
  if (course.held !== undefined) return 'Held';
  if (memory.paused !== undefined) return 'Paused';
  const { replicas, strategy } = situation;
  if (replicas > 0 || course.stable === undefined || strategy.steps.length === 0) return undefined;
  return course.returning ? undefined : 'NoReplicas';
}

/** Whether it is a person's to end that, so that no deadline counts. What is only wrong, of template or gateway, is not. */
export function waitsForPerson(situation: Situation, memory: Memory, course: Course): boolean {
  const block = blockOf(situation, memory, course);
  return block === 'Held' ? course.held === 'Suspended' : block !== undefined;
}

/** Whether pods and traffic are as the step asks, and known to be. */
function hasArrived(
  situation: Situation,
  course: Course,
  want: Want,
  route: PlannedRoute | undefined,
  last: boolean,
): boolean {
  const { revisions, replicas, strategy } = situation;
  const { canary, stable } = course;
  const revision = canary === undefined ? undefined : revisions.get(canary);
  if (canary === undefined || revision === undefined) return false;
  if (
    !revision.observed ||
    revision.desired !== want.canary ||
    availableOf(situation, canary) < want.canary
  ) {
    return false;
  }
  switch (strategy.by) {
    case 'Weights':
      if (!strategy.routed || (replicas === 0 && stable === undefined)) return true;
      // A route without the step's matches may be served, too, while endpoints are missing.
      if (revision.zeroSince !== undefined || reachableOf(situation, canary) < want.canary) return false;
      return isServed(situation, route) && (route?.weights.get(canary) ?? 0) === want.weight;
    case 'Pods':
      return strategy.keepsStable || othersAre(situation, course, want, last);
    case 'Rolling':
    case 'Recreate':
      return othersAre(situation, course, want, last);
  }
}

/** Whether the old revisions have the pods that they are to have; at the end also none that is still going. */
function othersAre({ revisions }: Situation, { canary, stable }: Course, want: Want, last: boolean): boolean {
  for (const { hash, desired, pods } of revisions.values()) {
    if (hash === canary) continue;
    if (desired !== (hash === stable ? want.stable : 0) || (last && pods.total > 0)) return false;
  }
  return true;
}

function turnOf(situation: Situation, memory: Memory): Memory | undefined {
  const { step } = memory;
  const course = courseOf(situation, memory);
  if (course.canary === undefined || step === undefined) return undefined;
  if (blockOf(situation, memory, course) !== undefined) return undefined;
  const last = isLast(situation, step);
  const want = wantOf(situation, course, step);
  const planned = situation.strategy.steps[step.index - 1];
  switch (step.stage) {
    case 'Shifting': {
      const route = plannedRoute(situation, course, step, want);
      if (!hasArrived(situation, course, want, route, last)) return undefined;
      return last ? promote(situation, memory) : { ...memory, step: withTraffic(situation, step, planned) };
    }
    case 'Analyzing': {
      const verdict = stepVerdict(situation, memory);
      return verdict.type === 'Pass' ? { ...memory, step: stage(situation, step, 'Pausing') } : undefined;
    }
    case 'Pausing':
      return isPauseOver(situation, step, planned)
        ? { ...memory, step: stepAt(situation, Math.min(step.index + 1, lastStep(situation)), step) }
        : undefined;
  }
}

function isPauseOver({ now }: Situation, step: StepMemory, planned: PlannedStep | undefined): boolean {
  if (planned?.pause === undefined) return true;
  return planned.pause.duration !== undefined && now >= step.since + planned.pause.duration;
}

function withTraffic(situation: Situation, step: StepMemory, planned: PlannedStep | undefined): StepMemory {
  const met = (planned?.weight ?? 0) > 0 || planned?.match !== undefined || planned?.mirror !== undefined;
  const next = stage(situation, step, 'Analyzing');
  return met ? { ...next, trafficSince: step.trafficSince ?? situation.now } : next;
}

function stage({ now }: Situation, step: StepMemory, next: StepMemory['stage']): StepMemory {
  return { ...step, stage: next, since: now };
}
