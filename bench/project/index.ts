import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../operator/index.ts';
import { type Contestant, mainstay } from '../contestant.ts';
import { clusterUse } from '../processUse.ts';
import type { Figure, Report, Table } from '../report.ts';
import { type Rest, type Restart, rest, restart, settling } from '../steady.ts';
import { floor } from './bare.ts';
import { controllerRuntime, dotI } from './peers.ts';
import { differences } from './sameObjects.ts';
import { madeObjects, takeSample } from './sample.ts';
import { Scene } from './scene.ts';
import { type Convergence, converge, type Drift, drift } from './trial.ts';
import { projectName } from './world.ts';

export interface ProjectBenchOptions {
  /** Numbers of Projects; the rest, the drift and the restart are measured at the last. Default 500 and 2,000. */
  readonly sizes?: readonly number[];
  /** Default true. The limits that are ratios to a peer need it. */
  readonly peers?: boolean;
  /** How many walls are torn down, one after another. Default 200. */
  readonly drifts?: number;
  /** Seconds of doing nothing that are measured. Default 60. */
  readonly restSeconds?: number;
}

/** What one contestant did in one scene. */
interface Outcome {
  readonly contestant: Contestant;
  readonly size: number;
  readonly convergence: Convergence;
  /** CPU seconds of the API server meanwhile. */
  readonly apiServer: number;
  /** What it made of the first Projects, to be compared. */
  readonly made: readonly KubernetesObject[];
  readonly steady?: Steady;
}

/** What followed the convergence. */
interface Steady {
  readonly rest: Rest;
  readonly drift: Drift;
  readonly restart: Restart;
  readonly restAgain: Rest;
}

/** A contestant that could not do it, in its own words. */
interface Failure {
  readonly contestant: Contestant;
  readonly size: number;
  readonly message: string;
}

