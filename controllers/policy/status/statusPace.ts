import { isDeepStrictEqual } from 'node:util';
import type { PolicyStatus } from '../policy.ts';

/** Milliseconds between two writes of a status in which only numbers and what was found have changed. */
const interval = 5000;

/** Says which statuses may wait: what a busy cluster changes all the time is told of now and then. */
export class StatusPace {
  /** When a status was last written, by UID; milliseconds since 1970. */
  readonly #told = new Map<string, number>();

  /** Milliseconds to wait before the next is written. */
  wait(uid: string, before: PolicyStatus | undefined, next: PolicyStatus, now: number): number {
    const told = this.#told.get(uid);
    if (told === undefined || before === undefined || !isDeepStrictEqual(still(before), still(next)))
      return 0;
    return Math.max(0, told + interval - now);
  }

  told(uid: string, now: number): void {
    this.#told.set(uid, now);
  }

  forget(uid: string): void {
    this.#told.delete(uid);
  }
}

/** What does not change by itself, as it crosses the wire. The first time that all was looked at is news. */
function still({ counts: _, violations: __, fixes: ___, scan, ...rest }: PolicyStatus): unknown {
  return JSON.parse(JSON.stringify({ ...rest, scanned: scan?.at !== undefined, conditions: bare(rest) }));
}

/** Messages count what is left. */
function bare({ conditions = [] }: Pick<PolicyStatus, 'conditions'>): unknown {
  return conditions.map(({ message: _, ...condition }) => condition);
}
