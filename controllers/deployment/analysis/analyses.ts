import type { Clock } from '../../../operator/queue/clock.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import type { MetricView } from '../plan/observation.ts';
import type { Check } from './check.ts';
import type { Ask } from './providers.ts';
import type { Outcome } from './reading.ts';
import { type Phase, Phases } from './sampling/phases.ts';
import { judge } from './verdict.ts';

/** What is to be measured for a Deployment, over and over. */
export interface Measurement {
  readonly namespace: string;
  /** Milliseconds since the epoch at which it began: that of the plan, so that a restart measures the same. */
  readonly since: number;
  /**
   * Milliseconds since the epoch: to the planner, results until then count for nothing (those of before a step's analysis
   * began), so the first one after it is news whatever it says.
   */
  readonly freshFrom: number;
  /** Milliseconds. */
  readonly interval: number;
  readonly checks: readonly Check[];
  /** Metrics that cannot be measured, and why: they are errors for as long. */
  readonly problems?: readonly { readonly metric: string; readonly problem: string }[];
  /** What status has: where a process that has just started goes on. What is older than `since` does not count. */
  readonly known?: ReadonlyMap<string, MetricView>;
}

export interface AnalysesOptions {
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly ask: Ask;
  /** Told the Deployment's key whenever one of its results says something new. */
  readonly onResult: (key: ObjectKey) => void;
  /** Told of each request how many milliseconds after its time it was sent, its wait for others included. */
  readonly onSent?: (late: number) => void;
}

/**
 * The analyses of all Deployments. Each looks by its own interval, the first time at once or as soon as there is room
 * among the others; what one waits for, no other does. Nothing is persisted: what a restart needs is in status.
 */
export class Analyses {
  readonly #options: AnalysesOptions;
  readonly #phases = new Phases();
  readonly #running = new Map<ObjectKey, Running>();

  constructor(options: AnalysesOptions) {
    this.#options = options;
  }

