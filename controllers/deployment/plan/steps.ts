import { blueGreenOf } from '../../../crds/deployment/defaults.ts';
import type {
  CanaryStep,
  IntOrPercent,
  Match,
  StepAnalysis,
  Strategy,
} from '../../../crds/deployment/schema.ts';
import { checksum } from '../../../operator/resources/checksum.ts';
import { spanOf } from './amounts.ts';

/**
 * What a revision goes through before it takes over. Canary, blue/green and A/B are the same list: what comes after its
 * last step is always all of the traffic, and then promotion.
 */
export interface PlannedStep {
  /** Percent of the traffic. */
  readonly weight: number;
  /** Pods of the canary where they are said apart from the weight, which may need more. */
  readonly replicas?: IntOrPercent | undefined;
  readonly match?: readonly Match[] | undefined;
  /** Percent of requests that are copied. */
  readonly mirror?: number | undefined;
  readonly analysis?: StepAnalysis | undefined;
  /** `duration` in milliseconds; without it until requested. */
  readonly pause?: { readonly duration?: number | undefined } | undefined;
}

export function canarySteps(steps: readonly CanaryStep[]): readonly PlannedStep[] {
  let weight = 0;
  let replicas: IntOrPercent | undefined;
  return steps.map((step) => {
    weight = step.weight ?? weight;
    replicas = step.replicas ?? replicas;
    return {
      weight,
      replicas,
      match: step.match,
      mirror: step.mirror === undefined ? undefined : Number.parseInt(step.mirror, 10),
      analysis: step.analysis,
      pause: step.pause && pauseOf(step.pause.duration),
    };
  });
}

/** The new revision whole beside the old, then all traffic at once. */
export function blueGreenSteps(strategy: Strategy): readonly PlannedStep[] {
  const {
    previewReplicas = '100%',
    autoPromotion,
    autoPromotionAfter,
    preAnalysis,
    postAnalysis,
  } = blueGreenOf(strategy);
  const pause = !autoPromotion
    ? pauseOf(undefined)
    : autoPromotionAfter === undefined
      ? undefined
      : pauseOf(autoPromotionAfter);
  return [
    { weight: 0, replicas: previewReplicas, analysis: preAnalysis, pause },
    { weight: 100, analysis: postAnalysis },
  ];
}

/** Both, for different requests. */
export function abTestSteps({ abTest }: Strategy): readonly PlannedStep[] {
  const { match = [], replicas = '100%', duration, analysis } = abTest ?? {};
  return [{ weight: 0, replicas, match, analysis, pause: pauseOf(duration) }];
}

/** Where a rollout goes on after its steps were changed: at the first one that gives the canary no less than it has. */
export function stepAfterChange(steps: readonly PlannedStep[], weight: number): number {
  const found = steps.findIndex((step) => step.weight >= weight);
  return found === -1 ? steps.length + 1 : found + 1;
}

/** Whether a rollout is through with the step once its pods are there and time has passed: nothing is measured, nobody is asked. */
export function passesByItself({ analysis, pause }: PlannedStep): boolean {
  return analysis === undefined && (pause === undefined || pause.duration !== undefined);
}

/** Names what was written. */
export function nameOf(value: unknown): string {
  return checksum(JSON.stringify(value) ?? '')
    .toString(16)
    .padStart(8, '0');
}

function pauseOf(duration: string | undefined) {
  return duration === undefined ? {} : { duration: spanOf(duration, 0) };
}
