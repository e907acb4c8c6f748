import { isConflict, isInvalid, isNamespaceTerminating, isNotFound } from '../client/apiError.ts';

/** What the API server's refusal of a write means for whoever applies. */
type Refusal =
  /** The namespace is on its way out: nothing can be created in it. */
  | 'NamespaceTerminating'
  /** A field cannot be changed in place. */
  | 'Immutable'
  /** A precondition failed: the object is another one by now, or has changed since it was read. */
  | 'Conflict'
  | 'NotFound'
  | 'Other';

/** Reads the server's reason and causes; anything that is no answer of the server is `Other`. */
export function refusalOf(error: unknown): Refusal {
  if (isNotFound(error)) return 'NotFound';
  if (isConflict(error)) return 'Conflict';
  if (isNamespaceTerminating(error)) return 'NamespaceTerminating';
  // The server has no reason of its own for immutability; these are the words of its validation. Any other cause beside
  // them means that the object is wrong as well, and deleting the old one would lose it for nothing.
  const causes = isInvalid(error) ? (error.details.causes ?? []) : [];
  return causes.length > 0 && causes.every(({ message }) => immutable.test(message ?? ''))
    ? 'Immutable'
    : 'Other';
}

const immutable = /field is immutable|cannot change roleRef|may not be (changed|updated)/i;
