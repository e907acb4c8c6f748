import { ChangedOnAdmissionError, type Outcome } from '../../operator/apply/report.ts';
import { isApiError, isConflict } from '../../operator/client/apiError.ts';
import type { ApiReason } from '../../operator/client/reasons.ts';
import { NotLeadingError } from '../../operator/manager/writeFence.ts';
import { isConnectionError } from '../../operator/transport/connectionError.ts';
import type { Refusal } from './plan/observation.ts';

/** Characters of a server's words that status repeats: webhooks may have many. */
const mostCharacters = 600;

/**
 * What status says of something that could not be written: who refused it, in his own words, and what to do. Undefined of
 * what passes: that is tried again, and nobody need do anything.
 */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof NameTakenError) return { reason: 'NameTaken', message: error.message };
  if (error instanceof ChangedOnAdmissionError) return told(error.message);
  if (!isApiError(error) || passes(error)) return undefined;
  const { message, reason, subject } = error;
  return reason === 'NotFound' && subject.kind.endsWith('Route')
    ? told(`${message}. Gateway API is not installed here: install it, or take spec.traffic.gateway out`)
    : told(message);
}

/** Whether it is only late, lost, or done by somebody else meanwhile: it is tried again, and is nobody's news. */
export function passes(error: unknown): boolean {
  if (!isApiError(error)) return isConnectionError(error) || error instanceof NotLeadingError;
  const { message, reason, subject } = error;
  if (passing.includes(reason)) return true;
  // Another object than was seen, or none: the next look knows better.
  return isFailedTest(message) || (reason === 'NotFound' && subject.verb !== 'apply');
}

/** Not `InternalError`, which is also said of a webhook that does not answer. */
const passing: readonly ApiReason[] = [
  'Conflict',
  'AlreadyExists',
  'TooManyRequests',
  'Timeout',
  'ServerTimeout',
  'ServiceUnavailable',
  'BadGateway',
];

/** Of a JSON patch that is made on condition. */
function isFailedTest(message: string): boolean {
  return /testing (value|path) .* failed/.test(message);
}

function told(message: string): Refusal {
  const short = message.length > mostCharacters ? `${message.slice(0, mostCharacters - 1)}…` : message;
  return { reason: 'WriteRefused', message: short };
}

/** Why something that was to be applied does not stand, where it is not only late. */
export function failureOf(outcome: Outcome): Error | undefined {
  const { result, resource, name } = outcome;
  const what = `the ${resource.kind} ${name.name}`;
  if (result === 'refused') {
    return new NameTakenError(
      outcome.holder === undefined
        ? `${what} was there before, and is not of this Deployment: ${wayOut}`
        : `${what} is of another Deployment: it is waited for until that one's is gone`,
    );
  }
  if (result !== 'failed') return undefined;
  // Only ours are in the cache, so that one of somebody else is met when ours is to be made.
  return resource.kind === 'Service' && isConflict(outcome.error)
    ? new NameTakenError(`${what} was there before, and is not of this Deployment: ${wayOut}`)
    : outcome.error;
}

const wayOut = 'delete it, or have it taken over by spec.adopt: true, set anew';

/** Somebody else has what has the name of one of ours. */
class NameTakenError extends Error {
  override readonly name = 'NameTakenError';
}
