import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { currentRun, type Run } from '../controller/runs.ts';

interface StraysOptions {
  readonly log: Logger;
  /** True for a run of ours: several managers may live in one process. */
  readonly ours: (run: Run) => boolean;
  /** What is under way, for the log. */
  readonly running: () => readonly string[];
  /** Counts one, of a controller if it is known of which. */
  readonly onStray: (controller: string | undefined) => void;
  /** Default: the process. */
  readonly process?: Pick<EventEmitter, 'on' | 'off'>;
}

/**
 * Catches what nobody awaits: a rejection without a handler, an exception in a timer. Either would end the process, and
 * with it the work of every key, for the mistake of one handler. Node tells in whose course it happened.
 *
 * - In the course of a run, it is that run's failure and nobody else's.
 * - A rejection of nobody's is logged with what was under way, and counted.
 * - An exception of nobody's ends the process, as it does without this: what it has left undone is not known.
 *
 * Returns what ends it.
 */
export function catchStrays({
  log,
  ours,
  running,
  onStray,
  process: source = process,
}: StraysOptions): () => void {
  /** True if it is said, or for somebody else to say. */
  const attributed = (error: unknown, how: 'rejected' | 'thrown'): boolean => {
    const run = currentRun.getStore();
    if (run === undefined) return false;
    if (ours(run)) {
      onStray(run.controller.name);
      run.controller.strayed(run, error, how);
    }
    return true;
  };
  const rejected = (error: unknown) => {
    if (attributed(error, 'rejected')) return;
    onStray(undefined);
    log.error({ err: error, running: running() }, 'a promise was rejected, and nobody awaits it');
  };
  const thrown = (error: unknown) => {
    if (attributed(error, 'thrown')) return;
    log.fatal({ err: error, running: running() }, 'an exception that nobody catches ends the process');
    throw error;
  };
  source.on('unhandledRejection', rejected);
  source.on('uncaughtException', thrown);
  return () => {
    source.off('unhandledRejection', rejected);
    source.off('uncaughtException', thrown);
  };
}
