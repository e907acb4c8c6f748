import { Backoff, type BackoffOptions } from './backoff.ts';
import { type Clock, monotonicClock } from './clock.ts';
import { Heap, type HeapElement } from './heap.ts';

/**
 * Which of two waiting keys goes first. Each step is worth `ageing` milliseconds of waiting, so a key is overtaken only
 * by keys that came less than that after it, and nothing starves.
 */
export type Priority = 'high' | 'normal' | 'low';

const steps: Readonly<Record<Priority, number>> = { high: 1, normal: 0, low: -1 };

export interface WorkQueueOptions extends BackoffOptions {
  readonly clock?: Clock;
  readonly metrics?: WorkQueueMetrics;
  /** Milliseconds of waiting that one step of priority is worth. Default 60,000. */
  readonly ageing?: number;
}

/** Told as things happen; what is true at an instant (depth, work under way) is asked of `WorkQueue.state`. */
export interface WorkQueueMetrics {
  added(priority: Priority): void;
  retried(): void;
  /** `waited`: milliseconds from the time at which the key was due until it was handed out. */
  started(waited: number, priority: Priority): void;
  /** `worked`: milliseconds from handing out to `done`. */
  finished(worked: number): void;
}

interface AddOptions {
  /** Default `normal`. A key that is added again keeps the higher of its priorities. */
  readonly priority?: Priority;
  /** Milliseconds before the key may be handed out. A key that is added again keeps the earlier of its times. */
  readonly after?: number;
}

interface RetryOptions {
  readonly priority?: Priority;
  /** Milliseconds. */
  readonly atLeast?: number;
}

/** What the queue holds at this instant. Durations in milliseconds. */
export interface WorkQueueState {
  readonly depth: Readonly<Record<Priority, number>>;
  readonly delayed: number;
  readonly working: number;
  /** Sum over the keys being worked on. */
  readonly unfinished: number;
  readonly longest: number;
}

/**
 * Keys that need work.
 *
 * A key is in the queue once, however often it is added, and is handed to one worker at a time: added while it is worked
 * on, it comes again after `done`. So every run begins after the last change that asked for it, and no two runs of one key
 * overlap. Each operation is O(log n).
 *
 *     for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
 *       await work(key).then(() => queue.forget(key), () => queue.retry(key));
 *       queue.done(key);
 *     }
 */
