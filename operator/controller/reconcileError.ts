import type { ObjectKey } from '../resources/object.ts';

/**
 * - `Failed`: the reconcile threw or rejected.
 * - `DeadlineExceeded`: it has not settled in time. Its signal is aborted; its key waits until it settles.
 * - `InvalidResult`: it resolved with something that is no `ReconcileResult`.
 * - `Unawaited`: a promise of it that nobody awaits was rejected, or a callback of it threw.
 * - `BlockedEventLoop`: it kept everybody else waiting for a second or more. It goes on, and may succeed.
 */
export type ReconcileErrorReason =
  | 'Failed'
  | 'DeadlineExceeded'
  | 'InvalidResult'
  | 'Unawaited'
  | 'BlockedEventLoop';

/** A reconcile that did not do its work. The cause is what it threw. */
export class ReconcileError extends Error {
  override readonly name = 'ReconcileError';
  readonly reason: ReconcileErrorReason;
  readonly controller: string;
  readonly key: ObjectKey;

  constructor(
    reason: ReconcileErrorReason,
    controller: string,
    key: ObjectKey,
    message: string,
    cause?: unknown,
  ) {
    super(`${controller} ${key}: ${message}`, { cause });
    this.reason = reason;
    this.controller = controller;
    this.key = key;
  }
}
