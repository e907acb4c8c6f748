import type { Logger } from 'pino';
import { CallbackTimes } from '../controller/callbackTimes.ts';
import type { Run } from '../controller/runs.ts';
import type { Clock } from '../queue/clock.ts';
import { type EventLoopLook, watchEventLoop } from './eventLoop.ts';

interface StallsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The runs of all controllers that were under way at that time, by the clock, or have been since. */
  readonly runsSince: (time: number) => readonly Run[];
  /** Told for how many milliseconds the event loop made no turn, whoever's doing it was. */
  readonly onStall: (milliseconds: number) => void;
  readonly times?: Pick<CallbackTimes, 'on' | 'start' | 'stop' | 'take'>;
  /** For tests: see `watchEventLoop`. */
  readonly idle?: () => number;
}

/** Milliseconds for which callbacks are timed after a stall of which it could not be told whose doing it was. */
const alertness = 600_000;
/** Names in a line of the log, at most. */
const named = 20;
/** Of a stall that is explained, so much may be somebody else's. */
const share = 0.5;

/**
 * Finds out who blocked the event loop.
 *
 * What a handler does before its first `await` is measured by its controller. What it does later is not, but it was
 * under way: the only run that was is named, of several it is said that it was one of them. After that callbacks are
 * timed for a while, so that the next time it is known.
 *
 * Returns what ends the search.
 */
export function explainStalls(options: StallsOptions): () => void {
  const { clock, log, runsSince, onStall, times = new CallbackTimes(), idle } = options;
  let calm = () => {};
  const alert = () => {
    calm();
    times.start();
    calm = clock.schedule(alertness, () => times.stop());
  };
  const onLook = ({ last, stall }: EventLoopLook) => {
    const slices = times.take();
    for (const { run, milliseconds } of slices) run.controller.blocked(run, milliseconds, 'measured');
    if (stall === undefined) return;
    if ('frozen' in stall) {
      log.warn({ milliseconds: Math.round(stall.frozen) }, 'the process did not run');
      return;
    }
    onStall(stall.blocked);
    const milliseconds = Math.round(stall.blocked);
    const line = (text: string, runs: readonly Run[]) =>
      log.warn({ milliseconds, runs: runs.slice(0, named).map(nameOf), of: runs.length }, text);
    const known = runsSince(last).filter(({ blocked }) => blocked !== undefined && blocked.at >= last);
    // Also one that has ended, and left something behind that goes on.
    const guilty = [...new Set([...slices.map(({ run }) => run), ...known])];
    const measured = guilty.reduce((sum, { blocked }) => sum + (blocked?.milliseconds ?? 0), 0);
    if (measured > share * stall.blocked)
      return line('the event loop made no turn: these runs blocked it', guilty);
    if (times.on) return line('the event loop made no turn, and no run blocked it', []);
    alert();
    // What ended before the stall began is not suspected.
    const suspects = runsSince(clock.now() - stall.blocked);
    const [first, second] = suspects;
    if (first === undefined) return line('the event loop made no turn, and no run was under way', []);
    line('the event loop made no turn while these runs were under way', suspects);
    if (second === undefined) first.controller.blocked(first, stall.blocked, 'alone');
  };
  const end = watchEventLoop({ clock, onLook, ...(idle === undefined ? {} : { idle }) });
  return () => {
    end();
    calm();
    times.stop();
  };
}

function nameOf({ controller, key }: Run): string {
  return `${controller.name} ${key}`;
}
