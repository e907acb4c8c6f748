import { timestamp } from '../../../operator/status/conditions.ts';
import type { Fixes } from '../fix/index.ts';
import type { Policy, PolicyStatus } from '../policy.ts';

/**
 * What `status.lastRequest` is to say. A request acts once: its id is answered in status, and doing the same again finds it
 * done. One that came with the Policy itself is refused: it was made of another one, whose status went with it, and would
 * take back what has been fixed since.
 *
 * @param now milliseconds since 1970
 */
export async function answerOf(
  { metadata, spec, status }: Policy,
  fixes: Pick<Fixes, 'revert'>,
  now: () => number,
  signal: AbortSignal,
): Promise<PolicyStatus['lastRequest']> {
  const { request } = spec;
  const last = status?.lastRequest;
  if (request === undefined || request.id === last?.id) return last;
  const { id, verb } = request;
  const { outcome, message } =
    status?.observedGeneration === undefined
      ? cameWithIt
      : await fixes.revert(metadata.name, spec.match, id, signal);
  return { id, verb, outcome, message, at: timestamp(new Date(now())) };
}

const cameWithIt = {
  outcome: 'Refused',
  message: 'it came with the Policy, so it was meant for an earlier one: to ask again, use another id',
} as const;
