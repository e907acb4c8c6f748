import type { Clock } from '../queue/clock.ts';

interface EventLoopWatchOptions {
  readonly clock: Clock;
  /** Milliseconds between looks. Default 1,000. */
  readonly interval?: number;
  /** Milliseconds of lateness that are told. Default 500. */
  readonly tolerance?: number;
  /** Told, right after a stall, how many milliseconds the event loop made no turn. */
  readonly onStall: (milliseconds: number) => void;
}

/**
 * Looks whether the event loop turns: a timer that is late was kept waiting. A frozen process looks the same, and is
 * as late. Returns what ends the watch.
 */
export function watchEventLoop({
  clock,
  interval = 1000,
  tolerance = 500,
  onStall,
}: EventLoopWatchOptions): () => void {
  let cancel = () => {};
  const look = () => {
    const due = clock.now() + interval;
    cancel = clock.schedule(interval, () => {
      const late = clock.now() - due;
      if (late > tolerance) onStall(late);
      look();
    });
  };
  look();
  return () => cancel();
}
