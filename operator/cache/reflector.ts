import { AnswerTooLargeError } from '../client/answerTooLarge.ts';
import { ApiError, isNotFound } from '../client/apiError.ts';
import type { ListOptions, ListPage } from '../client/client.ts';
import type { ListWatch } from '../client/listWatch.ts';
import { fairTurn } from '../controller/eventLoopTurn.ts';
import { type Clock, sleep } from '../queue/clock.ts';
import type { KubernetesObject } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';
import { isConnectionError, SilenceError } from '../transport/connectionError.ts';
import { LineSplitter } from './lines.ts';
import { ReflectorBackoff, type ReflectorBackoffOptions } from './reflectorBackoff.ts';
import { nextState, type ReflectorOutcome, type ReflectorState } from './reflectorState.ts';
import type { Selection } from './selector.ts';
import { parseWatchEvent, versionBrought, type WatchEvent } from './watchEvent.ts';

/** Where a reflector puts what it learns. Must not throw. */
interface ReflectorTarget<T extends KubernetesObject> {
  beginList(): void;
  addPage(items: readonly T[], resourceVersion: string): void;
  endList(resourceVersion: string): void;
  /** There is no such resource, so there are no objects of it. */
  absent(): void;
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T, resourceVersion: string): void;
  /**
   * The watch brought this version of an object. True if that is what a write of ours was answered with, and so known;
   * `names` says whether the line has a UID in it.
   */
  echo(resourceVersion: string, names: (uid: string) => boolean): boolean;
  bookmark(resourceVersion: string): void;
}

/** Every time in milliseconds. */
export interface ReflectorOptions {
  /** Objects per page of a list, at most. Default 500. */
  readonly pageSize?: number | undefined;
  /**
   * Bytes of a page, at most. A larger one is not read to its end but asked for again with fewer objects, down to one, so
   * that whoever may fill objects up cannot fill the memory of who lists them. Default 2 MiB.
   */
  readonly pageBytes?: number | undefined;
  /** A page's deadline. Default 60,000. */
  readonly listTimeout?: number | undefined;
  /** The shortest and the longest time until the server ends a watch by itself; in between by chance. Default 300,000 to 600,000. */
  readonly watchTimeout?: readonly [number, number] | undefined;
  /**
   * A watch that brings nothing for so long is taken for dead. Default 150,000, once the server has shown that it sends
   * bookmarks (every minute or so); until then a watch is dead 10,000 after it should have ended, which a server does by a timer.
   */
  readonly idleTimeout?: number | undefined;
  readonly backoff?: Omit<ReflectorBackoffOptions, 'now' | 'random'> | undefined;
  /** A resource that the server does not serve counts as one of which there are no objects. Default false: it is trouble. */
  readonly optional?: boolean | undefined;
  /** How long to wait before it is looked for again, unless `look` is called. Default as `backoff`. */
  readonly absence?: Omit<ReflectorBackoffOptions, 'now' | 'random'> | undefined;
  readonly clock: Clock;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Told of every change of state: for the log, for metrics, for health. Must not throw. */
  readonly onState?: ((state: ReflectorState) => void) | undefined;
}

/**
 * Keeps a target equal to what the server has of a resource, through whatever happens on the way: see `ReflectorState`.
 * It ends only when it is told to.
 */
export class Reflector<T extends KubernetesObject> {
  readonly #source: ListWatch;
  readonly #resource: Resource<T>;
  readonly #selection: Selection;
  readonly #target: ReflectorTarget<T>;
  readonly #options: ReflectorOptions;
  readonly #random: () => number;
  /** Objects that the next page is asked for with: few at first, and as many more or fewer as their size tells. */
  #pageSize: number;
  /** The server sends bookmarks: then silence means something. */
  #bookmarks = false;
  /** The waits while the resource is not served. */
  #absences: ReflectorBackoff;
  #looks = false;
  #wake: (() => void) | undefined;

  constructor(
    source: ListWatch,
    resource: Resource<T>,
    selection: Selection,
    target: ReflectorTarget<T>,
    options: ReflectorOptions,
  ) {
    this.#source = source;
    this.#resource = resource;
    this.#selection = selection;
    this.#target = target;
    this.#options = options;
    this.#pageSize = Math.min(options.pageSize ?? 500, firstPage);
    this.#random = options.random ?? Math.random;
    this.#absences = this.#backoff(options.absence ?? options.backoff);
  }

