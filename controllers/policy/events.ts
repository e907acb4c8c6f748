import type { Outcome } from '../../operator/apply/report.ts';
import type { Recorder } from '../../operator/events/eventRecorder.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { apiVersionOf } from '../../operator/resources/resource.ts';
import { policiesOf } from './compile/objects.ts';
import type { Policy } from './policy.ts';

/** Every reason of an event on a Policy, and what it means. The troubleshooting page is made from this table. */
export const eventReasons = {
  Repaired:
    'Something that it is compiled into was changed or deleted, and was put back. Who did it is said where it is known.',
  Contended: 'Somebody keeps changing back what it is compiled into.',
  Promoted: 'Nothing violated it for long enough, so it went to a stricter enforcement.',
  ExceptionExpired: 'The date of an exception is over: what it let through is judged as anything else.',
  Refused: 'The spec cannot be put in force. What was in force before is kept.',
  Ready: 'It is in force as the spec says, and all that is there has been looked at.',
  ReconcileFailed: 'A run failed, and is tried again; the log has more.',
} as const;

export type EventReason = keyof typeof eventReasons;

/** Says on each Policy in it that an object had been changed or deleted, or is fought over. */
export function tellOutcomes(
  recorder: Recorder,
  outcomes: readonly Outcome[],
  policyOf: (name: string) => Policy | undefined,
): void {
  for (const outcome of outcomes) {
    if (outcome.result !== 'repaired') continue;
    const { resource, name, object, by, why } = outcome;
    const who = by.length === 0 ? '' : ` by ${by.map(({ manager }) => manager).join(', ')}`;
    const how = why.because === 'Missing' ? 'was deleted' : `was changed${who}`;
    const related: KubernetesObject = {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: name,
    };
    for (const policy of policiesOf(object).flatMap((one) => policyOf(one) ?? [])) {
      recorder.record(policy, {
        type: 'Warning',
        reason: 'Repaired' satisfies EventReason,
        action: 'Apply',
        note: `${resource.kind} ${name.name} ${how} and was put back`,
        related,
      });
    }
  }
}

/** Says what is new in a status that was written. */
export function tellStatus(recorder: Recorder, policy: Policy, status: NonNullable<Policy['status']>): void {
  const tell = (type: 'Normal' | 'Warning', reason: EventReason, note: string) =>
    recorder.record(policy, { type, reason, note });
  const { status: before, spec } = policy;
  if (status.promotion?.at !== undefined && before?.promotion?.at === undefined)
    tell('Normal', 'Promoted', status.promotion.message);
  for (const name of status.expired ?? []) {
    if (before?.expired?.includes(name) === true) continue;
    const exception = spec.exceptions?.find((one) => one.name === name);
    tell(
      'Warning',
      'ExceptionExpired',
      `exception ${name} (${exception?.reason}) expired at ${exception?.expires}: what it let through is judged as anything else`,
    );
  }
  const conditionOf = (of: Policy['status'], type: string) =>
    of?.conditions?.find((condition) => condition.type === type);
  const [ready, was] = [conditionOf(status, 'Ready'), conditionOf(before, 'Ready')];
  if (ready === undefined || (ready.status === was?.status && ready.message === was.message)) return;
  if (ready.status === 'True') {
    if (was?.status !== 'True') tell('Normal', 'Ready', ready.message);
  } else if (conditionOf(status, 'Stalled')?.status === 'True') tell('Warning', 'Refused', ready.message);
  else if (ready.reason === 'Contended') tell('Warning', 'Contended', ready.message);
}
