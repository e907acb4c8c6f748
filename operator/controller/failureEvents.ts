import { isConflict } from '../client/apiError.ts';
import type { Recorder } from '../events/eventRecorder.ts';
import type { KubernetesObject, ObjectKey } from '../resources/object.ts';
import type { ReconcileError, ReconcileErrorReason } from './reconcileError.ts';

const reasons: Readonly<Record<ReconcileErrorReason, string>> = {
  Failed: 'ReconcileFailed',
  DeadlineExceeded: 'ReconcileDeadlineExceeded',
  InvalidResult: 'ReconcileFailed',
  Unawaited: 'ReconcileFailed',
  BlockedEventLoop: 'ReconcileBlockedOthers',
};

/**
 * An `onFailure` for controllers whose keys are those of the lister's objects: makes a warning event on the object of
 * each failure. A conflict is none, since the next run settles it.
 */
export function recordFailures(
  lister: { get(key: ObjectKey): KubernetesObject | undefined },
  recorder: Recorder,
): (error: ReconcileError) => void {
  return (error) => {
    const object = lister.get(error.key);
    if (object === undefined || isConflict(error.cause)) return;
    recorder.record(object, {
      type: 'Warning',
      reason: reasons[error.reason],
      action: 'Reconcile',
      note: error.message,
    });
  };
}