  /** An optional resource may be served by now: if it was not, it is looked for at once, and often for a while. */
  look(): void {
    this.#looks = true;
    this.#wake?.();
  }

  /** Resolves once the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { onState, backoff } = this.#options;
    const waits = this.#backoff(backoff);
    let state: ReflectorState = { phase: 'Listing', paged: true };
    while (!signal.aborted) {
      onState?.(state);
      const outcome: ReflectorOutcome = await this.#enter(state, signal);
      if (signal.aborted) return;
      state = nextState(state, outcome, () =>
        outcome.type === 'NotServed' ? this.#absences.next() : waits.next(),
      );
    }
  }

  async #enter(state: ReflectorState, signal: AbortSignal): Promise<ReflectorOutcome> {
    switch (state.phase) {
      case 'Listing':
        return this.#list(state.paged, signal);
      case 'Watching':
        return this.#watch(state.resourceVersion, signal);
      case 'Waiting':
        await sleep(this.#options.clock, state.delay, signal);
        return { type: 'Waited' };
      case 'Absent':
        await this.#untilLook(state.delay, signal);
        return { type: 'Waited' };
    }
  }

  async #untilLook(delay: number, outer: AbortSignal): Promise<void> {
    using link = linkedAbort(outer);
    this.#wake = () => link.abort(undefined);
    // It may have been told to while it listed.
    if (!this.#looks) await sleep(this.#options.clock, delay, link.signal);
    this.#wake = undefined;
    if (!this.#looks) return;
    this.#looks = false;
    this.#absences = this.#backoff(this.#options.absence ?? this.#options.backoff);
  }

  #backoff(options: ReflectorOptions['backoff']): ReflectorBackoff {
    const { clock } = this.#options;
    return new ReflectorBackoff({ ...options, now: () => clock.now(), random: this.#random });
  }

  async #list(paged: boolean, signal: AbortSignal): Promise<ReflectorOutcome> {
    this.#target.beginList();
    try {
      let next: string | undefined;
      for (;;) {
        const page = await (paged ? this.#page(next, signal) : this.#ask({}, signal));
        for (let from = 0; from < page.items.length; from += itemsInATurn) {
          this.#target.addPage(page.items.slice(from, from + itemsInATurn), page.resourceVersion);
          await fairTurn();
          signal.throwIfAborted();
        }
        next = page.continue;
        if (next === undefined) {
          this.#target.endList(page.resourceVersion);
          return { type: 'Listed', resourceVersion: page.resourceVersion };
        }
      }
    } catch (error) {
      if (this.#options.optional && isNotFound(error)) {
        this.#target.absent();
        return { type: 'NotServed' };
      }
      return { type: 'ListFailed', error, paged };
    }
  }

  /** A page that is not too large. */
  async #page(next: string | undefined, signal: AbortSignal): Promise<ListPage<T>> {
    const { pageSize = 500, pageBytes = 2 * 1024 * 1024 } = this.#options;
    for (;;) {
      const limit = this.#pageSize;
      try {
        const page = await this.#ask(
          {
            limit,
            ...(next === undefined ? undefined : { continue: next }),
            // One object must be taken as it is; the server bounds it.
            mostBytes: limit === 1 ? Number.POSITIVE_INFINITY : pageBytes,
          },
          signal,
        );
        const room = page.bytes === undefined || page.bytes * 2 <= pageBytes;
        this.#pageSize = room ? Math.min(pageSize, limit * 2) : limit;
        return page;
      } catch (error) {
        if (!(error instanceof AnswerTooLargeError)) throw error;
        this.#pageSize = Math.max(1, Math.floor(limit / 4));
      }
    }
  }

  /** Without a resourceVersion the list is of now: own writes that were answered before it are in it. */
  #ask(
    page: Pick<ListOptions, 'limit' | 'continue' | 'mostBytes'>,
    signal: AbortSignal,
  ): Promise<ListPage<T>> {
    const { listTimeout = 60_000 } = this.#options;
    return this.#source.list(this.#resource, {
      ...present(this.#selection),
      ...page,
      timeout: listTimeout,
      signal,
    });
  }

  async #watch(from: string, outer: AbortSignal): Promise<ReflectorOutcome> {
    const { clock } = this.#options;
    const timeout = this.#watchTimeout();
    let resourceVersion = from;
    let events = 0;
    let accepted: number | undefined;
    // Of this watch alone, so that nothing stays behind on the signal that lives as long as the process.
    using link = linkedAbort(outer);
    const idle = new IdleTimer(clock, () => link.abort(new IdleWatchError()));
    try {
      const chunks = await this.#source.watch(this.#resource, {
        ...present(this.#selection),
        resourceVersion,
        timeoutSeconds: Math.round(timeout / 1000),
        signal: link.signal,
      });
      accepted = clock.now();
      const lines = new LineSplitter();
      idle.restart(this.#idleTimeout(timeout));
      for await (const chunk of chunks) {
        for (const line of lines.push(chunk)) {
          resourceVersion = this.#takeLine(line) ?? resourceVersion;
          events++;
        }
        // After the events: the first bookmark shortens the time.
        idle.restart(this.#idleTimeout(timeout));
        // What comes without a pause would otherwise be taken without one.
        await fairTurn();
      }
      return { type: 'WatchEnded', resourceVersion, lived: clock.now() - accepted, events };
    } catch (error) {
      if (accepted !== undefined && isConnectionError(error, 'cut')) {
        return { type: 'WatchEnded', resourceVersion, lived: clock.now() - accepted, events };
      }
      return { type: 'WatchFailed', error, resourceVersion, events };
    } finally {
      idle.stop();
    }
  }

  /** What the watch is at then. Most lines are the echoes of our own writes, whose answers have been read. */
  #takeLine(line: string): string | undefined {
    const version = versionBrought(line);
    if (version !== undefined && this.#target.echo(version, (uid) => line.includes(`"${uid}"`)))
      return version;
    const event = parseWatchEvent<T>(line);
    this.#take(event);
    return event.type === 'ERROR' ? undefined : event.resourceVersion;
  }

  #take(event: WatchEvent<T>): void {
    switch (event.type) {
      case 'ERROR': {
        const subject = { verb: 'watch', kind: this.#resource.kind, name: this.#selection.namespace ?? '' };
        throw new ApiError(subject, event.status.code ?? 500, event.status);
      }
      case 'BOOKMARK':
        this.#bookmarks = true;
        this.#target.bookmark(event.resourceVersion);
        return;
      default:
        this.#target.event(event.type, event.object, event.resourceVersion);
    }
  }

  #watchTimeout(): number {
    const [least, most] = this.#options.watchTimeout ?? [300_000, 600_000];
    return least + (most - least) * this.#random();
  }

  #idleTimeout(watchTimeout: number): number {
    return this.#bookmarks ? (this.#options.idleTimeout ?? 150_000) : watchTimeout + 10_000;
  }
}

