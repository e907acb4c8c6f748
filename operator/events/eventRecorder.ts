import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isAlreadyExists, isApiError, isNotFound } from '../client/apiError.ts';
import type { Client } from '../client/client.ts';
import { isTransientReason } from '../client/reasons.ts';
import { type Clock, monotonicClock, sleep } from '../queue/clock.ts';
import { type Event, events } from '../resources/builtin.ts';
import type { KubernetesObject, ObjectName } from '../resources/object.ts';
import { microTime } from '../resources/time.ts';
import { EventSeries, type Series, type SeriesOptions } from './eventSeries.ts';

/** What has happened to an object. */
export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  /** Why, in CamelCase: `WallRestored`. */
  readonly reason: string;
  /** What was done, in CamelCase: `Apply`. Default: the reason. */
  readonly action?: string;
  /** For people. Cut at 1 kB. Never anything of a Secret's contents: events are read by many. */
  readonly note: string;
  /** Another object that it concerns. */
  readonly related?: KubernetesObject;
}

/** Where controllers say what has happened. Never throws, and waits for nothing. */
export interface Recorder {
  record(regarding: KubernetesObject, occurrence: Occurrence): void;
}

export interface EventRecorderOptions {
  readonly client: Client;
  /** Who reports: `mainstay.dev/project`. */
  readonly controller: string;
  /** Which instance of it. Default: the host's name, in a cluster the pod's. */
  readonly instance?: string;
  /** Told once per event that could not be written. */
  readonly onDropped?: (why: 'RateLimited' | 'QueueFull' | 'Refused', event: string) => void;
  /** Writes that may wait. Default 20,000: some thousand objects may come to their end together, with a few each. */
  readonly queue?: number;
  readonly series?: Omit<SeriesOptions, 'clock'>;
  readonly clock?: Clock;
  /** Wall time, for what people read. */
  readonly now?: () => Date;
}

/** Times as long as the last write took, at most so many milliseconds: at rest that is nothing, and under load a fifth. */
const rest = 4;
const longestRest = 2_000;

/**
 * Records events (events.k8s.io/v1) in the background: repetitions become a series, an object that causes too many is
 * cut short, and what cannot be written is dropped. A reconcile neither waits for an event nor fails by one.
 *
 * Events go into the namespace of the object, or `default` for cluster-scoped objects.
 */
