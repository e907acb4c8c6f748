import { metricDefaults } from '../../../crds/deployment/defaults.ts';
import type { Metric } from '../../../crds/deployment/schema.ts';
import { spanOf } from './amounts.ts';
import { courseOf } from './course.ts';
import type { PlannedAnalysis } from './deploymentPlan.ts';
import type { Excuse, Memory } from './memory.ts';
import type { MetricView } from './observation.ts';
import type { Situation } from './situation.ts';

/** What the metrics say, all in all. */
export type Verdict =
  | { readonly type: 'Pass' }
  | { readonly type: 'Wait'; readonly message: string }
  /** To be held until somebody decides. */
  | { readonly type: 'Pause'; readonly message: string }
  | { readonly type: 'Fail'; readonly message: string };

/** The metrics that are to be watched now: those of the step, and those that no step names once there is traffic. */
export function plannedAnalysis(situation: Situation, memory: Memory): PlannedAnalysis | undefined {
  const { step } = memory;
  const { canary, stable } = courseOf(situation, memory);
  if (step === undefined || canary === undefined || stable === undefined) return undefined;
  const watched = watchedMetrics(situation, memory);
  if (watched.length === 0) return undefined;
  return {
    of: canary,
    against: stable,
    since: step.trafficSince ?? step.since,
    metrics: watched.map(({ name }) => name),
    comparisons: comparisonsOf(situation),
  };
}

/** With all of the traffic there is nothing to compare. */
function comparisonsOf({ strategy: { steps } }: Situation): number {
  const begun = steps.filter(({ weight }, index) => weight < 100 && weight !== steps[index - 1]?.weight);
  return Math.max(begun.length, 1);
}

/** Of the step that analyzes now, on results from its beginning on. */
export function stepVerdict(situation: Situation, memory: Memory): Verdict {
  const { step } = memory;
  const planned = step && situation.strategy.steps[step.index - 1]?.analysis;
  if (step === undefined || planned === undefined) return { type: 'Pass' };
  const metrics = stepMetrics(situation, step.index);
  const over = situation.now >= step.since + spanOf(planned.duration, 0);
  let waiting: string | undefined = over ? undefined : 'its time is not over';
  let held: Verdict | undefined;
  for (const metric of metrics) {
    const verdict = verdictOf(metric, resultOf(situation, metric, step.since), over, step.excused);
    if (verdict.type === 'Fail') return verdict;
    if (verdict.type === 'Pause') held ??= verdict;
    if (verdict.type === 'Wait') waiting ??= verdict.message;
  }
  return held ?? (waiting === undefined ? { type: 'Pass' } : { type: 'Wait', message: waiting });
}

/** Of all that is watched: whether the rollout has to go back, or to be held. */
export function watchVerdict(situation: Situation, memory: Memory): Verdict {
  const { step } = memory;
  if (step === undefined) return { type: 'Pass' };
  const own = step.stage === 'Analyzing' ? stepVerdict(situation, memory) : undefined;
  if (own?.type === 'Fail') return own;
  let held = own?.type === 'Pause' ? own : undefined;
  if (step.trafficSince !== undefined) {
    const since = Math.max(step.trafficSince, step.since);
    for (const metric of backgroundMetrics(situation)) {
      const verdict = verdictOf(metric, resultOf(situation, metric, since), false, step.excused);
      if (verdict.type === 'Fail') return verdict;
      if (verdict.type === 'Pause') held ??= verdict;
    }
  }
  return held ?? { type: 'Pass' };
}

/** When the analysis of a step may be over; milliseconds since the epoch. */
export function analysisEnd({ strategy }: Situation, { step }: Memory): number | undefined {
  const planned = step && strategy.steps[step.index - 1]?.analysis;
  if (step?.stage !== 'Analyzing' || planned === undefined) return undefined;
  return step.since + spanOf(planned.duration, 0);
}

function watchedMetrics(situation: Situation, { step }: Memory): readonly Metric[] {
  if (step === undefined) return [];
  const own = step.stage === 'Analyzing' ? stepMetrics(situation, step.index) : [];
  const behind = step.trafficSince === undefined ? [] : backgroundMetrics(situation);
  return [...own, ...behind.filter((metric) => !own.includes(metric))];
}

