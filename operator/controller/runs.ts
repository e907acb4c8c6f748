import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import type { ObjectKey } from '../resources/object.ts';

/** One run of a key. */
export interface Run {
  readonly controller: RunningController;
  readonly key: ObjectKey;
  readonly log: () => Logger;
  /** By the controller's clock, as all times here. */
  readonly began: number;
  /** Past its deadline. */
  overdue: boolean;
  ended?: number;
  /** When it last blocked the event loop, and for how many milliseconds, where that was measured. */
  blocked?: { readonly at: number; readonly milliseconds: number };
}

/** Who a run belongs to. */
export interface RunningController {
  readonly name: string;
  /** Told that a run kept everybody else waiting, and how that is known. */
  blocked(run: Run, milliseconds: number, known: 'measured' | 'alone'): void;
  /** Told that something went wrong in the course of a run, past the promise that it returned. */
  strayed(run: Run, error: unknown, how: 'rejected' | 'thrown'): void;
}

/** The run in whose course something happens: by it a change tells whose own write it was. */
export const currentRun = new AsyncLocalStorage<Run>();

/** Runs that ended and are kept, at most twice as many: those of the last moments. */
const kept = 1000;

/** The runs of a controller: those under way, and those that were a moment ago. */
export class Runs {
  readonly #running = new Map<ObjectKey, Run>();
  #ended: Run[] = [];

  get running(): Iterable<Run> {
    return this.#running.values();
  }

  has(run: Run): boolean {
    return this.#running.get(run.key) === run;
  }

  begin(run: Run): void {
    this.#running.set(run.key, run);
  }

  end(run: Run, now: number): void {
    run.ended = now;
    this.#running.delete(run.key);
    this.#ended.push(run);
    if (this.#ended.length === 2 * kept) this.#ended = this.#ended.slice(kept);
  }

  /** Those that were under way at that time or have been since. */
  since(time: number): readonly Run[] {
    this.#ended = this.#ended.filter(({ ended = time }) => ended >= time);
    return [...this.#ended, ...this.#running.values()];
  }
}
