import type { ConditionStatus, Finding } from './conditions.ts';

/** How far one phase of a reconcile has come. */
export type PhaseState =
  | 'Done'
  /** On its way, waiting, or in trouble that may pass by itself. */
  | 'Progressing'
  /** Cannot be done as it is specified: not tried again until the spec, or what it refers to, changes. */
  | 'Stalled'
  /** Not looked at, since an earlier phase is not done. */
  | 'Unknown';

/** One phase, reported as the condition `type` (`NetworkReady`). */
export interface Phase {
  readonly type: string;
  readonly state: PhaseState;
  readonly reason: string;
  readonly message: string;
}

/**
 * The conditions that kstatus reads (`Ready`, `Reconciling`, `Stalled`), then one per phase.
 *
 * `Ready` takes its reason and message from the first phase that is stalled, or else the first that is not done.
 * `Reconciling` and `Stalled` are never both true: where one phase cannot go on, that is what a person must hear.
 */
export function findingsOf(
  phases: readonly Phase[],
  /** What to say when every phase is done. */
  done: { readonly reason: string; readonly message: string },
): readonly Finding[] {
  const stalled = phases.find((phase) => phase.state === 'Stalled');
  const unfinished =
    phases.find((phase) => phase.state === 'Progressing') ??
    phases.find((phase) => phase.state === 'Unknown');
  const cause = stalled ?? unfinished;
  const because = ({ reason, message }: { readonly reason: string; readonly message: string }) => ({
    reason,
    message,
  });
  const trio: readonly Finding[] = [
    { type: 'Ready', status: cause === undefined ? 'True' : 'False', ...because(cause ?? done) },
    stalled === undefined && unfinished !== undefined
      ? { type: 'Reconciling', status: 'True', ...because(unfinished) }
      : { type: 'Reconciling', status: 'False', ...because(stalled ?? done) },
    stalled === undefined
      ? { type: 'Stalled', status: 'False', ...because(unfinished ?? done) }
      : { type: 'Stalled', status: 'True', ...because(stalled) },
  ];
  return [
    ...trio,
    ...phases.map((phase) => ({ type: phase.type, status: statuses[phase.state], ...because(phase) })),
  ];
}

const statuses: Readonly<Record<PhaseState, ConditionStatus>> = {
  Done: 'True',
  Progressing: 'False',
  Stalled: 'False',
  Unknown: 'Unknown',
};
