import type { KubernetesObject, ObjectName } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';
import type { Why } from './diff.ts';
import type { Rival } from './rivals.ts';

/** What became of one object. */
export type Outcome = { readonly resource: Resource; readonly name: ObjectName } & Fate;

/** The endings that an object's apply or prune can have. */
export type Fate =
  | { readonly result: 'unchanged'; readonly object: KubernetesObject }
  | { readonly result: 'created'; readonly object: KubernetesObject }
  /** What is desired has changed, or an object that nobody of ours held was taken over. */
  | { readonly result: 'updated'; readonly object: KubernetesObject; readonly why: Why }
  /** It stood, or should have stood, as desired, and somebody has changed or deleted it. */
  | {
      readonly result: 'repaired';
      readonly object: KubernetesObject;
      readonly why: Why;
      /** Who wrote to it since, the latest first; empty where the server does not tell. */
      readonly by: readonly Rival[];
    }
  /** Needs repair, but is being fought over, so the repair waits. */
  | {
      readonly result: 'backedOff';
      readonly why: Why;
      readonly by: readonly Rival[];
      /** Milliseconds until it is repaired again. */
      readonly wait: number;
      /** Repairs since the fight began. */
      readonly repairs: number;
    }
  /** Its wave was not begun, since an object of an earlier wave does not stand. */
  | { readonly result: 'held' }
  /** It, or its namespace, is being deleted. */
  | { readonly result: 'terminating'; readonly what: 'Object' | 'Namespace' }
  /** It exists and may not be taken over. */
  | { readonly result: 'refused'; readonly holder: string | undefined }
  | { readonly result: 'pruned' }
  | { readonly result: 'failed'; readonly error: Error };

type Result = Outcome['result'];

/** What an apply did: one outcome per desired object, in the order given, then one per object pruned. */
export interface ApplyReport {
  readonly outcomes: readonly Outcome[];
  /** Every desired object stands, and nothing that should go is left. */
  readonly converged: boolean;
  /** Milliseconds until the first back-off ends; undefined where nothing is backed off. */
  readonly requeueAfter: number | undefined;
}

/** The object stands as desired. */
export function stands(outcome: Outcome): boolean {
  return (
    outcome.result === 'unchanged' ||
    outcome.result === 'created' ||
    outcome.result === 'updated' ||
    outcome.result === 'repaired'
  );
}

/** The outcomes with the given result, typed as such. */
export function withResult<R extends Result>(
  report: ApplyReport,
  result: R,
): readonly Extract<Outcome, { result: R }>[] {
  return report.outcomes.filter(
    (outcome): outcome is Extract<Outcome, { result: R }> => outcome.result === result,
  );
}

/** Sums up outcomes. */
export function reportOf(outcomes: readonly Outcome[]): ApplyReport {
  const waits = outcomes.flatMap((outcome) => (outcome.result === 'backedOff' ? [outcome.wait] : []));
  return {
    outcomes,
    converged: outcomes.every((outcome) => stands(outcome) || outcome.result === 'pruned'),
    requeueAfter: waits.length === 0 ? undefined : Math.ceil(Math.min(...waits)),
  };
}

/** The server stored a whole field otherwise than it was sent, so applying it again would go on for ever. */
export class ChangedOnAdmissionError extends Error {
  override readonly name = 'ChangedOnAdmissionError';
  readonly fields: readonly string[];

  constructor(object: string, fields: readonly string[]) {
    super(
      `${object}: the API server stored ${fields.join(', ')} otherwise than it was sent. An admission webhook or a ` +
        `MutatingAdmissionPolicy changes it, or it is not written in the server's own form.`,
    );
    this.fields = fields;
  }
}
