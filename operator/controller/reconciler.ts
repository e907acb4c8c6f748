import type { Logger } from 'pino';
import type { ObjectKey } from '../resources/object.ts';

/** What a reconcile may use besides what its controller was built with. */
export interface ReconcileContext {
  /** Aborted when the manager stops, leadership is lost, or the reconcile's deadline passes. */
  readonly signal: AbortSignal;
  /** Carries controller, key and a reconcile id. */
  readonly log: Logger;
  /** How often this key has failed in a row before this try. */
  readonly failures: number;
}

/** When to look again although nothing was seen to change. */
export interface ReconcileResult {
  /** Milliseconds from now. Absent: only when something changes. */
  readonly requeueAfter?: number;
}

/**
 * Makes the world agree with one object, from whatever state it is in. A rejection is retried with backoff; only this
 * key waits.
 */
export type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<ReconcileResult>;