export class WorkQueue<Key extends string> {
  readonly #clock: Clock;
  readonly #metrics: WorkQueueMetrics | undefined;
  readonly #ageing: number;
  readonly #backoff: Backoff<Key>;
  readonly #entries = new Map<Key, Entry<Key>>();
  readonly #ready = new Heap<Waiting<Key>>(
    (a, b) => a.rank < b.rank || (a.rank === b.rank && a.turn < b.turn),
  );
  readonly #delayed = new Heap<Waiting<Key>>((a, b) => a.due < b.due);
  readonly #depth: Record<Priority, number> = { high: 0, normal: 0, low: 0 };
  readonly #workers: ((key: Key | undefined) => void)[] = [];
  #working = 0;
  #turn = 0;
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  #closing:
    | { readonly ended: Promise<readonly Key[]>; readonly end: (held: readonly Key[]) => void }
    | undefined;
  #closed = false;

  constructor({ clock = monotonicClock, metrics, ageing = 60_000, ...backoff }: WorkQueueOptions = {}) {
    this.#clock = clock;
    this.#metrics = metrics;
    this.#ageing = ageing;
    this.#backoff = new Backoff(backoff);
  }

  /** Asks for a run of the key. Ignored once the queue is shut down. */
  add(key: Key, { priority = 'normal', after = 0 }: AddOptions = {}): void {
    if (this.#closed) return;
    this.#metrics?.added(priority);
    const wish: Wish = { priority, due: this.#clock.now() + Math.max(after, 0) };
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#wait(key, wish);
    } else if (entry.state === 'working') {
      entry.again = entry.again === undefined ? wish : merge(entry.again, wish);
    } else {
      const { priority: first, due } = merge(entry, wish);
      if (first === entry.priority && due === entry.due) return;
      this.#leave(entry);
      this.#wait(key, { priority: first, due }, entry);
    }
    this.#serve();
  }

  /**
   * Asks for another run after a failure: each in a row doubles the wait, `forget` ends the row. `atLeast` is what the
   * server asked to wait. Returns the milliseconds.
   */
  retry(key: Key, { priority = 'normal', atLeast = 0 }: RetryOptions = {}): number {
    const after = Math.max(this.#backoff.next(key), atLeast);
    this.#metrics?.retried();
    this.add(key, { priority, after });
    return after;
  }

  /** Ends the key's row of failures. */
  forget(key: Key): void {
    this.#backoff.reset(key);
  }

  /** Failures of the key in a row. */
  failures(key: Key): number {
    return this.#backoff.failures(key);
  }

  /** The next key, as soon as there is one; `undefined` once the queue is shut down. Whoever gets a key calls `done`. */
  get(): Promise<Key | undefined> {
    if (this.#closing !== undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#workers.push(resolve);
      this.#serve();
    });
  }

  /** Ends the work on a key. It comes again if it was added meanwhile. */
  done(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry?.state !== 'working') return;
    this.#entries.delete(key);
    this.#working -= 1;
    this.#metrics?.finished(this.#clock.now() - entry.since);
    if (entry.again !== undefined) this.#wait(key, entry.again);
    if (this.#closing !== undefined) this.#close();
    else this.#serve();
  }

  /**
   * Hands out no more keys, and resolves when all that were handed out are done: with every key that is still owed a run,
   * so that nothing is lost unseen.
   */
  shutDown(): Promise<readonly Key[]> {
    if (this.#closing === undefined) {
      const { promise, resolve } = Promise.withResolvers<readonly Key[]>();
      this.#closing = { ended: promise, end: resolve };
      this.#alarm?.cancel();
      for (const worker of this.#workers.splice(0)) worker(undefined);
      this.#close();
    }
    return this.#closing.ended;
  }

  state(): WorkQueueState {
    const now = this.#clock.now();
    let unfinished = 0;
    let longest = 0;
    if (this.#working > 0) {
      for (const entry of this.#entries.values()) {
        if (entry.state !== 'working') continue;
        unfinished += now - entry.since;
        longest = Math.max(longest, now - entry.since);
      }
    }
    const delayed = this.#delayed.size;
    return { depth: { ...this.#depth }, delayed, working: this.#working, unfinished, longest };
  }

  /** Keys that wait in the queue, due or not. */
  get size(): number {
    return this.#ready.size + this.#delayed.size;
  }

  /** Puts a key among those that are due, or among those that are not yet. A key that was due keeps its turn. */
  #wait(key: Key, { priority, due }: Wish, earlier?: Waiting<Key>): void {
    const rank = due - steps[priority] * this.#ageing;
    const turn = earlier?.turn ?? this.#turn++;
    const state = due <= this.#clock.now() ? 'ready' : 'delayed';
    const entry: Waiting<Key> = { state, key, priority, due, rank, turn, place: -1 };
    this.#entries.set(key, entry);
    if (state === 'ready') {
      this.#depth[priority] += 1;
      this.#ready.push(entry);
    } else {
      this.#delayed.push(entry);
    }
  }

  #leave(entry: Waiting<Key>): void {
    if (entry.state === 'ready') {
      this.#depth[entry.priority] -= 1;
      this.#ready.remove(entry);
    } else {
      this.#delayed.remove(entry);
    }
  }

  /** Moves what has come due, gives waiting workers their keys, and sets the alarm for what comes due next. */
  #serve(): void {
    if (this.#closing !== undefined) return;
    const now = this.#clock.now();
    for (
      let next = this.#delayed.peek();
      next !== undefined && next.due <= now;
      next = this.#delayed.peek()
    ) {
      this.#leave(next);
      this.#wait(next.key, next, next);
    }
    while (this.#workers.length > 0) {
      const entry = this.#ready.peek();
      if (entry === undefined) break;
      this.#leave(entry);
      this.#entries.set(entry.key, { state: 'working', key: entry.key, since: now, again: undefined });
      this.#working += 1;
      this.#metrics?.started(now - entry.due, entry.priority);
      this.#workers.shift()?.(entry.key);
    }
    this.#setAlarm(now);
  }

  #setAlarm(now: number): void {
    const at = this.#delayed.peek()?.due;
    if (at === this.#alarm?.at) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (at === undefined) return;
    const cancel = this.#clock.schedule(at - now, () => {
      this.#alarm = undefined;
      this.#serve();
    });
    this.#alarm = { at, cancel };
  }

  #close(): void {
    if (this.#working > 0 || this.#closed) return;
    this.#closed = true;
    this.#closing?.end([...this.#entries.keys()]);
    this.#entries.clear();
  }
}

interface Wish {
  readonly priority: Priority;
  /** On the queue's clock. */
  readonly due: number;
}

/** A key is waiting until it is due, waiting for a worker, or being worked on. */
type Entry<Key> = Waiting<Key> | Working<Key>;

interface Waiting<Key> extends Wish, HeapElement {
  readonly state: 'ready' | 'delayed';
  readonly key: Key;
  /** The order of ready keys: the time since which it is due, moved by its priority. Never changes, so a heap holds it. */
  readonly rank: number;
  /** First come, first served among equals. */
  readonly turn: number;
}

interface Working<Key> {
  readonly state: 'working';
  readonly key: Key;
  readonly since: number;
  /** Asked for while being worked on. */
  again: Wish | undefined;
}

function merge(a: Wish, b: Wish): Wish {
  return {
    priority: steps[a.priority] >= steps[b.priority] ? a.priority : b.priority,
    due: Math.min(a.due, b.due),
  };
}
