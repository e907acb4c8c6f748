import { group, version } from '../../../crds/group.ts';
import type { FixReason } from '../../../crds/policy/fixes.ts';
import type { Recorder } from '../../../operator/events/eventRecorder.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Change } from './changes.ts';
import type { Found } from './ledger.ts';
import { beforeAndAfter } from './write.ts';

/** The reasons of events, on the objects that they are about. */
export const eventReasons = {
  Fixed: 'The object was changed for a Policy; the note says what was before and what is now.',
  FixReverted: 'What had been changed for a Policy was taken back by a request.',
  FixSuggested: 'The object violates a Policy and is not changed; the note says why, and with what.',
  FixStopped: 'A fix is not made again, or cannot be made; the note says why.',
} as const;

/** Why an object is not changed, where `Apply` would have it changed, as an event tells it. */
const told: Partial<Record<FixReason, keyof typeof eventReasons>> = {
  KeptElsewhere: 'FixSuggested',
  OwnedByOther: 'FixSuggested',
  Immutable: 'FixSuggested',
  Guarded: 'FixSuggested',
  UndoneAgain: 'FixStopped',
  NotSettling: 'FixStopped',
  Refused: 'FixStopped',
};

export function tellFound(recorder: Recorder, object: KubernetesObject, policy: string, found: Found): void {
  const reason = told[found.reason];
  if (reason === undefined) return;
  const change = found.changes.length === 0 ? '' : ` Change: ${beforeAndAfter(found.changes)}`;
  recorder.record(object, {
    type: reason === 'FixStopped' ? 'Warning' : 'Normal',
    reason,
    action: found.reason,
    note: `Policy ${policy}: ${found.message}.${change}`,
    related: policyNamed(policy),
  });
}

export function tellFixed(
  recorder: Recorder,
  object: KubernetesObject,
  policies: readonly string[],
  changes: readonly Change[],
  leftOut: readonly string[],
): void {
  const lost = leftOut.filter((policy) => policies.includes(policy));
  const kept = lost.length === 0 ? '' : ` (too much to be kept: ${lost.join(', ')} cannot take it back)`;
  recorder.record(object, {
    type: 'Normal',
    reason: 'Fixed',
    action: 'Apply',
    note: `${named(policies)}${kept}: ${beforeAndAfter(changes)}`,
    related: policyNamed(policies[0] ?? ''),
  });
}

export function tellReverted(
  recorder: Recorder,
  object: KubernetesObject,
  policy: string,
  changes: readonly Change[],
): void {
  recorder.record(object, {
    type: 'Normal',
    reason: 'FixReverted',
    action: 'Revert',
    note: `${named([policy])}: ${beforeAndAfter(changes)}`,
    related: policyNamed(policy),
  });
}

function named(policies: readonly string[]): string {
  return `${policies.length === 1 ? 'Policy' : 'Policies'} ${policies.join(', ')}`;
}

function policyNamed(name: string): KubernetesObject {
  return { apiVersion: `${group}/${version}`, kind: 'Policy', metadata: { name } };
}
