/** Amounts by resource name, as they stand in a ResourceQuota: `{ 'requests.cpu': '20', pods: '200' }`. */
export type Hard = Readonly<Record<string, string>>;

/** The ResourceQuota of an environment as it was last seen. All three parts must come from one read of the object. */
export interface LiveQuota {
  readonly resourceVersion?: string | undefined;
  /** `spec.hard`. */
  readonly hard: Hard;
  /** `status.hard`, which is what admission enforces; absent until the quota controller has seen the object. */
  readonly enforced?: Hard | undefined;
  /** `status.used`. */
  readonly used?: Hard | undefined;
}

export interface QuotaEnvironment {
  readonly name: string;
  readonly weight: number;
  /** The environment's own `quota.hard`: honoured before the weights. */
  readonly hard?: Hard | undefined;
  /** Its quota, if there is one. Must show at least our own last write. */
  readonly live?: LiveQuota | undefined;
  /**
   * A `spec.hard` that was sent and whose answer never came: it counts, and nothing else is written to this environment,
   * until a read that began after the write's deadline shows whether it arrived.
   */
  readonly attempted?: Hard | undefined;
  /**
   * True where the namespace is of our own making and nobody has had access to it: then what a fresh quota will find in use
   * is nothing, and its neighbours need not wait for it. An adopted namespace is not; nor one whose quota was deleted.
   */
  readonly empty?: boolean;
  /**
   * False while the namespace is not ours to write in: its share is kept for it, nothing is written, and what stands there
   * (`live`) counts, as in a namespace that goes although its environment is wanted again. Default true.
   */
  readonly held?: boolean;
}

/** Work that was refused for want of quota: a ReplicaSet's ReplicaFailure, or a FailedCreate event. */
export interface Refusal {
  readonly environment: string;
  readonly resource: string;
  /** How much more is asked for than is in use: one pod's worth, or that of all replicas that are missing. */
  readonly requested: string;
  /** When, in ms since the epoch. For a condition that still stands: now. */
  readonly at: number;
}

/**
 * What an Elastic split remembers: how much each environment has been seen to need lately, by environment and resource. It
 * may be lost at any time: shares that are lent then stay a little longer, and no more.
 */
export type ElasticMemory = Readonly<Record<string, Readonly<Record<string, Mark>>>>;

/** A high-water mark. It stays until use has been well below it for the hold time. */
export interface Mark {
  readonly level: string;
  /** In ms since the epoch. */
  readonly until: number;
}

export interface QuotaInput {
  /** The Project's quota, if it has one. */
  readonly quota: { readonly hard: Hard; readonly mode: 'Elastic' | 'Static' } | undefined;
  readonly environments: readonly QuotaEnvironment[];
  /**
   * Namespaces that are no environments any more but still bear our claim: released soon (Retain) or terminating (Delete).
   * They count until the claim is gone, and are left as they are; what is retained is then no part of the Project's total.
   * Their names are no environment's.
   */
  readonly leaving?: readonly Pick<QuotaEnvironment, 'name' | 'live' | 'attempted'>[];
  readonly refusals?: readonly Refusal[];
  readonly memory?: ElasticMemory | undefined;
  /** In ms since the epoch. */
  readonly now: number;
}

export interface QuotaWrite {
  readonly environment: string;
  /** The whole `spec.hard`, in canonical quantities. */
  readonly hard: Hard;
  /** Whether any amount rises. See "Freshness" at `planQuota`. */
  readonly grows: boolean;
  /** The write must be refused if the object is no longer this version: somebody has begun to use what it takes away. */
  readonly resourceVersion?: string;
}

export interface QuotaPlan {
  /**
   * In any order, side by side: what grows is planned as if the others had arrived, and as if they had not. Where an answer
   * is lost, set `attempted`. A write that was refused does no harm to the others.
   */
  readonly writes: readonly QuotaWrite[];
  readonly report: QuotaReport;
  /** For the next plan. */
  readonly memory: ElasticMemory;
  /** When to plan again though nothing has changed: ms since the epoch. */
  readonly wakeUp?: number;
}

export interface QuotaReport {
  /** Every environment has its share, and the API server enforces it. */
  readonly settled: boolean;
  readonly environments: readonly EnvironmentReport[];
  /** Where more counts than the Project has: nothing grows until it is less. */
  readonly exceeded: readonly {
    readonly resource: string;
    readonly total: string;
    readonly counted: string;
  }[];
}

export interface EnvironmentReport {
  readonly name: string;
  /** What it shall have in the end; without a resource where it shall have no quota. */
  readonly share: Hard;
  /** What `spec.hard` shall be now; undefined while there shall be no quota object (or not yet).
   * Where nothing may be written now, what it is. */
  readonly hard: Hard | undefined;
  /** Whether the quota that exists limits everything that it should; access waits for it. */
  readonly enforced: boolean;
  /** What it does not have yet, and why. */
  readonly waiting: readonly Waiting[];
  /** It is not seen to have what it shall, and whether the last write to it arrived is not known: until then there is no other. */
  readonly unanswered: boolean;
  /** Where its own `hard` could not be honoured in full, because the total is less. */
  readonly cut: readonly { readonly resource: string; readonly asked: string; readonly given: string }[];
}

export interface Waiting {
  readonly resource: string;
  readonly missing: string;
  /** `InUse`: others use it. `Shrinking`: others have given it up and it is still enforced. `Unknown`: what others
   * use is not known yet, or a write to them is unanswered. */
  readonly reason: 'InUse' | 'Shrinking' | 'Unknown';
  readonly environments: readonly string[];
}
