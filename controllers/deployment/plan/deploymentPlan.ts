import type { DeploymentStatus, Match } from '../../../crds/deployment/schema.ts';

/**
 * What is to be so for a Deployment, as things stand. Each write is made only on condition that its object is still as it
 * was observed. They may be made in any order, and any of them may be missing: the next plan goes on from what is there.
 */
export interface DeploymentPlan {
  /** All ReplicaSets that are to be, with their size. */
  readonly replicaSets: readonly PlannedReplicaSet[];
  /** Hashes of old revisions above `revisionHistoryLimit`. */
  readonly remove: readonly string[];
  /** One a revision, and one without `hash` for all pods. */
  readonly services: readonly { readonly name: string; readonly hash?: string | undefined }[];
  /** Undefined: the route stays as it is. */
  readonly route?: PlannedRoute | undefined;
  /** The analysis that is to run now; undefined: none. */
  readonly analysis?: PlannedAnalysis | undefined;
  readonly status: DeploymentStatus;
  /** When to plan again though nothing happens; milliseconds since the epoch. */
  readonly wakeUp?: number | undefined;
  readonly events: readonly PlannedEvent[];
}

export interface PlannedReplicaSet {
  readonly hash: string;
  readonly replicas: number;
  readonly create?: true | undefined;
  readonly revision: number;
  /** An annotation that is absent where this is. */
  readonly zeroSince?: number | undefined;
  /** An annotation: the `spec.replicas` that `replicas` was made for. */
  readonly sizedFor: number;
  /** An annotation: the step that `replicas` was made for. Absent where this is. */
  readonly step?: StepMark | undefined;
}

/** A step of a rollout, by what was written at a ReplicaSet. */
export interface StepMark {
  readonly index: number;
  /** Of the steps. */
  readonly hash: string;
}

export interface PlannedRoute {
  /** Percent, by hash or `allPods`; they sum up to 100. */
  readonly weights: ReadonlyMap<string, number>;
  readonly match?: readonly Match[] | undefined;
  /** Percent of requests that are copied. */
  readonly mirror?: number | undefined;
  /** Whoever has met a revision by its weight keeps meeting it. These are the weights of the canary before this one. */
  readonly sticky?: readonly number[] | undefined;
  /** Where matches and copies go, and who has met the canary. */
  readonly matchTo?: string | undefined;
  /** What the preview's host names show. */
  readonly preview?: string | undefined;
  /** Names match, mirror, stickiness, matchTo and preview; empty without any. Kept in an annotation, and compared when read back. */
  readonly rules: string;
  /**
   * Another's route that takes the same requests ahead of ours, by name. Kept in an annotation: once that is out of the way,
   * ours is written anew, and a gateway that serves it as it is then has seen that too.
   */
  readonly behind?: string | undefined;
}

export interface PlannedAnalysis {
  readonly of: string;
  readonly against: string;
  /** Milliseconds since the epoch: what was before does not count. */
  readonly since: number;
  readonly metrics: readonly string[];
  /** At how many weights the rollout stops, one after another: each is a comparison of its own. 1 or more. */
  readonly comparisons: number;
}

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

/** The key in a route's weights of the Service that selects the pods of all revisions. No hash has vowels. */
export const allPods = 'all';
