/** A condition as it stands in `status.conditions`, of the shape that `metav1.Condition` defines. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  /** The `metadata.generation` that this was said of. */
  readonly observedGeneration: number;
  /** RFC 3339, whole seconds: when `status` last changed. */
  readonly lastTransitionTime: string;
  /** CamelCase; documented. */
  readonly reason: string;
  /** For people: what is so, and what to do next. */
  readonly message: string;
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What is to be said under a type. */
export type Finding = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Characters of a message that are kept. */
export const longestMessage = 2_048;

/**
 * The conditions to write: those of `findings`, in that order, each with the time of its last transition, which moves
 * only where the status has changed. What is in `previous` and not found any more goes.
 *
 * @throws RangeError for a type twice, or a reason that the API would refuse: both are mistakes in the program.
 */
export function conditionsOf(request: {
  readonly previous: readonly Condition[] | undefined;
  readonly findings: readonly Finding[];
  readonly generation: number;
  readonly now: Date;
}): readonly Condition[] {
  const { findings, generation, now } = request;
  const previous = new Map((request.previous ?? []).map((condition) => [condition.type, condition]));
  const seen = new Set<string>();
  return findings.map(({ type, status, reason, message }) => {
    if (seen.has(type)) throw new RangeError(`condition ${type} is given twice`);
    seen.add(type);
    if (!reasonForm.test(reason))
      throw new RangeError(`condition ${type}: the reason ${JSON.stringify(reason)} is not CamelCase`);
    const before = previous.get(type);
    const lastTransitionTime =
      before?.status === status && before.lastTransitionTime !== ''
        ? before.lastTransitionTime
        : timestamp(now);
    return {
      type,
      status,
      observedGeneration: generation,
      lastTransitionTime,
      reason,
      message: bounded(message),
    };
  });
}

/** CamelCase, and within what `metav1.Condition` allows. */
const reasonForm = /^[A-Z][A-Za-z0-9]{0,127}$/;

/** RFC 3339 in whole seconds, as `metav1.Time` is written. */
export function timestamp(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Cut between characters, with an ellipsis where something is missing. */
function bounded(message: string): string {
  if (message.length <= longestMessage) return message;
  const cut = message.slice(0, longestMessage - 1);
  // Not in the middle of a surrogate pair.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
