import type { DeploymentSpec, DeploymentStatus, MetricResult } from '../../../crds/deployment/schema.ts';
import type { StepMark } from './deploymentPlan.ts';

/** Everything that the plan for one Deployment depends on, as one value. Nothing in it is ever changed. */
export interface Observation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Its status is as the planner last wrote it, and all that it remembers. */
  readonly deployment: DeploymentView;
  readonly template: TemplateView;
  /** The Deployment's ReplicaSets, in any order. */
  readonly revisions: readonly RevisionView[];
  /** The live route; undefined without `spec.traffic.gateway`. */
  readonly route?: RouteView | undefined;
  /** Last results by metric, of the analysis that the last plan asked for. */
  readonly analysis: ReadonlyMap<string, MetricView>;
  /** What the gateway in use can do; undefined as long as it is not known. */
  readonly gateway?: GatewayView | undefined;
  /** Why no rollout can begin like this, as far as others find it: a metric that cannot be run, a gateway without cookies. */
  readonly problem?: string | undefined;
  /** `spec.adopt` is done. */
  readonly adopted?: boolean | undefined;
  /** What of the last plan could not be written. */
  readonly refused?: Refusal | undefined;
}

/** Why something that is planned is not so: somebody refuses to have it written. */
export interface Refusal {
  readonly reason: 'WriteRefused' | 'NameTaken';
  /** In the words of who refuses, with what to do. */
  readonly message: string;
}

/** A Deployment's spec, but for the template: what that is, the reconciler says. */
export type Spec = Omit<DeploymentSpec, 'template'>;

/** What of a Deployment the planner reads. */
export interface DeploymentView {
  readonly metadata: { readonly name: string; readonly generation?: number | undefined };
  readonly spec: Spec;
  readonly status?: DeploymentStatus | undefined;
}

/** What the spec's pod template is. The reconciler compares templates after the server's defaulting. */
export type TemplateView =
  /** `hash` names the ReplicaSet that has it, or the one that will. */
  | { readonly state: 'Known'; readonly hash: string; readonly exists: boolean }
  | { readonly state: 'Invalid'; readonly message: string }
  /** Not asked yet: nothing may begin that depends on it. */
  | { readonly state: 'Unknown' };

/** A ReplicaSet with its pods. */
export interface RevisionView {
  readonly hash: string;
  readonly name: string;
  readonly uid: string;
  readonly revision: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly desired: number;
  /** Whether its controller has seen `desired`. */
  readonly observed: boolean;
  readonly pods: {
    readonly total: number;
    readonly ready: number;
    readonly available: number;
    readonly terminating: number;
  };
  /** The worst of its pods. */
  readonly trouble?: PodTrouble | undefined;
  /** Ready endpoints in the EndpointSlices of its Service. */
  readonly endpoints: number;
  readonly images: readonly string[];
  /** Since when it is verified that it has no traffic; milliseconds. */
  readonly zeroSince?: number | undefined;
  /** `spec.replicas` of the Deployment when it was last sized. */
  readonly sizedFor?: number | undefined;
  /** The step that `desired` was made for. */
  readonly step?: StepMark | undefined;
}

export interface PodTrouble {
  readonly reason:
    | 'CrashLoop'
    | 'OutOfMemory'
    | 'ImagePull'
    | 'FailedCreate'
    | 'Unschedulable'
    | 'ProbeFailed'
    | 'ConfigError'
    | 'Restarting';
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly pods: number;
}

/** The route of ours as it stands, and what the gateway says of it. */
export interface RouteView {
  readonly exists: boolean;
  /** Accepted and resolved, for its current generation. */
  readonly accepted: boolean;
  /** In the gateway's own words. */
  readonly problem?: string | undefined;
  /** As written, by hash or `allPods`. */
  readonly weights: ReadonlyMap<string, number>;
  readonly matchTo?: string | undefined;
  readonly preview?: string | undefined;
  readonly rules?: string | undefined;
  /** There is evidence that the data plane serves what is written. */
  readonly verified: boolean;
  readonly by: 'Probe' | 'Settle';
  /** A route of somebody else that stands where one of ours would, by kind and name. */
  readonly foreign?: string | undefined;
  /** Another route that takes the same requests ahead of ours, by name. */
  readonly conflict?: string | undefined;
  /** The one that was ahead of ours when it was written: a gateway that serves what is written may serve that one still. */
  readonly behind?: string | undefined;
}

export interface MetricView {
  readonly result: MetricResult;
  readonly value?: string | undefined;
  readonly samples?: number | undefined;
  readonly message?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** In a row. */
  readonly failures: number;
}

export interface GatewayView {
  readonly headers: boolean;
  readonly query: boolean;
  readonly mirror: boolean;
  /** Whether it can tell people by a cookie which revision they met. */
  readonly sticky: boolean;
  readonly weights: boolean;
  readonly message?: string | undefined;
}
