import { expect, it } from 'vitest';
import { ApiError } from '../client/apiError.ts';
import type { Occurrence } from '../events/eventRecorder.ts';
import { type KubernetesObject, keyOf } from '../resources/object.ts';
import { recordFailures } from './failureEvents.ts';
import { ReconcileError } from './reconcileError.ts';

it('makes an event on the object whose reconcile failed, unless it is gone or only was overtaken', () => {
  const widget: KubernetesObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' } };
  const recorded: [string, Occurrence][] = [];
  const lister = { get: (key: string) => (key === 'a' ? widget : undefined) };
  const recorder = {
    record: (object: KubernetesObject, occurrence: Occurrence) =>
      recorded.push([object.metadata.name, occurrence]),
  };
  const onFailure = recordFailures(lister, recorder);
  const conflict = new ApiError({ verb: 'update', kind: 'Widget', name: 'a' }, 409, { reason: 'Conflict' });
  onFailure(
    new ReconcileError('DeadlineExceeded', 'widget', keyOf({ name: 'a' }), 'has not settled after 5 ms'),
  );
  onFailure(new ReconcileError('Failed', 'widget', keyOf({ name: 'gone' }), 'no luck'));
  onFailure(new ReconcileError('Failed', 'widget', keyOf({ name: 'a' }), 'no luck', conflict));
  expect(recorded).toEqual([
    [
      'a',
      {
        type: 'Warning',
        reason: 'ReconcileDeadlineExceeded',
        action: 'Reconcile',
        note: 'widget a: has not settled after 5 ms',
      },
    ],
  ]);
});
