import type { DeploymentStatus } from '../../../crds/deployment/schema.ts';
import { timeOf } from './amounts.ts';
import type { RevisionView } from './observation.ts';
import type { Situation } from './situation.ts';

/** A revision that is not tried again by itself. */
export type Failed = NonNullable<DeploymentStatus['failed']>;
/** How a rollout that does not come to its end ends. */
export type Ending = Failed['ending'];
type Hold = NonNullable<DeploymentStatus['paused']>;
type Answer = NonNullable<DeploymentStatus['lastRequest']>;

/** What the last status says of the rollout, and what this plan makes of it. Revisions are named by their hash. */
export interface Memory {
  /** Whether there was a status at all. */
  readonly known: boolean;
  /** The revision that was last Healthy. */
  readonly stable?: string | undefined;
  /** Revisions that were stable before that one and not given up since, the latest first. */
  readonly served: readonly string[];
  /** The revision on its way. */
  readonly canary?: string | undefined;
  readonly step?: StepMemory | undefined;
  readonly paused?: Hold | undefined;
  readonly failed?: Failed | undefined;
  readonly answer?: Answer | undefined;
  /** Ids of requests that were answered before that one, the latest first. */
  readonly answered: readonly string[];
  readonly progress?: { readonly at: number; readonly counts: string } | undefined;
}

/** Where the canary is in its steps. */
export interface StepMemory {
  /** From 1; one more than there are steps while the canary takes over. */
  readonly index: number;
  readonly hash: string;
  readonly startedAt: number;
  readonly stage: 'Shifting' | 'Analyzing' | 'Pausing';
  readonly since: number;
  readonly trafficSince?: number | undefined;
  /** What of metrics somebody has gone on in spite of. */
  readonly excused?: readonly Excuse[] | undefined;
}

export type Excuse = NonNullable<NonNullable<DeploymentStatus['step']>['excused']>[number];

export function memoryOf(situation: Situation): Memory {
  const { status } = situation.observation.deployment;
  if (status === undefined || (status.stable ?? status.canary) === undefined) {
    return {
      known: status !== undefined,
      answer: status?.lastRequest,
      answered: status?.answered ?? [],
      served: status?.served ?? [],
      stable: servingOf(situation),
    };
  }
  const { failed, progress } = status;
  // Of a strategy without steps status has none: one that is left is of the strategy before.
  const step = situation.strategy.progressive ? status.step : undefined;
  return {
    known: true,
    stable: stableOf(situation, status),
    served: status.served ?? [],
    canary: canaryOf(situation, status),
    step: step && {
      index: step.index,
      hash: step.hash,
      startedAt: timeOf(step.startedAt),
      stage: step.stage,
      since: timeOf(step.since),
      trafficSince: step.trafficSince === undefined ? undefined : timeOf(step.trafficSince),
      excused: step.excused,
    },
    paused: status.paused,
    failed,
    answer: status.lastRequest,
    answered: status.answered ?? [],
    progress: progress && { at: timeOf(progress.at), counts: progress.counts },
  };
}

/**
 * The revision on its way: the one that status says, or, where it says of none, the one whose size was made for a step of
 * these: the process that knew of it was killed before it was told.
 */
function canaryOf(
  { revisions, strategy }: Situation,
  { stable, canary, failed }: DeploymentStatus,
): string | undefined {
  // What was given up is shown in status as long as it has pods, and is not on its way.
  if (canary !== undefined) return canary.hash === failed?.hash ? undefined : canary.hash;
  if (failed !== undefined) return undefined;
  for (const { hash, desired, step } of revisions.values())
    if (hash !== stable?.hash && desired > 0 && step !== undefined && step.hash === strategy.hash)
      return hash;
  return undefined;
}

/** A stable revision whose ReplicaSet somebody deleted is none, unless it is the template's and can be made again. */
function stableOf({ observation, revisions }: Situation, { stable }: DeploymentStatus): string | undefined {
  if (stable === undefined || revisions.has(stable.hash)) return stable?.hash;
  const { template } = observation;
  return template.state !== 'Known' || template.hash === stable.hash ? stable.hash : undefined;
}

/**
 * Where no status names a revision (adopted, restored without), or only one that was never made and is the template's no
 * more: what serves now is what there is to go back to. That is whoever has the most weight, then the most pods; of two
 * alike the older one, since the newer may have been on its way.
 */
export function servingOf({ revisions, route }: Situation): string | undefined {
  let serving: RevisionView | undefined;
  for (const one of revisions.values()) {
    if (one.pods.available === 0) continue;
    const more =
      serving === undefined
        ? 1
        : (route.weights.get(one.hash) ?? 0) - (route.weights.get(serving.hash) ?? 0) ||
          one.pods.available - serving.pods.available ||
          serving.createdAt - one.createdAt;
    if (more > 0) serving = one;
  }
  return serving?.hash;
}
