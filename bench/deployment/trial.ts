import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReapedProcess } from '../../cluster/processes/reaper.ts';
import { prepare } from '../contestant.ts';
import { type ProcessUse, useOf } from '../processUse.ts';
import type { Requests } from '../requests.ts';
import { type Rest, type Restart, rest, restart, settling } from '../steady.ts';
import type { RolloutContestant } from './contestants.ts';
import { type EventCount, eventsOf } from './events.ts';
import { imageOf, RolloutScene } from './scene.ts';
import { images } from './world.ts';

/** All Deployments, from the first write of somebody until the last of them is done. */
export interface Turn {
  readonly seconds: number;
  /** CPU seconds of the API server. */
  readonly apiServer: number;
  /** Of the operator, if there is one. */
  readonly requests?: Requests;
}

/** What one contestant did in one cluster. */
export interface Outcome {
  readonly contestant: RolloutContestant;
  readonly size: number;
  readonly installed: Turn;
  readonly updated: Turn;
  /** Of the operator, from its start until the updates were done and it was quiet. */
  readonly use?: ProcessUse;
  readonly events?: EventCount;
  readonly steady?: Steady;
}

/** What followed. */
interface Steady {
  readonly rest: Rest;
  readonly restart: Restart;
}

/** A contestant that could not do it, in its own words. */
export interface Failure {
  readonly contestant: RolloutContestant;
  readonly size: number;
  readonly message: string;
}

/** Milliseconds without a request after which an operator has finished what it did. */
const calm = 5_000;

/** Deployments are installed, then all given a new image; `restSeconds` of rest and a restart follow where it is given. */
export async function trial(
  contestant: RolloutContestant,
  size: number,
  restSeconds: number | undefined,
): Promise<Outcome | Failure> {
  await using scene = await RolloutScene.open(contestant, size);
  let running: ReapedProcess | undefined;
  try {
    running = await start(scene);
    const [first, second] = images;
    const installed = await turn(scene, first, () => scene.create(first));
    say('installed', size, installed);
    const updated = await turn(scene, second, () => scene.update(second));
    say('updated', size, updated);
    const outcome = { contestant, size, installed, updated };
    if (running === undefined) return outcome;
    const use = await useOf(running.pid);
    console.log(
      `  ${use.cpuSeconds.toFixed(1)} s of CPU, ${use.peak.toFixed(0)} MB at the peak, ${use.resident.toFixed(0)} now`,
    );
    const events = await eventsOf(scene);
    for (const [what, more] of events.again.slice(0, 5)) console.log(`  ${more} more times: ${what}`);
    const told = { ...outcome, use, events };
    if (restSeconds === undefined) return told;
    return { ...told, steady: await steadyOf(scene, running, restSeconds) };
  } catch (error) {
    const log = running && (await readFile(running.log, 'utf8').catch(() => ''));
    const message = `${error instanceof Error ? error.message : error}${log ? `; its last words:\n${log.slice(-2000)}` : ''}`;
    console.log(`  ${message}`);
    return { contestant, size, message };
  }
}

/** Resolves when the operator leads and has seen what is there. */
export async function start(scene: RolloutScene): Promise<ReapedProcess | undefined> {
  const { operator } = scene.contestant;
  if (operator === undefined) return undefined;
  const spawn = await prepare(operator.program, scene);
  const since = Date.now();
  const running = await spawn();
  const leads = scene.requests.untilQuiet(since, 2_000, ({ leaseAt }) => leaseAt !== undefined);
  const ended = running.exited.then(({ code }) => {
    throw new Error(`ended with ${code}`);
  });
  await Promise.race([leads, ended]);
  return running;
}

async function turn(scene: RolloutScene, image: string, write: () => Promise<void>): Promise<Turn> {
  const { contestant, size } = scene;
  const cpu = await scene.apiServerCpu();
  const since = Date.now();
  const began = performance.now();
  const done = scene.until((one) => imageOf(one) === image && contestant.isDone(one), 120 + size);
  await Promise.all([write(), done]);
  const seconds = (performance.now() - began) / 1000;
  const apiServer = (await scene.apiServerCpu()) - cpu;
  if (contestant.operator !== undefined) {
    const requests = await scene.requests.untilQuiet(since, calm);
    return { seconds, apiServer, requests };
  }
  // Pods of before are still going.
  await pause(calm);
  return { seconds, apiServer };
}

function say(what: string, size: number, { seconds, apiServer, requests }: Turn): void {
  const asked =
    requests === undefined
      ? ''
      : `; each ${(requests.mutating / size).toFixed(2)} writes, ${(requests.events / size).toFixed(2)} of events, ` +
        `${(requests.dryRuns / size).toFixed(2)} dry runs: ${kinds(requests, size)}`;
  console.log(`  ${what} in ${seconds.toFixed(1)} s, API server ${apiServer.toFixed(1)} s${asked}`);
}

function kinds({ byKind }: Requests, size: number): string {
  return [...byKind]
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${(count / size).toFixed(2)} ${kind}`)
    .join(', ');
}

async function steadyOf(scene: RolloutScene, running: ReapedProcess, restSeconds: number): Promise<Steady> {
  const { operator } = scene.contestant;
  if (operator === undefined) throw new Error('there is nobody to rest');
  await pause(settling);
  const atRest = await rest(running, restSeconds);
  console.log(`  at rest ${(atRest.cpu * 100).toFixed(2)} % of a core, ${atRest.resident.toFixed(0)} MB`);
  const again = await restart(operator.program, scene, running, 10_000);
  const { mutating, events, byKind } = again.restart.requests;
  console.log(
    `  restart: ${mutating} writes, ${events} of events, quiet after ${again.restart.quietAfter} s`,
  );
  if (mutating > 0) console.log('  ', Object.fromEntries(byKind));
  return { rest: atRest, restart: again.restart };
}
