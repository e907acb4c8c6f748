import { isExpired, isTooManyRequests } from '../client/apiError.ts';

/**
 * Where a reflector is between the server's list and its watch. It goes round for ever; only an abort ends it.
 *
 *     Listing ──→ Watching ⟲ ended or cut, and the server answers at once
 *        ↑ ↖ 410 ──┘   │
 *        ├── Waiting ←─┘ anything else
 *        └── Absent ←── an optional resource is not served
 *
 * A watch is resumed where it stopped only if the server was there all the time, for all that we can know. After an
 * outage everything is listed again: the server may have come back from a backup, in which the same resourceVersion
 * means another state.
 */
export type ReflectorState =
  | {
      readonly phase: 'Listing';
      /** False after a page's continue token expired: then all in one answer. */
      readonly paged: boolean;
    }
  | {
      readonly phase: 'Watching';
      /** From where. */
      readonly resourceVersion: string;
    }
  | {
      readonly phase: 'Waiting';
      /** Milliseconds. */
      readonly delay: number;
      readonly next: ReflectorState & { readonly phase: 'Listing' | 'Watching' };
      readonly trouble: unknown;
    }
  | {
      /** The server does not serve the resource, which is no trouble where it is optional. It is looked for again. */
      readonly phase: 'Absent';
      /** Milliseconds. */
      readonly delay: number;
    };

/** How a phase went. */
export type ReflectorOutcome =
  | { readonly type: 'Listed'; readonly resourceVersion: string }
  | { readonly type: 'ListFailed'; readonly error: unknown; readonly paged: boolean }
  /** The resource is optional, and there is none of that name. */
  | { readonly type: 'NotServed' }
  /** The server ended the watch, as it does at its timeout, or the connection was cut; the watch had been accepted. */
  | {
      readonly type: 'WatchEnded';
      readonly resourceVersion: string;
      readonly lived: number;
      readonly events: number;
    }
  /** Not accepted, silent for too long, or not understood. */
  | {
      readonly type: 'WatchFailed';
      readonly error: unknown;
      readonly resourceVersion: string;
      readonly events: number;
    }
  | { readonly type: 'Waited' };

/** Milliseconds a watch must live, or else bring an event, to be resumed at once. A server that only hangs up is in trouble. */
const shortestWatch = 500;

/** The next state. `backoff` is asked only where there is something to wait for. */
export function nextState(
  state: ReflectorState,
  outcome: ReflectorOutcome,
  backoff: () => number,
): ReflectorState {
  switch (outcome.type) {
    case 'Listed':
      return { phase: 'Watching', resourceVersion: outcome.resourceVersion };
    case 'ListFailed': {
      const { error } = outcome;
      // Another try with pages would expire at the same page if it is the time that they take.
      const paged = !(outcome.paged && isExpired(error));
      return wait({ phase: 'Listing', paged }, error, backoff());
    }
    case 'NotServed':
      return { phase: 'Absent', delay: backoff() };
    case 'WatchEnded': {
      const { resourceVersion, lived, events } = outcome;
      if (lived >= shortestWatch || events > 0) return { phase: 'Watching', resourceVersion };
      return wait(
        { phase: 'Listing', paged: true },
        new Error('the watch ended as soon as it began'),
        backoff(),
      );
    }
    case 'WatchFailed': {
      const { error, resourceVersion, events } = outcome;
      if (isTooManyRequests(error)) return wait({ phase: 'Watching', resourceVersion }, error, backoff());
      // Once; a server that expires what it has just listed must not be listed in a loop.
      if (isExpired(error) && events > 0) return { phase: 'Listing', paged: true };
      return wait({ phase: 'Listing', paged: true }, error, backoff());
    }
    case 'Waited':
      return state.phase === 'Waiting' ? state.next : { phase: 'Listing', paged: true };
  }
}

function wait(
  next: ReflectorState & { readonly phase: 'Listing' | 'Watching' },
  trouble: unknown,
  backoff: number,
): ReflectorState {
  return { phase: 'Waiting', next, trouble, delay: Math.max(backoff, retryAfterOf(trouble)) };
}

/** Longest that a server can make a reflector wait, in milliseconds. */
const longestWait = 300_000;

function retryAfterOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('retryAfter' in error)) return 0;
  return typeof error.retryAfter === 'number' ? Math.min(error.retryAfter, longestWait) : 0;
}
