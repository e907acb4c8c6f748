import { setTimeout as pause } from 'node:timers/promises';
import { useOf } from '../processUse.ts';
import { mainstayRollouts } from './contestants.ts';
import { lateness } from './lateness.ts';
import { QueryCounter } from './prometheus.ts';
import { imageOf, RolloutScene } from './scene.ts';
import { type Failure, start } from './trial.ts';
import { images } from './world.ts';

/** What so many analyses at once asked of one Prometheus. */
export interface AnalysisOutcome {
  readonly canaries: number;
  /** That were measured, all canaries being analysed. */
  readonly seconds: number;
  /** Checks: each look of a canary makes two. */
  readonly looks: number;
  /** Requests that Prometheus got for them. */
  readonly queries: number;
  /** How late the latest check was, in seconds. */
  readonly latest: number;
  readonly p99: number;
  /** Writes of the operator meanwhile. */
  readonly statusWrites: number;
  /** Of the operator, as a share of a core. */
  readonly cpu: number;
}

const interval = 15;
/** Four intervals. */
const measured = 60;
const shared = 'cluster:errors:ratio_rate5m';

/** All canaries are analysed at once, each every 15 s: one query of its own, and one that all ask. */
export async function benchAnalysis(canaries: number): Promise<AnalysisOutcome | Failure> {
  await using prometheus = await QueryCounter.open();
  const contestant = mainstayRollouts({
    spec: analysed(prometheus.address),
    environment: { MAINSTAY_DEPLOYMENT_ANALYSIS_ALLOW: "['127.0.0.0/8']" },
  });
  console.log(`${contestant.name}: ${canaries} canaries analysed at once`);
  await using scene = await RolloutScene.open(contestant, canaries);
  try {
    return await analyse(scene, prometheus);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.log(`  ${message}`);
    return { contestant, size: canaries, message };
  }
}

async function analyse(scene: RolloutScene, prometheus: QueryCounter): Promise<AnalysisOutcome> {
  const { contestant, size: canaries } = scene;
  const running = await start(scene);
  if (running === undefined) throw new Error('there is nobody who analyses');
  const [first, second] = images;
  const patience = 120 + canaries;
  await scene.create(first);
  await scene.until((one) => contestant.isDone(one), patience);
  await scene.update(second);
  await scene.until((one) => imageOf(one) === second && one.status?.step?.stage === 'Analyzing', patience);
  // Whoever began last has its first look within an interval.
  await pause(interval * 1000);
  const since = Date.now();
  const began = performance.now();
  const before = await useOf(running.pid);
  await pause(measured * 1000);
  const after = await useOf(running.pid);
  const ended = performance.now();
  const requests = await scene.requests.since(since);
  const seconds = (ended - began) / 1000;
  const { looks, queries, late } = countOf(prometheus.asked, began, ended);
  const outcome: AnalysisOutcome = {
    canaries,
    seconds,
    looks,
    queries,
    latest: late.at(-1) ?? Number.NaN,
    p99: late[Math.floor(late.length * 0.99)] ?? Number.NaN,
    statusWrites: requests.mutating,
    cpu: (after.cpuSeconds - before.cpuSeconds) / seconds,
  };
  console.log(
    `  ${queries} queries for ${looks} checks in ${seconds.toFixed(0)} s, the latest ${outcome.latest.toFixed(2)} s late, ` +
      `${requests.mutating} writes, ${(outcome.cpu * 100).toFixed(0)} % of a core`,
  );
  return outcome;
}

function analysed(address: string): object {
  return {
    // One pod beside another: what is measured is not how they come.
    replicas: 1,
    strategy: { type: 'Canary', canary: { steps: [{ weight: 50, analysis: { duration: '1h' } }] } },
    analysis: {
      interval: `${interval}s`,
      prometheus: { address },
      metrics: [
        { name: 'errors', query: 'sum(rate(http_errors_total{ {{canary}} }[{{interval}}]))', max: 0.01 },
        { name: 'cluster', query: shared, max: 0.01 },
      ],
    },
  };
}

/** What was asked between the two times. Every canary's own query tells of all its looks, those before the two as well. */
function countOf(
  asked: ReadonlyMap<string, readonly number[]>,
  from: number,
  to: number,
): { readonly looks: number; readonly queries: number; readonly late: readonly number[] } {
  let own = 0;
  let queries = 0;
  const late: number[] = [];
  for (const [query, times] of asked) {
    const count = times.filter((at) => at >= from && at <= to).length;
    queries += count;
    if (query === shared) continue;
    own += count;
    late.push(...lateness(times, interval));
  }
  return { looks: 2 * own, queries, late: late.toSorted((a, b) => a - b) };
}
