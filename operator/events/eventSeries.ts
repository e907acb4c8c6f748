import type { Clock } from '../queue/clock.ts';

/** What is to be written for an event that happened. */
type SeriesStep<Content> =
  /** The first of its kind: an event is created. */
  | { readonly step: 'Create'; readonly series: Series<Content> }
  /** The same again: counted, and written when `due`. */
  | { readonly step: 'Count'; readonly series: Series<Content>; readonly due: number }
  /** Too many of one object: dropped. */
  | { readonly step: 'Drop' };

/** An event and its repetitions. */
export interface Series<Content> {
  readonly key: string;
  readonly content: Content;
  count: number;
  /** When it first and last happened, wall time. */
  firstSeen: Date;
  lastSeen: Date;
  /** The count that the server has; 0 until the event is created. */
  written: number;
  /** On the clock: when it last happened, and when it was last written. */
  seenAt: number;
  writtenAt: number;
  /** Milliseconds to let pass before the next write. */
  pause: number;
}

export interface SeriesOptions {
  readonly clock: Clock;
  /** Events created at once for one object, and then one a `refill`. Default 25 and 300,000 ms. */
  readonly burst?: number;
  readonly refill?: number;
  /** A series is over when nothing has happened for so long. Default 360,000 ms. */
  readonly idle?: number;
  /** The first pause between two writes of a series; it doubles up to the longest. Default 10,000 and 300,000 ms. */
  readonly firstPause?: number;
  readonly longestPause?: number;
  /** Series, and objects, remembered; the one longest unused goes first. Default 4,096. */
  readonly remembered?: number;
}

/**
 * Turns repeated events into series, and bounds how many one object may cause.
 *
 * Invariants: of one series at most one write a pause; of one object at most `burst + time / refill` creations; never
 * more than `remembered` series and buckets in memory.
 */
export class EventSeries<Content> {
  readonly #options: Required<SeriesOptions>;
  readonly #series = new Map<string, Series<Content>>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: SeriesOptions) {
    this.#options = {
      burst: 25,
      refill: 300_000,
      idle: 360_000,
      firstPause: 10_000,
      longestPause: 300_000,
      remembered: 4_096,
      ...options,
    };
  }

  /**
   * @param object whose bucket a creation is taken from.
   * @param key what makes two events the same.
   */
  happened(object: string, key: string, content: Content, at: Date): SeriesStep<Content> {
    const { clock, idle, firstPause } = this.#options;
    const now = clock.now();
    const known = this.#series.get(key);
    this.#series.delete(key);
    if (known !== undefined && now - known.seenAt < idle) {
      this.#series.set(key, known);
      known.count += 1;
      known.lastSeen = at;
      known.seenAt = now;
      return { step: 'Count', series: known, due: known.writtenAt + known.pause };
    }
    if (!this.#take(object, now)) return { step: 'Drop' };
    const series: Series<Content> = {
      key,
      content,
      count: 1,
      firstSeen: at,
      lastSeen: at,
      written: 0,
      seenAt: now,
      writtenAt: now,
      pause: firstPause,
    };
    this.#series.set(key, series);
    this.#trim(this.#series);
    return { step: 'Create', series };
  }

  /** To be told of each write of a series that the server has taken. */
  wrote(series: Series<Content>, count: number): void {
    if (series.written > 0) series.pause = Math.min(series.pause * 2, this.#options.longestPause);
    series.written = count;
    series.writtenAt = this.#options.clock.now();
  }

  /** Begins anew: the server does not know the event (any more). */
  forget(series: Series<Content>): void {
    if (this.#series.get(series.key) === series) this.#series.delete(series.key);
  }

  /** The series of which the server has not got the latest count. */
  unwritten(): readonly Series<Content>[] {
    return [...this.#series.values()].filter((series) => series.count > series.written);
  }

  get size(): number {
    return this.#series.size;
  }

  #take(object: string, now: number): boolean {
    const { burst, refill } = this.#options;
    const bucket = this.#buckets.get(object) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / refill);
    this.#buckets.delete(object);
    this.#buckets.set(object, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    this.#trim(this.#buckets);
    return tokens >= 1;
  }

  /** Maps keep the order of insertion, so the first is the one longest unused. */
  #trim(map: Map<string, unknown>): void {
    for (const key of map.keys()) {
      if (map.size <= this.#options.remembered) return;
      map.delete(key);
    }
  }
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}
