import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import type { Window } from './records.ts';
import type { Told } from './statusRecorder.ts';

/**
 * From when to when a status told what is looked for: the first such time, up to the next status that tells another
 * thing. Undefined if none did; without an end if the last one still does.
 */
export function claimed(
  history: readonly Told[],
  what: (status: DeploymentStatus) => boolean,
): Window | undefined {
  const first = history.findIndex(({ status }) => what(status));
  const begin = history[first];
  if (begin === undefined) return undefined;
  const end = history.slice(first).find(({ status }) => !what(status));
  return { from: begin.at, ...(end !== undefined && { to: end.at }) };
}

/** Whether it is told that the revision is known to have the weight that it is to have. */
export const hasWeight =
  (revision: number, weight: number) =>
  ({ canary, weight: told }: DeploymentStatus): boolean =>
    canary?.revision === revision && told?.desired === weight && told.verified === weight;