/** Objects that are taken from a page before others have their turn, if it is time. */
const itemsInATurn = 100;

/** Objects of the first page. What is too large by far is then known before the server has gathered much of it. */
const firstPage = 32;

/** A watch brought nothing, not even a bookmark: the connection may be open at our end only. */
class IdleWatchError extends SilenceError {
  override readonly name = 'IdleWatchError';

  constructor() {
    super('the watch was silent for longer than a living one can be');
  }
}

/** Fires once when it was not restarted for so long. One timer for all restarts: events come by the thousand. */
class IdleTimer {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #due = 0;
  #scheduled = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  restart(timeout: number): void {
    this.#due = this.#clock.now() + timeout;
    if (this.#due < this.#scheduled) this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#scheduled = this.#due;
    this.#cancel = this.#clock.schedule(this.#due - this.#clock.now(), () => {
      if (this.#clock.now() >= this.#due) this.#fire();
      else this.#schedule();
    });
  }
}

function linkedAbort(outer: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort(outer.reason);
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    abort: (reason: unknown) => controller.abort(reason),
    [Symbol.dispose]: () => outer.removeEventListener('abort', abort),
  };
}

function present({ namespace, labelSelector, fieldSelector }: Selection) {
  return {
    ...(namespace === undefined ? undefined : { namespace }),
    ...(labelSelector === undefined ? undefined : { labelSelector }),
    ...(fieldSelector === undefined ? undefined : { fieldSelector }),
  };
}
