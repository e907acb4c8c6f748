import type { Clock } from '../queue/clock.ts';
import { givingBackTime } from './idleMemory.ts';

interface EventLoopWatchOptions {
  readonly clock: Clock;
  /** Milliseconds between looks. Default 200. */
  readonly interval?: number;
  /** The same while there is nothing to do, when a look costs more than what it looks at. Default 1,000. */
  readonly restInterval?: number;
  /** Milliseconds of lateness that are told. Default 500. */
  readonly tolerance?: number;
  /** Milliseconds that the event loop has waited for something to do, so far. Default: as Node counts them. */
  readonly idle?: () => number;
  /** Milliseconds of stalls that need no explanation, so far. Default: those of `giveBackWhenIdle`. */
  readonly excused?: () => number;
  /** Told of each look, so right after a stall of that one. */
  readonly onLook: (look: EventLoopLook) => void;
}

/** What a look finds. By the clock, in milliseconds. */
export interface EventLoopLook {
  /** When it looked last. */
  readonly last: number;
  /**
   * There was a stall: for how long the event loop was kept from turning, and for how long it was not run at all. It is
   * not run while the process is frozen.
   */
  readonly stall?: { readonly blocked: number } | { readonly frozen: number };
}

/** Busy for no more than so much of the time is rest. */
const restShare = 0.02;

/** Looks whether the event loop turns: a timer that is late was kept waiting. Returns what ends the watch. */
export function watchEventLoop({
  clock,
  interval = 200,
  restInterval = 1000,
  tolerance = 500,
  idle = () => performance.nodeTiming.idleTime,
  excused = givingBackTime,
  onLook,
}: EventLoopWatchOptions): () => void {
  let cancel = () => {};
  let wait = interval;
  const look = () => {
    const last = clock.now();
    const [idleBefore, excusedBefore] = [idle(), excused()];
    cancel = clock.schedule(wait, () => {
      const passed = clock.now() - last - (excused() - excusedBefore);
      const late = passed - wait;
      // Of the time that has passed it had work, or waited: a process frozen while it waits goes on waiting.
      const busy = Math.min(passed, passed - (idle() - idleBefore));
      if (late <= tolerance) onLook({ last });
      else onLook({ last, stall: busy > tolerance ? { blocked: busy } : { frozen: late } });
      wait = busy <= restShare * passed ? restInterval : interval;
      look();
    });
  };
  look();
  return () => cancel();
}