  /** From now on this is measured for the Deployment, and nothing else. The same again changes nothing. */
  run(key: ObjectKey, measurement: Measurement): void {
    const current = this.#running.get(key);
    const running = current ?? new Running(key, this.#phases, this.#options);
    this.#running.set(key, running);
    running.measure(measurement, current === undefined ? measurement.known : undefined);
  }

  /** Nothing is measured for the Deployment any more. */
  stop(key: ObjectKey): void {
    this.#running.get(key)?.end();
    this.#running.delete(key);
  }

  stopAll(): void {
    for (const key of [...this.#running.keys()]) this.stop(key);
  }

  /** What is known by now, by metric: `Pending` before the first look. Empty where nothing is measured. */
  views(key: ObjectKey): ReadonlyMap<string, MetricView> {
    return this.#running.get(key)?.views() ?? new Map();
  }
}

interface Metric {
  readonly check: Check;
  view: MetricView;
  /** A look is under way: the next one in time is left out. */
  looking: boolean;
}

/** One Deployment's. */
class Running {
  readonly #key: ObjectKey;
  readonly #phases: Phases;
  readonly #options: AnalysesOptions;
  /** By what makes a result another's: the beginning, and all of the check. */
  #metrics: ReadonlyMap<string, Metric> = new Map();
  #measurement: Measurement | undefined;
  #phase: Phase | undefined;
  #cancel = () => {};

  constructor(key: ObjectKey, phases: Phases, options: AnalysesOptions) {
    this.#key = key;
    this.#phases = phases;
    this.#options = options;
  }

  /** `known` is of another process: what this one has changed since then, that does not know. */
  measure(measurement: Measurement, known?: ReadonlyMap<string, MetricView>): void {
    const { since, freshFrom, checks, interval } = measurement;
    this.#metrics = new Map(
      checks.map((check): [string, Metric] => {
        const identity = JSON.stringify([since, check]);
        const kept = known?.get(check.metric);
        // What is older was found by an analysis before this one.
        const view = kept !== undefined && kept.at >= (check.since ?? since) ? kept : pending(since);
        return [identity, this.#metrics.get(identity) ?? { check, view, looking: false }];
      }),
    );
    const before = this.#measurement;
    this.#measurement = measurement;
    // Found since the plan that waits for it was made, when it was no news yet.
    const missed = before !== undefined && before.freshFrom < freshFrom;
    if (missed && [...this.#metrics.values()].some(({ view }) => view.at > freshFrom))
      this.#options.onResult(this.#key);
    if (before?.interval === interval) return;
    this.#cancel();
    this.#phase?.release();
    this.#phase = this.#phases.take(this.#options.clock.now(), interval);
    this.#await(this.#phase.first, interval);
  }

  end(): void {
    this.#cancel();
    this.#phase?.release();
    this.#metrics = new Map();
  }

  views(): ReadonlyMap<string, MetricView> {
    const views = new Map([...this.#metrics.values()].map(({ check, view }) => [check.metric, view]));
    const { problems = [], freshFrom: at = 0 } = this.#measurement ?? {};
    for (const { metric, problem } of problems) {
      views.set(metric, { result: 'Error', message: problem, at, failures: 0 });
    }
    return views;
  }

  #await(due: number, interval: number): void {
    const { clock, now } = this.#options;
    this.#cancel = clock.schedule(due - clock.now(), () => {
      // Timers may be early by a part of a millisecond.
      const late = Math.max(clock.now() - due, 0);
      for (const [identity, metric] of this.#metrics) {
        const counts = (metric.check.since ?? 0) < now();
        if (counts && !metric.looking) void this.#look(identity, metric, due);
      }
      // Looks that a frozen process has missed are not made up for.
      this.#await(due + interval * (1 + Math.floor(late / interval)), interval);
    });
  }

  /** Never rejects. */
  async #look(identity: string, metric: Metric, due: number): Promise<void> {
    const { clock, now, ask, onResult, onSent } = this.#options;
    const { namespace = '', since = 0 } = this.#measurement ?? {};
    const { source, verdict, timeout } = metric.check;
    const elapsed = now() - (metric.check.since ?? since);
    const deadline = new AbortController();
    const cancel = clock.schedule(timeout, () => deadline.abort(new Error('timed out')));
    metric.looking = true;
    const reading = await ask(source, {
      namespace,
      elapsed,
      timeout,
      signal: deadline.signal,
      onSent: () => onSent?.(Math.max(clock.now() - due, 0)),
    });
    cancel();
    metric.looking = false;
    // Somebody else's by now.
    if (this.#metrics.get(identity) !== metric) return;
    const before = metric.view;
    const outcome = judge(reading, verdict);
    if (isEarly(metric, outcome, elapsed)) return;
    metric.view = nextView(before, outcome, verdict.type === 'Compare', now());
    const isFirst = before.at <= (this.#measurement?.freshFrom ?? 0);
    if (isFirst || !sameWords(before, metric.view)) onResult(this.#key);
  }
}

/** Whether there may be nothing only because it is too soon: what a canary was asked just now, nobody has counted yet. */
function isEarly({ check, view }: Metric, { result }: Outcome, elapsed: number): boolean {
  return result === 'NoData' && view.result === 'Pending' && elapsed < (check.grace ?? 0);
}

/**
 * What is known after another look. Failures in a row end with a Pass alone: a look that saw nothing says nothing of them.
 * A comparison may stop as soon as it has a verdict, and keeps it: what more is seen cannot take back that a canary is
 * bad, and that it is good only the opposite.
 */
function nextView(before: MetricView, outcome: Outcome, sequential: boolean, at: number): MetricView {
  const decided =
    sequential && (before.result === 'Fail' || (before.result === 'Pass' && outcome.result !== 'Fail'));
  const { result, ...words } = decided ? { ...wordsOf(before), result: before.result } : outcome;
  const failures = result === 'Fail' ? before.failures + 1 : result === 'Pass' ? 0 : before.failures;
  return { result, ...words, at, failures };
}

function wordsOf({ value, samples, message }: MetricView): Pick<MetricView, 'value' | 'samples' | 'message'> {
  return { value, samples, message };
}

function pending(since: number): MetricView {
  return { result: 'Pending', at: since, failures: 0 };
}

/** Whether two say the same, at whatever time. */
function sameWords(a: MetricView, b: MetricView): boolean {
  return (
    a.result === b.result &&
    a.failures === b.failures &&
    a.value === b.value &&
    a.samples === b.samples &&
    a.message === b.message
  );
}
