import { podsFor, podsOf } from './amounts.ts';
import type { Course } from './course.ts';
import type { StepMemory } from './memory.ts';
import { splitOf } from './replicaArithmetic.ts';
import type { Situation } from './situation.ts';

/** What a step asks of the two revisions. */
export interface Want {
  /** Percent of the traffic for the canary. */
  readonly weight: number;
  /** Pods. */
  readonly canary: number;
  readonly stable: number;
}

/** What is wanted now: all of the stable revision where none is on its way. */
export function wantOf(situation: Situation, course: Course, step: StepMemory | undefined): Want {
  const { replicas, strategy } = situation;
  if (course.canary === undefined || step === undefined) return { weight: 0, canary: 0, stable: replicas };
  const planned = strategy.steps[step.index - 1];
  const weight = planned?.weight ?? 100;
  if (replicas === 0) return { weight, canary: 0, stable: 0 };
  const apart = planned?.replicas;
  switch (strategy.by) {
    case 'Recreate':
    case 'Rolling':
      return { weight, canary: replicas, stable: 0 };
    case 'Pods': {
      if (!strategy.keepsStable) return { weight, ...splitOf(weight, replicas, strategy.surge) };
      return { weight, canary: canaryFor(weight, apart, replicas), stable: replicas };
    }
    case 'Weights': {
      const stable = strategy.keepsStable ? replicas : Math.max(1, podsFor(100 - weight, replicas));
      return { weight, canary: canaryFor(weight, apart, replicas), stable };
    }
  }
}

/** Never fewer than the weight needs, and at least one unless zero are asked for. */
function canaryFor(weight: number, apart: number | string | undefined, replicas: number): number {
  const needed = podsFor(weight, replicas);
  return apart === undefined ? Math.max(1, needed) : Math.max(needed, podsOf(apart, replicas, 'Up'));
}

/** After the last step the canary takes over, and nothing is left but that. */
export function isLast({ strategy }: Situation, step: StepMemory): boolean {
  return step.index > strategy.steps.length;
}