export class EventRecorder implements Recorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #now: () => Date;
  readonly #series: EventSeries<Recorded>;
  readonly #waiting = new Set<Series<Recorded>>();
  readonly #timers = new Map<Series<Recorded>, () => void>();
  readonly #instance: string;
  readonly #queue: number;
  #draining: Promise<void> | undefined;
  /** Flushes under way: they do not wait between two writes. */
  #flushes = 0;
  #hurry = new AbortController();
  #stopped = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? monotonicClock;
    this.#queue = options.queue ?? 20_000;
    this.#now = options.now ?? (() => new Date());
    this.#series = new EventSeries({ clock: this.#clock, ...options.series });
    this.#instance = (options.instance ?? hostname()).slice(0, 128);
  }

  record(regarding: KubernetesObject, occurrence: Occurrence): void {
    if (this.#stopped) return;
    const { type, reason, action = reason, related } = occurrence;
    const note = boundedNote(occurrence.note);
    const object = identityOf(regarding);
    const key = JSON.stringify([object, type, reason, action, note, related && identityOf(related)]);
    const at = this.#now();
    const content: Recorded = {
      name: eventName(regarding),
      regarding: referenceTo(regarding),
      ...(related === undefined ? {} : { related: referenceTo(related) }),
      type,
      reason,
      action,
      note,
    };
    const step = this.#series.happened(object, key, content, at);
    switch (step.step) {
      case 'Drop':
        this.#options.onDropped?.('RateLimited', reason);
        break;
      case 'Create':
        this.#enqueue(step.series);
        break;
      case 'Count':
        this.#enqueueAt(step.series, step.due);
        break;
    }
  }

  /** Resolves once everything that has happened is written or dropped. */
  async flush(): Promise<void> {
    for (const series of this.#series.unwritten()) this.#enqueue(series);
    this.#flushes += 1;
    this.#hurry.abort();
    await this.#draining;
    this.#flushes -= 1;
  }

  /** Flushes, at most for so many milliseconds, and takes nothing more. Default 3,000. */
  async stop(timeout = 3_000): Promise<void> {
    const flushed = this.flush();
    this.#stopped = true;
    const done = new AbortController();
    await Promise.race([flushed, sleep(this.#clock, timeout, done.signal)]);
    done.abort();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#waiting.clear();
  }

  #enqueueAt(series: Series<Recorded>, due: number): void {
    if (this.#timers.has(series) || this.#waiting.has(series)) return;
    // The count is kept, and written when it happens again, or at the end.
    if (this.#timers.size >= this.#queue) return;
    const timer = () => {
      this.#timers.delete(series);
      this.#enqueue(series);
    };
    this.#timers.set(series, this.#clock.schedule(due - this.#clock.now(), timer));
  }

  #enqueue(series: Series<Recorded>): void {
    this.#timers.get(series)?.();
    this.#timers.delete(series);
    if (this.#waiting.size >= this.#queue) {
      this.#series.forget(series);
      this.#options.onDropped?.('QueueFull', series.content.reason);
      return;
    }
    this.#waiting.add(series);
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
  }

  /** One write at a time, and then as long a rest as `rest` says: events are worth no more of a busy API server. */
  async #drain(): Promise<void> {
    for (;;) {
      const [series] = this.#waiting;
      if (series === undefined) return;
      this.#waiting.delete(series);
      if (series.count <= series.written) continue;
      const began = this.#clock.now();
      await this.#write(series);
      const pause = Math.min(rest * (this.#clock.now() - began), longestRest);
      if (this.#flushes > 0 || pause === 0) continue;
      this.#hurry = new AbortController();
      await sleep(this.#clock, pause, this.#hurry.signal);
    }
  }

  async #write(series: Series<Recorded>): Promise<void> {
    const { count } = series;
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          await (series.written === 0 ? this.#create(series, attempt) : this.#count(series, count));
          this.#series.wrote(series, series.written === 0 ? 1 : count);
          break;
        } catch (error) {
          if (isNotFound(error) && series.written > 0) {
            // It has expired on the server; the count begins anew with it.
            series.written = 0;
            series.count = 1;
            series.firstSeen = series.lastSeen;
          } else if (attempt >= 2 || !mayPass(error) || this.#stopped) throw error;
          else await sleep(this.#clock, 500 * 2 ** attempt);
        }
      }
      if (series.count > series.written) this.#enqueueAt(series, series.writtenAt + series.pause);
    } catch {
      this.#series.forget(series);
      this.#waiting.delete(series);
      this.#options.onDropped?.('Refused', series.content.reason);
    }
  }

  async #create({ content, firstSeen }: Series<Recorded>, attempt: number): Promise<void> {
    const { name, regarding, related, type, reason, action, note } = content;
    const event: Event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: name.name, namespace: name.namespace },
      eventTime: microTime(firstSeen),
      type,
      reason: reason.slice(0, 128),
      action: action.slice(0, 128),
      note,
      regarding,
      ...(related === undefined ? {} : { related }),
      reportingController: this.#options.controller,
      reportingInstance: this.#instance,
    };
    try {
      await this.#options.client.create(events, event);
    } catch (error) {
      // The names are ours alone: the attempt before had come through, and its answer was lost.
      if (attempt === 0 || !isAlreadyExists(error)) throw error;
    }
  }

  #count({ content, lastSeen }: Series<Recorded>, count: number): Promise<unknown> {
    const body = { series: { count, lastObservedTime: microTime(lastSeen) } };
    return this.#options.client.patch(events, content.name, { type: 'merge', body });
  }
}

/** What is kept of an occurrence for as long as its series lasts: of the objects only who they are. */
interface Recorded extends Required<Pick<Occurrence, 'type' | 'reason' | 'action' | 'note'>> {
  readonly name: Required<ObjectName>;
  readonly regarding: Reference;
  readonly related?: Reference;
}

type Reference = NonNullable<Event['regarding']>;

function mayPass(error: unknown): boolean {
  return !isApiError(error) || isTransientReason(error.reason);
}

function eventName({ metadata }: KubernetesObject): Required<ObjectName> {
  // Long enough that two never meet, also those of another instance.
  return {
    name: `${metadata.name.slice(0, 220)}.${randomBytes(8).toString('hex')}`,
    namespace: metadata.namespace ?? 'default',
  };
}

function identityOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid ?? ''}`;
}

function referenceTo({ apiVersion, kind, metadata }: KubernetesObject): Reference {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** The API takes 1,024 bytes at most. Cut between characters. */
function boundedNote(note: string): string {
  const bytes = Buffer.from(note, 'utf8');
  if (bytes.length <= 1_024) return note;
  let end = 1_024 - 3;
  // Bytes that go on a character begin with the bits 10.
  while (((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return `${bytes.subarray(0, end).toString('utf8')}…`;
}