function stepMetrics({ observation, strategy }: Situation, index: number): readonly Metric[] {
  const planned = strategy.steps[index - 1]?.analysis;
  const metrics = observation.deployment.spec.analysis?.metrics ?? [];
  if (planned === undefined) return [];
  return planned.metrics === undefined
    ? metrics
    : metrics.filter(({ name }) => planned.metrics?.includes(name));
}

/** Those that no step names. */
function backgroundMetrics({ observation, strategy }: Situation): readonly Metric[] {
  const metrics = observation.deployment.spec.analysis?.metrics ?? [];
  if (metrics.length === 0) return metrics;
  return metrics.filter(
    ({ name }) => !strategy.steps.some(({ analysis }) => analysis?.metrics?.includes(name)),
  );
}

/** A result from before counts for nothing: it was of another revision or another weight. */
function resultOf({ observation }: Situation, { name }: Metric, since: number): MetricView | undefined {
  const result = observation.analysis.get(name);
  return result === undefined || result.at <= since ? undefined : result;
}

/**
 * What holds a rollout for metrics, for whoever goes on in spite of it: what they have failed until now, and, where they
 * are not to be asked again, that they cannot tell.
 */
export function excusesOf(
  situation: Situation,
  memory: Memory,
  silent: boolean,
): readonly Excuse[] | undefined {
  const { paused, step } = memory;
  const before = step?.excused ?? [];
  if (paused?.reason !== 'AnalysisPaused' && paused?.reason !== 'MetricFailed') return step?.excused;
  const found = watchedMetrics(situation, memory).flatMap(({ name }): readonly Excuse[] => {
    const view = situation.observation.analysis.get(name);
    if (view === undefined || view.result === 'Pass' || view.result === 'Pending') return [];
    const mute = silent && view.result !== 'Fail';
    return [{ name, failures: view.failures, ...(mute && { silent: true }) }];
  });
  const names = new Set(found.map(({ name }) => name));
  const all = [...before.filter(({ name }) => !names.has(name)), ...found];
  return all.length === 0 ? undefined : all;
}

function verdictOf(
  metric: Metric,
  view: MetricView | undefined,
  over: boolean,
  excused: readonly Excuse[] = [],
): Verdict {
  const { failureLimit, onNoData, onError, onInconclusive } = metricDefaults(metric);
  const { name } = metric;
  const excuse = excused.find((one) => one.name === name);
  const pausing = (type: Verdict['type']) => type === 'Pause' && excuse?.silent === true;
  if (view === undefined) return { type: 'Wait', message: `metric ${name} has no result yet` };
  const words = describe(name, view);
  switch (view.result) {
    case 'Pass':
      return { type: 'Pass' };
    case 'Pending':
      return { type: 'Wait', message: words };
    case 'Fail':
      return { type: failuresOf(view, excuse) >= failureLimit ? 'Fail' : 'Wait', message: words };
    case 'NoData':
      return onNoData === 'Pass' || pausing(onNoData) ? { type: 'Pass' } : { type: onNoData, message: words };
    case 'Error':
      return pausing(onError) ? { type: 'Pass' } : { type: onError, message: words };
    case 'Inconclusive':
      if (!over) return { type: 'Wait', message: words };
      return onInconclusive === 'Pass' || pausing(onInconclusive)
        ? { type: 'Pass' }
        : { type: onInconclusive, message: words };
  }
}

/** In a row, without those that somebody knew of. Once it has passed it begins anew. */
function failuresOf({ failures }: MetricView, excuse: Excuse | undefined): number {
  const known = excuse?.failures ?? 0;
  return failures < known ? failures : failures - known;
}

function describe(name: string, { result, value, samples, message }: MetricView): string {
  const measured = value === undefined ? '' : ` with ${value}`;
  const count = samples === undefined ? '' : ` of ${samples} samples`;
  const words = message === undefined ? '' : `: ${message}`;
  const said = {
    Pass: 'passed',
    Fail: 'failed',
    Inconclusive: 'is undecided',
    NoData: 'has no data',
    Error: 'had an error',
    Pending: 'is pending',
  };
  return `metric ${name} ${said[result]}${measured}${count}${words}`;
}
