/** What a preset needs to know of the rollout that it measures. */
export interface PresetTarget {
  readonly namespace: string;
  readonly route: { readonly name: string; readonly kind: 'HTTPRoute' | 'GRPCRoute' };
  /** The Services' port that the route names. */
  readonly port: number;
  readonly stable: RevisionTarget;
  readonly canary: RevisionTarget;
}

export interface RevisionTarget {
  /** Name of the revision's own Service. */
  readonly service: string;
}

/** A vector selector of PromQL, such as `requests_total{service="a"}`. */
export type Selector = string;

/**
 * Which of a gateway's metrics count one revision's requests. Several selectors where the same label may have two names:
 * what they select is added up.
 */
export interface RevisionMetrics {
  /** Counters of all requests. */
  readonly requests: readonly Selector[];
  /** Of those that ended with a 5xx code. */
  readonly errors: readonly Selector[];
  /** Buckets of a histogram of response times. */
  readonly durations: readonly Selector[] | Problem;
}

/** Why there is no such measure, for people. */
export interface Problem {
  readonly problem: string;
}

/** A gateway whose metrics are known. */
export interface Gateway {
  readonly name: string;
  /** Of GatewayClasses. */
  readonly controllerNames: readonly string[];
  /** Of the histogram's bounds: how many make a second. */
  readonly perSecond: 1 | 1000;
  /** What must be so for there to be any such metrics, for the message of a NoData. */
  readonly needs: string;
  readonly metrics: (target: PresetTarget, revision: RevisionTarget) => RevisionMetrics;
}

export function isProblem(value: object): value is Problem {
  return 'problem' in value;
}
