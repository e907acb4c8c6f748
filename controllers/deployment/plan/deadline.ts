import { blockOf, waitsForPerson } from './advance.ts';
import { analysisEnd } from './analysis.ts';
import { awaited } from './awaited.ts';
import { wantOf } from './capacity.ts';
import { type Course, courseOf, numberOf } from './course.ts';
import type { Memory, StepMemory } from './memory.ts';
import { goBackOrHold } from './rollout.ts';
import { availableOf, type Situation } from './situation.ts';
import { plannedRoute } from './traffic.ts';

/** Nothing got further for `progressDeadlineSeconds`: the rollout goes back, or where it may not, status says so. */
export function watchDeadline(situation: Situation, memory: Memory): Memory {
  const progressed = withProgress(situation, memory);
  const course = courseOf(situation, progressed);
  const { canary, stable } = course;
  if (canary === undefined || stable === undefined) return progressed;
  if (!isOverdue(situation, progressed)) return progressed;
  const revision = numberOf(situation, course, canary);
  const seconds = situation.deadline / 1000;
  return goBackOrHold(situation, progressed, {
    reason: 'DeadlineExceeded',
    message: `revision ${revision} got no further for ${seconds} s (progressDeadlineSeconds)${waitedFor(situation, progressed, course)}`,
    ending: 'TimedOut',
    to: stable,
  });
}

/** What it waited for, so that nobody has to find out afterwards. */
function waitedFor(situation: Situation, { step }: Memory, course: Course): string {
  const held = heldBy(situation, course);
  if (held !== undefined) return `: ${held}`;
  const trouble = course.canary === undefined ? undefined : situation.revisions.get(course.canary)?.trouble;
  const want = wantOf(situation, course, step);
  const words =
    trouble?.message ?? awaited(situation, course, want, plannedRoute(situation, course, step, want));
  return words === '' ? '' : `: ${words}`;
}

/** What is wrong with the template, or with its steps as things are here; undefined where nothing holds it. */
function heldBy({ observation: { template }, strategy }: Situation, { held }: Course): string | undefined {
  if (held === 'StrategyImpossible') return strategy.problem;
  return held === 'TemplateInvalid' && template.state === 'Invalid' ? template.message : undefined;
}

export function isOverdue(situation: Situation, memory: Memory): boolean {
  const at = deadlineAt(situation, memory);
  return at !== undefined && situation.now >= at;
}

/** When the rollout is overdue; undefined where no time counts, since it waits for a person or its time is set. */
export function deadlineAt(situation: Situation, memory: Memory): number | undefined {
  const { progress, step } = memory;
  const course = courseOf(situation, memory);
  if (progress === undefined || step === undefined || course.canary === undefined) return undefined;
  if (waitsForPerson(situation, memory, course)) return undefined;
  const end = step.stage === 'Pausing' ? pauseEnd(situation, step, course) : analysisEnd(situation, memory);
  if (step.stage === 'Pausing' && end === undefined) return undefined;
  return Math.max(progress.at, end ?? 0) + situation.deadline;
}

/** When a pause is over after which it is held by what is wrong; undefined where time or a person goes on. */
function pauseEnd({ strategy }: Situation, step: StepMemory, { held }: Course): number | undefined {
  const { pause } = strategy.steps[step.index - 1] ?? {};
  if (held === undefined) return undefined;
  if (pause === undefined) return step.since;
  return pause.duration === undefined ? undefined : step.since + pause.duration;
}

/**
 * Progress is what got better than it ever was at this place: neither pods that flap are any, nor an autoscaler that does.
 * Another step, or the end of a pause, is a new place.
 */
export function withProgress(situation: Situation, memory: Memory): Memory {
  const course = courseOf(situation, memory);
  const { canary } = course;
  const { step, progress } = memory;
  if (canary === undefined || step === undefined) return { ...memory, progress: undefined };
  const blocked = waitsForPerson(situation, memory, course) ? blockOf(situation, memory, course) : '';
  const place = [canary, step.index, step.stage, blocked].join(',');
  const now = markOf(situation, course);
  const [before, marks = ''] = progress?.counts.split(':') ?? [];
  if (progress === undefined || before !== place) {
    return { ...memory, progress: { at: situation.now, counts: `${place}:${now.join(',')}` } };
  }
  const best = marks.split(',').map(Number);
  if (!now.some((mark, index) => mark > (best[index] ?? Number.NEGATIVE_INFINITY))) return memory;
  const most = now.map((mark, index) => Math.max(mark, best[index] ?? mark));
  return { ...memory, progress: { at: situation.now, counts: `${place}:${most.join(',')}` } };
}

/** More is better in each. */
function markOf(situation: Situation, { canary, stable }: Course): readonly number[] {
  const { revisions, route } = situation;
  let others = 0;
  for (const { hash, pods } of revisions.values()) if (hash !== canary) others += pods.total;
  const view = canary === undefined ? undefined : revisions.get(canary);
  return [
    view?.pods.total ?? 0,
    view?.pods.ready ?? 0,
    view?.pods.available ?? 0,
    stable === undefined ? 0 : Math.min(situation.replicas, availableOf(situation, stable)),
    canary === undefined ? 0 : (route.weights.get(canary) ?? 0),
    Number(route.verified),
    -others,
  ];
}
