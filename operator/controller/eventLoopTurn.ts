/** Milliseconds for which work may follow on work before timers, watches and probes have their turn. */
const longestTurn = 10;

let began = 0;
let next: Promise<void> | undefined;

/**
 * Resolves once whatever else the process has to do has had its turn, if it has not had one for a while.
 *
 * Reconciles of converged objects wait for nothing, and neither do the objects of a list, nor events that come faster
 * than they are taken. Without this, thousands of them would be dealt with in one turn of the event loop, and neither the
 * lease be renewed meanwhile nor a probe answered.
 */
export function fairTurn(): Promise<void> | undefined {
  if (next === undefined && performance.now() - began > longestTurn) {
    next = new Promise((resolve) => {
      setImmediate(() => {
        began = performance.now();
        next = undefined;
        resolve();
      });
    });
  }
  return next;
}
