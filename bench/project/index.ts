import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../operator/index.ts';
import { type Contestant, mainstay } from '../contestant.ts';
import { clusterUse } from '../processUse.ts';
import type { Report } from '../report.ts';
import { rest, restart, settling } from '../steady.ts';
import { floor } from './bare.ts';
import { type Failure, type Outcome, reportOf, type Steady } from './figures.ts';
import { controllerRuntime, dotI } from './peers.ts';
import { madeObjects, takeSample } from './sample.ts';
import { Scene } from './scene.ts';
import { converge, drift } from './trial.ts';
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
      // A machine's speed changes within minutes: we are compared with the floor right before and after, and more than once.
      const turns = [
        ...[bare, mainstay, bare, mainstay],
        ...(last ? [asDocumented] : [bare, mainstay, bare, asDocumented, asDocumented]),
      ];
      // At the largest size one would take most of an hour, and the other tells no more than at this.
      const once = last ? [] : [withPredicate, oneQueue];
      const met = new Set<Contestant>();
      for (const contestant of [...turns, ...once]) {
        if (contestant === undefined) continue;
        // What follows takes minutes.
        const again = met.has(contestant);
        const steady = last && ((contestant === mainstay && again) || contestant === asDocumented);
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
