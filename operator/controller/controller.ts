import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { isApiError, isConflict } from '../client/apiError.ts';
import { NotLeadingError } from '../manager/writeFence.ts';
import { aborted } from '../queue/aborted.ts';
import { type Clock, monotonicClock } from '../queue/clock.ts';
import { WorkQueue } from '../queue/workQueue.ts';
import type { KubernetesObject, ObjectKey } from '../resources/object.ts';
import { keyOf } from '../resources/object.ts';
import { AddedWatches } from './addedWatches.ts';
import { noticed } from './callbackTimes.ts';
import type { ControllerMetrics, ControllerState } from './controllerMetrics.ts';
import { fairTurn } from './eventLoopTurn.ts';
import { ReconcileError, type ReconcileErrorReason } from './reconcileError.ts';
import { flawOf } from './reconcileResult.ts';
import type { Reconcile, ReconcileContext, ReconcileResult } from './reconciler.ts';
import { currentRun, type Run, type RunningController, Runs } from './runs.ts';
import type { Watch, WatchReceiver } from './watch.ts';

export interface ControllerOptions {
  /** In logs, metrics and errors: `project`. */
  readonly name: string;
  /** More can be added later: `addWatch`. */
  readonly watches: readonly Watch[];
  readonly reconcile: Reconcile;
  /** Keys worked on at the same time. Default 8: a reconcile mostly waits for the API server. */
  readonly concurrency?: number;
  /** Milliseconds that a reconcile may take. Default 120,000. */
  readonly deadline?: number;
  /** Called each time that it begins to work, before its first run: what was remembered may be of another leader's time. */
  readonly onStart?: () => void;
  /** Told of each failure, to make an event of it. What it throws is logged. */
  readonly onFailure?: (error: ReconcileError) => void;
  readonly log: Logger;
  readonly metrics?: ControllerMetrics;
  readonly clock?: Clock;
}

/** Milliseconds without a turn of the event loop that are worth an event. */
const intolerable = 1000;
/** Milliseconds after which a key comes again of which something went wrong that nobody awaits. */
const strayRetry = 60_000;

/**
 * Runs a reconcile for each key that its watches name.
 *
 * A reconcile that throws, or returns nonsense, is tried again with backoff; only its own key waits. One that has not
 * settled by its deadline is reported and its signal aborted. Its worker goes on with other keys, but its own key is
 * tried again only once it has settled, since two runs of one key would undo each other's work.
 */
