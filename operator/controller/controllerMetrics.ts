import type { WorkQueueMetrics, WorkQueueState } from '../queue/workQueue.ts';
import type { ReconcileErrorReason } from './reconcileError.ts';

/** How a run ended. `aborted`: the controller was stopping, so it does not count as an error. */
export type ReconcileOutcome = 'success' | 'requeue_after' | 'error' | 'aborted';

/** Told what a controller does. */
export interface ControllerMetrics {
  readonly queue?: WorkQueueMetrics;
  reconciled(outcome: ReconcileOutcome, milliseconds: number): void;
  failed(reason: ReconcileErrorReason): void;
  /** A reconcile kept the event loop from everybody else for that long. */
  blocked(milliseconds: number): void;
}

/** What a controller is doing at this instant. */
export interface ControllerState {
  readonly queue: WorkQueueState;
  /** Workers that run a reconcile. */
  readonly active: number;
  /** Reconciles past their deadline that have not settled yet; they hold no worker, only their key. */
  readonly overdue: number;
}