/** The benchmark of Projects: us, a floor and two peers, each in a cluster of its own, one after another. */
export async function benchProject(options: ProjectBenchOptions = {}): Promise<Report> {
  const { sizes = [500, 2000], peers = true } = options;
  const directory = await mkdtemp(join(tmpdir(), 'mainstay-bench-'));
  try {
    const sample = join(directory, 'sample.json');
    await writeFile(sample, JSON.stringify(await takeSample()));
    const bare = floor(sample);
    const outcomes: Outcome[] = [];
    const failures: Failure[] = [];
    const [asDocumented, withPredicate, oneQueue] = peers
      ? [await controllerRuntime('OwnCreations'), await controllerRuntime('NoOwnCreations'), await dotI()]
      : [];
    for (const size of sizes) {
      const last = size === sizes.at(-1);
      // A machine's speed changes within minutes: each has another turn, of which the faster counts.
      const turns = [bare, mainstay, asDocumented, bare, mainstay, ...(last ? [] : [asDocumented, bare])];
      // At the largest size one would take most of an hour, and the other tells no more than at this.
      const once = last ? [] : [withPredicate, oneQueue];
      const met = new Set<Contestant>();
      for (const contestant of [...turns, ...once]) {
        if (contestant === undefined) continue;
        // What follows takes minutes.
        const steady =
          last && !met.has(contestant) && (contestant === mainstay || contestant === asDocumented);
        met.add(contestant);
        console.log(`${contestant.name}: ${size} Projects`);
        const outcome = await trial(contestant, size, steady ? options : undefined);
        if ('message' in outcome) failures.push(outcome);
        else outcomes.push(outcome);
      }
    }
    const others = [asDocumented, withPredicate, oneQueue].filter((other) => other !== undefined);
    return reportOf(sizes, outcomes, failures, [bare, mainstay, ...others]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function trial(
  contestant: Contestant,
  size: number,
  steady: ProjectBenchOptions | undefined,
): Promise<Outcome | Failure> {
  await using scene = await Scene.open(size);
  try {
    const before = await apiServerCpu(scene);
    const { convergence, running } = await converge(contestant, scene);
    const apiServer = (await apiServerCpu(scene)) - before;
    console.log(
      `  ${convergence.seconds.toFixed(1)} s, ${convergence.objectsPerSecond.toFixed(0)} objects/s, ` +
        `${convergence.use.cpuSeconds.toFixed(1)} s of CPU, API server ${apiServer.toFixed(1)} s, ` +
        `${convergence.use.peak.toFixed(0)} MB at the peak`,
    );
    const outcome = { contestant, size, convergence, apiServer, made: await madeOfFirst(scene) };
    if (steady === undefined) return outcome;
    return { ...outcome, steady: await followed(contestant, scene, running, steady) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.log(`  ${message}`);
    return { contestant, size, message };
  }
}

async function followed(
  contestant: Contestant,
  scene: Scene,
  running: Awaited<ReturnType<typeof converge>>['running'],
  { drifts = 200, restSeconds = 60 }: ProjectBenchOptions,
): Promise<Steady> {
  // What is left to write (events, a last status) is no rest.
  await scene.requests.untilQuiet(0, 5000);
  await pause(settling);
  const first = await rest(running, restSeconds);
  console.log(`  at rest ${(first.cpu * 100).toFixed(2)} % of a core, ${first.resident.toFixed(0)} MB`);
  const drifted = await drift(scene, Math.min(drifts, scene.size));
  console.log(`  walls back after ${drifted.median.toFixed(1)} ms, p99 ${drifted.p99.toFixed(1)} ms`);
  const again = await restart(contestant, scene, running, 10_000);
  const { mutating, byKind } = again.restart.requests;
  console.log(`  restart: ${mutating} writes, quiet after ${again.restart.quietAfter ?? 'unknown'} s`);
  if (mutating > 0) console.log('  ', Object.fromEntries(byKind));
  await pause(settling);
  const second = await rest(again.running, restSeconds);
  console.log(`  at rest ${(second.cpu * 100).toFixed(2)} % of a core, ${second.resident.toFixed(0)} MB`);
  return { rest: first, drift: drifted, restart: again.restart, restAgain: second };
}

async function apiServerCpu(scene: Scene): Promise<number> {
  return (await clusterUse(scene.cluster.directory)).get('kube-apiserver')?.cpuSeconds ?? Number.NaN;
}

async function madeOfFirst(scene: Scene): Promise<readonly KubernetesObject[]> {
  const first = new Set([1, 2, 3].map(projectName));
  const made = await madeObjects(scene);
  return made
    .map(({ object }) => object)
    .filter(({ metadata }) => first.has(metadata.labels?.['mainstay.dev/project'] ?? ''));
}

function reportOf(
  sizes: readonly number[],
  outcomes: readonly Outcome[],
  failures: readonly Failure[],
  contestants: readonly Contestant[],
): Report {
  const turnsOf = (name: string, size: number) =>
    outcomes.filter((outcome) => outcome.contestant.name === name && outcome.size === size);
  const fastest = (name: string, size: number) =>
    turnsOf(name, size).toSorted((a, b) => a.convergence.seconds - b.convergence.seconds)[0];
  const share = ({ size, convergence }: Outcome) =>
    convergence.objectsPerSecond / (fastest('floor', size)?.convergence.objectsPerSecond ?? Number.NaN);
  const convergences: Table = {
    caption:
      'From the start of the program until the last of the Projects, which were there before, is Ready:',
    header: [
      '',
      'Projects',
      'seconds',
      'objects/s',
      'of the floor',
      'CPU s',
      'API server CPU s',
      'peak RSS MB',
    ],
    rows: outcomes.map((outcome) => [
      outcome.contestant.name,
      String(outcome.size),
      outcome.convergence.seconds.toFixed(1),
      outcome.convergence.objectsPerSecond.toFixed(0),
      share(outcome).toFixed(2),
      outcome.convergence.use.cpuSeconds.toFixed(1),
      outcome.apiServer.toFixed(1),
      outcome.convergence.use.peak.toFixed(0),
    ]),
  };
  const steady: Table = {
    caption: `Then, at ${sizes.at(-1)} Projects:`,
    header: [
      '',
      'CPU at rest',
      'RSS at rest MB',
      'wall back, median ms',
      'p99 ms',
      'writes of a restart',
      'quiet after s',
      'RSS after a restart MB',
      'its peak MB',
    ],
    rows: outcomes.flatMap(({ contestant, steady }) =>
      steady === undefined
        ? []
        : [
            [
              contestant.name,
              `${(steady.rest.cpu * 100).toFixed(2)} %`,
              steady.rest.resident.toFixed(0),
              steady.drift.median.toFixed(1),
              steady.drift.p99.toFixed(1),
              String(steady.restart.requests.mutating),
              steady.restart.quietAfter?.toFixed(1) ?? '',
              steady.restAgain.resident.toFixed(0),
              steady.restart.use.peak.toFixed(0),
            ],
          ],
    ),
  };
  return {
    title: 'Projects',
    paragraphs: [
      'Each contestant has a cluster of its own, in which Mainstay is installed (all but its Deployment) and the ' +
        'Projects are there before it starts: two environments each, 20 objects in all. It has exactly the rights of ' +
        'the operator. Everything runs on one machine, so that what a contestant uses is taken from the API server.',
      contestants.map(({ name, description }) => `- ${name}: ${description}`).join('\n'),
      ...sameness(outcomes),
      ...failures.map(
        ({ contestant, size, message }) => `${contestant.name} failed at ${size} Projects: ${message}`,
      ),
    ],
    tables: [convergences, steady],
    figures: figuresOf(sizes, outcomes, fastest, share),
  };
}

function sameness(outcomes: readonly Outcome[]): readonly string[] {
  const ours = outcomes.find(({ contestant }) => contestant === mainstay);
  if (ours === undefined) return [];
  const others = outcomes.filter((outcome) => outcome.size === ours.size && outcome !== ours);
  const found = others.flatMap(({ contestant, made }) =>
    differences(ours.made, made).map((difference) => `${contestant.name}: ${difference}`),
  );
  return found.length === 0
    ? ['All made the same objects, which was compared at the end of each run.']
    : [`Not all made the same objects:\n\n${found.map((line) => `- ${line}`).join('\n')}`];
}

function figuresOf(
  sizes: readonly number[],
  outcomes: readonly Outcome[],
  fastest: (name: string, size: number) => Outcome | undefined,
  share: (outcome: Outcome) => number,
): readonly Figure[] {
  const figures: Figure[] = [];
  const add = (
    name: string,
    value: number | undefined,
    unit: string,
    limit: number,
    better: Figure['better'],
  ) => {
    figures.push({ name, value: value ?? Number.NaN, unit, limit, better });
  };
  for (const size of sizes) {
    const ours = fastest('Mainstay', size);
    const theirs = fastest('controller-runtime', size);
    add(`throughput-${size}`, ours && share(ours), 'of-the-floor', 0.85, 'higher');
    const cpu = ours && theirs && ours.convergence.use.cpuSeconds / theirs.convergence.use.cpuSeconds;
    add(`cpu-${size}`, cpu, 'of-controller-runtime', 1, 'lower');
  }
  const last = outcomes.find(({ contestant, steady }) => contestant === mainstay && steady !== undefined);
  const { steady } = last ?? {};
  const peak = last && steady && Math.max(last.convergence.use.peak, steady.restart.use.peak);
  const resident = steady && Math.max(steady.rest.resident, steady.restAgain.resident);
  add('restart-writes', steady?.restart.requests.mutating, 'requests', 0, 'lower');
  add('restart-quiet', steady?.restart.quietAfter, 's', 5, 'lower');
  add('rss-at-rest', resident, 'MB', 230, 'lower');
  add('rss-peak', peak, 'MB', 350, 'lower');
  add('cpu-at-rest', steady && Math.max(steady.rest.cpu, steady.restAgain.cpu) * 100, '%', 0.3, 'lower');
  add('drift-median', steady?.drift.median, 'ms', 15, 'lower');
  add('drift-p99', steady?.drift.p99, 'ms', 60, 'lower');
  add('drift-lost', steady?.drift.lost, 'walls', 0, 'lower');
  return figures;
}
