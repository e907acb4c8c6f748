import type { Clock } from '../queue/clock.ts';

interface IdleMemoryOptions {
  readonly clock: Clock;
  /** Milliseconds between looks. Default 5,000. */
  readonly interval?: number;
  /** Collects all garbage and gives the free memory back. Default: V8's, if Node runs with `--expose-gc`. */
  readonly collect?: (() => void) | undefined;
  /** Bytes that the heap holds, used or not. */
  readonly held?: () => number;
  /** Milliseconds that the event loop has waited for something to do, so far. Default: as Node counts them. */
  readonly idle?: () => number;
}

/** Idle at least so much of an interval is rest. A collection makes nobody wait who is not there. */
const restShare = 0.99;
/** Idle less than so much of an interval is work, after which there may be something to give back. */
const workShare = 0.9;
/** Grown at least so much since the last collection, or it is not worth its while. */
const growth = 1.5;

let spent = 0;

/** Milliseconds that this process has spent so far in giving memory back: a stall of nobody's doing. */
export function givingBackTime(): number {
  return spent;
}

/**
 * Gives memory back when there is nothing to do: once after each time of work. V8 keeps what its busiest time needed, so
 * that a process that has once listed and applied everything would hold twice what it uses for as long as it lives. This
 * lets the young generation be large while there is work, which saves a fifth of the time. Returns what ends it; does
 * nothing without `collect`.
 */
export function giveBackWhenIdle({
  clock,
  interval = 5_000,
  collect = collector(),
  held = () => process.memoryUsage().heapTotal,
  idle = () => performance.nodeTiming.idleTime,
}: IdleMemoryOptions): () => void {
  if (collect === undefined) return () => {};
  let cancel = () => {};
  let least = held();
  // What a process at rest does makes garbage too, which V8 deals with as it comes.
  let worked = true;
  const wait = () => {
    const since = clock.now();
    const idleBefore = idle();
    cancel = clock.schedule(interval, () => {
      const now = held();
      least = Math.min(least, now);
      const share = (idle() - idleBefore) / (clock.now() - since);
      if (share < workShare) worked = true;
      if (share >= restShare && worked) {
        worked = false;
        if (now >= growth * least) {
          const began = performance.now();
          collect();
          spent += performance.now() - began;
          least = held();
        }
      }
      wait();
    });
  };
  wait();
  return () => cancel();
}

function collector(): (() => void) | undefined {
  const { gc } = globalThis;
  // Any other flavor leaves the young generation as large as it is.
  return gc && (() => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }));
}
