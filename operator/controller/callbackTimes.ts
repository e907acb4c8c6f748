import { type AsyncHook, createHook } from 'node:async_hooks';
import { currentRun, type Run } from './runs.ts';

/** Milliseconds without a turn of the event loop that are worth a line in the log. */
export const noticed = 200;

/**
 * Times every callback of the process, and keeps those of runs that blocked the event loop.
 *
 * Each `await` costs three times as much meanwhile (0.2 µs more). So this is on only for a while after somebody blocked
 * the event loop and it could not be told who: whoever does it again is known.
 */
export class CallbackTimes {
  #hook: AsyncHook | undefined;
  #began = 0;
  #blocking: { readonly run: Run; readonly milliseconds: number }[] = [];

  get on(): boolean {
    return this.#hook !== undefined;
  }

  start(): void {
    this.#hook ??= createHook({
      before: () => {
        this.#began = performance.now();
      },
      after: () => this.#ended(),
    }).enable();
  }

  stop(): void {
    this.#hook?.disable();
    this.#hook = undefined;
  }

  /** What was kept since this was last asked. */
  take(): readonly { readonly run: Run; readonly milliseconds: number }[] {
    const blocking = this.#blocking;
    if (blocking.length > 0) this.#blocking = [];
    return blocking;
  }

  /** Called within Node: what it threw would end the process. */
  #ended(): void {
    const now = performance.now();
    const milliseconds = now - this.#began;
    // A callback may hold another one: each is given its own part.
    this.#began = now;
    if (milliseconds < noticed) return;
    const run = currentRun.getStore();
    if (run !== undefined) this.#blocking.push({ run, milliseconds });
  }
}
