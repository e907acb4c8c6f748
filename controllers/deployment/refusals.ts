import { ChangedOnAdmissionError, type Outcome } from '../../operator/apply/report.ts';
import { isApiError, isConflict } from '../../operator/client/apiError.ts';
import type { Refusal } from './plan/observation.ts';

/** Characters of a server's words that status repeats: webhooks may have many. */
const mostCharacters = 600;

/**
 * What status says of something that could not be written: who refused it, in his own words, and what to do. Undefined of
 * what is only late, lost or done by somebody else meanwhile: that is tried again, and nobody need do anything.
 */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof NameTakenError) return { reason: 'NameTaken', message: error.message };
  if (error instanceof ChangedOnAdmissionError) return told(error.message);
  if (!isApiError(error) || passing.includes(error.reason)) return undefined;
  const { message, reason, subject } = error;
  // Another object than was seen, or none: the next look knows better.
  if (isFailedTest(message) || (reason === 'NotFound' && subject.verb !== 'apply')) return undefined;
  return reason === 'NotFound' && subject.kind.endsWith('Route')
    ? told(`${message}. Gateway API is not installed here: install it, or take spec.traffic.gateway out`)
    : told(message);
}

const passing: readonly string[] = ['Conflict', 'AlreadyExists', 'TooManyRequests'];

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

const wayOut = 'delete it, or have it taken over by spec.adopt: true';

/** Somebody else has what has the name of one of ours. */
class NameTakenError extends Error {
  override readonly name = 'NameTakenError';
}