export class Controller implements RunningController {
  readonly name: string;
  readonly concurrency: number;
  readonly #options: ControllerOptions;
  readonly #clock: Clock;
  readonly #deadline: number;
  readonly #log: Logger;
  readonly #runs = new Runs();
  readonly #added: AddedWatches;
  #queue: WorkQueue<ObjectKey>;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.name = options.name;
    this.concurrency = options.concurrency ?? 8;
    this.#deadline = options.deadline ?? 120_000;
    this.#clock = options.clock ?? monotonicClock;
    this.#log = options.log.child({ controller: options.name });
    this.#added = new AddedWatches((error) =>
      this.#log.error({ err: error }, 'a watch could not be started'),
    );
    this.#queue = this.#newQueue();
  }

  /**
   * Adds a source of work, before the controller runs or while it does: for kinds that are not known when it is made.
   * What is there gets a run as soon as the source has synced; nothing else waits for that. Returns what ends the watch.
   */
  addWatch(watch: Watch): () => void {
    return this.#added.add(watch);
  }

  /**
   * Works until the signal aborts, then waits for the reconciles under way, whose signals are aborted too. Begins, once
   * its informers have synced, with a run for everything that is there. May be called again after it has resolved, with
   * the number of keys that were still waiting.
   */
  async run(signal: AbortSignal): Promise<number> {
    const queue = this.#newQueue();
    this.#queue = queue;
    await Promise.race([Promise.all(this.#options.watches.map(({ synced }) => synced)), aborted(signal)]);
    if (signal.aborted) return 0;
    this.#options.onStart?.();
    const receiver = this.#receiver(queue);
    const stops = this.#options.watches.map((watch) => watch.start(receiver));
    this.#added.start(receiver);
    // The workers take their first keys at once.
    const found = queue.size;
    const workers = Array.from({ length: this.concurrency }, () => this.#work(queue, signal));
    this.#log.info({ found, concurrency: this.concurrency }, 'controller started');
    await aborted(signal);
    for (const stop of stops) stop();
    this.#added.stop();
    const held = await queue.shutDown();
    await Promise.all(workers);
    this.#log.info({ waiting: held.length }, 'controller stopped');
    return held.length;
  }

  state(): ControllerState {
    const runs = [...this.#runs.running];
    const overdue = runs.filter((run) => run.overdue).length;
    return { queue: this.#queue.state(), active: runs.length - overdue, overdue };
  }

  /** The keys being worked on, and for how many milliseconds. */
  running(): readonly { readonly key: ObjectKey; readonly since: number }[] {
    const now = this.#clock.now();
    return [...this.#runs.running].map(({ key, began }) => ({ key, since: now - began }));
  }

  /** The runs that were under way at that time, by the clock, or have been since. */
  runsSince(time: number): readonly Run[] {
    return this.#runs.since(time);
  }

  /** Says who kept everybody else waiting. `alone`: nobody else was under way, so nobody else is suspected. */
  blocked(run: Run, milliseconds: number, known: 'measured' | 'alone'): void {
    if (known === 'measured') run.blocked = { at: this.#clock.now(), milliseconds };
    this.#options.metrics?.blocked(milliseconds);
    const time = `${Math.round(milliseconds)} ms`;
    const message =
      known === 'measured'
        ? `blocked the event loop for ${time}`
        : `the event loop was blocked for ${time} while this run alone was under way`;
    if (milliseconds < intolerable) run.log().warn(message);
    else this.#report(this.#error('BlockedEventLoop', run.key, message), run.log());
  }

  /**
   * Says what went wrong past the promise that a run has returned. The key comes again, since something may not have been
   * done; not at once, since that run may well succeed, and so would be tried without end.
   */
  strayed(run: Run, error: unknown, how: 'rejected' | 'thrown'): void {
    const what = how === 'rejected' ? 'a promise that nobody awaits was rejected' : 'a callback threw';
    const message = `${what}: ${messageOf(error)}`;
    this.#report(this.#error('Unawaited', run.key, message, error), run.log());
    this.#queue.add(run.key, { after: strayRetry });
  }

  #newQueue(): WorkQueue<ObjectKey> {
    const metrics = this.#options.metrics?.queue;
    return new WorkQueue({ clock: this.#clock, ...(metrics === undefined ? {} : { metrics }) });
  }

  #receiver(queue: WorkQueue<ObjectKey>): WatchReceiver {
    return {
      found: (keys) => {
        for (const key of keys) queue.add(key, { priority: 'low' });
      },
      changed: (keys, { origin }, priority) => {
        // Told in the course of whoever wrote it.
        const run = origin === 'own' ? currentRun.getStore() : undefined;
        const own = run?.controller === this && this.#runs.has(run) ? run.key : undefined;
        for (const key of keys) {
          // The run that made this change knows of it; everybody else has to look.
          if (own === key) continue;
          queue.add(key, { priority });
        }
      },
      failed: (object: KubernetesObject, error) => {
        this.#log.error(
          { err: error, object: `${object.kind} ${keyOf(object)}` },
          'a watch could not map a change',
        );
      },
    };
  }

  async #work(queue: WorkQueue<ObjectKey>, signal: AbortSignal): Promise<void> {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      await this.#reconcile(key, queue, signal);
      await fairTurn();
    }
  }

  /** One run of one key. Resolves when the worker is free: at the deadline at the latest. Never rejects. */
  #reconcile(key: ObjectKey, queue: WorkQueue<ObjectKey>, signal: AbortSignal): Promise<void> {
    const log = this.#logOf(key);
    const run: Run = { controller: this, key, began: this.#clock.now(), overdue: false, log };
    const stop = new AbortController();
    const abort = () => stop.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    this.#runs.begin(run);

    return new Promise((free) => {
      const cancel = this.#clock.schedule(this.#deadline, () => {
        run.overdue = true;
        this.#options.metrics?.reconciled('error', this.#deadline);
        const error = this.#error('DeadlineExceeded', key, `has not settled after ${this.#deadline} ms`);
        this.#report(error, log());
        stop.abort(error);
        free();
      });
      const context: ReconcileContext = {
        signal: stop.signal,
        failures: queue.failures(key),
        get log() {
          return log();
        },
      };
      void this.#call(run, () => this.#options.reconcile(key, context)).then((ended) => {
        cancel();
        signal.removeEventListener('abort', abort);
        this.#runs.end(run, this.#clock.now());
        this.#settle(run, ended, queue, log, signal.aborted);
        queue.done(key);
        free();
      });
    });
  }

  /** Calls the handler, whatever it does. */
  async #call(run: Run, handler: () => Promise<ReconcileResult>): Promise<Ended> {
    const attributes = { 'k8s.controller': this.name, 'k8s.key': run.key };
    return tracer.startActiveSpan('reconcile', { attributes }, async (span) => {
      try {
        const began = performance.now();
        const promise = currentRun.run(run, handler);
        // What it does after that, `CallbackTimes` measures.
        const took = performance.now() - began;
        if (took >= noticed) this.blocked(run, took, 'measured');
        const result: ReconcileResult = await promise;
        const flaw = flawOf(result);
        return flaw === undefined ? { result } : { error: this.#error('InvalidResult', run.key, flaw) };
      } catch (cause) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        return { error: this.#error('Failed', run.key, messageOf(cause), cause) };
      } finally {
        span.end();
      }
    });
  }

  #settle(run: Run, ended: Ended, queue: WorkQueue<ObjectKey>, log: () => Logger, stopping: boolean): void {
    const took = this.#clock.now() - run.began;
    const { metrics } = this.#options;
    if (stopping && !run.overdue) {
      // Cut short by us, so no failure of its own; but it is owed a run, and the shutdown shall say so.
      metrics?.reconciled(ended.error === undefined ? 'success' : 'aborted', took);
      if (ended.error !== undefined) queue.add(run.key);
    } else if (run.overdue) {
      log().warn({ took }, 'the overdue reconcile has settled; its key is tried again');
      queue.retry(run.key);
    } else if (ended.error !== undefined) {
      metrics?.reconciled('error', took);
      const { cause } = ended.error;
      const atLeast = isApiError(cause) ? cause.retryAfter : undefined;
      const wait = queue.retry(run.key, atLeast === undefined ? {} : { atLeast });
      this.#report(ended.error, log().child({ retryAfter: wait, failures: queue.failures(run.key) }));
    } else {
      queue.forget(run.key);
      const { requeueAfter } = ended.result;
      metrics?.reconciled(requeueAfter === undefined ? 'success' : 'requeue_after', took);
      if (requeueAfter !== undefined) queue.add(run.key, { after: requeueAfter });
    }
  }

  /** Made when it is needed: most runs find nothing to say. */
  #logOf(key: ObjectKey): () => Logger {
    let log: Logger | undefined;
    return () => {
      log ??= this.#log.child({ key, reconcileId: crypto.randomUUID() });
      return log;
    };
  }

  #error(reason: ReconcileErrorReason, key: ObjectKey, message: string, cause?: unknown): ReconcileError {
    return new ReconcileError(reason, this.name, key, message, cause);
  }

  #report(error: ReconcileError, log: Logger): void {
    this.#options.metrics?.failed(error.reason);
    const { cause } = error;
    // Somebody else was faster, or may lead by now: everyday, and the next run sees what they did.
    if (isConflict(cause) || cause instanceof NotLeadingError) log.info(`${error.message}; trying again`);
    else log.error({ err: cause ?? error, reason: error.reason }, error.message);
    const complain = (failure: unknown) => log.error({ err: failure }, 'the failure could not be reported');
    try {
      // The type lets an async function through. Unhandled, its rejection would end the process.
      const returned: unknown = this.#options.onFailure?.(error);
      if (returned instanceof Promise) returned.catch(complain);
    } catch (failure) {
      complain(failure);
    }
  }
}

type Ended =
  | { readonly result: ReconcileResult; readonly error?: undefined }
  | { readonly error: ReconcileError };

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'threw something that is no Error';
}

const tracer = trace.getTracer('operator');
