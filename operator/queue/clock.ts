/** Time as the runtime sees it: monotonic, so that nobody who sets a machine's clock moves it. Tests bring their own. */
export interface Clock {
  /** Milliseconds since some fixed instant; never goes back, and runs on while the process is frozen (SIGSTOP). */
  now(): number;
  /** Calls `callback` once, `delay` milliseconds from now or later. Returns what cancels it. */
  schedule(delay: number, callback: () => void): () => void;
}

/** Node would call a timer with a longer delay than this at once. */
const longestTimer = 2_147_483_647;

/** The machine's monotonic clock. Its timers keep no process alive. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  schedule(delay, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delay, 0), longestTimer));
    timer.unref();
    return () => {
      // Node keeps a list for each delay. An empty one goes at once only if its last timer kept the process alive; else it
      // stays until its time has come. Few delays here are alike, and some are days.
      timer.ref();
      clearTimeout(timer);
    };
  },
};

/** Resolves after `delay` milliseconds of the clock, or as soon as the signal aborts. */
export function sleep(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(delay, end);
    signal?.addEventListener('abort', end);
  });
}
