import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReapedProcess } from '../../cluster/processes/reaper.ts';
import { networkPolicies } from '../../operator/resources/builtin.ts';
import { type Contestant, prepare } from '../contestant.ts';
import { type ProcessUse, useOf } from '../processUse.ts';
import type { Scene } from './scene.ts';

/** From a program's start until the last Project is Ready. */
export interface Convergence {
  readonly seconds: number;
  readonly objectsPerSecond: number;
  /** What the contestant had used by then. */
  readonly use: ProcessUse;
}

/** From a delete's answer to the object's return, milliseconds. */
export interface Drift {
  readonly median: number;
  readonly p99: number;
  /** How many did not come back in ten seconds. */
  readonly lost: number;
}

/** Runs a contestant until everything is Ready; it keeps running. Rejects if it ends by itself, or takes too long. */
export async function converge(
  contestant: Contestant,
  scene: Scene,
): Promise<{ readonly convergence: Convergence; readonly running: ReapedProcess }> {
  const start = await prepare(contestant, scene);
  const began = performance.now();
  const running = await start();
  // The floor ends as soon as it has made its last write, which is not an end before its time.
  let use: ProcessUse = { cpuSeconds: 0, resident: 0, peak: 0 };
  const look = async () => {
    use = await useOf(running.pid).catch(() => use);
  };
  const over = new AbortController();
  const looking = (async () => {
    while (!over.signal.aborted) {
      await look();
      await pause(100, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    const ended = Promise.race([
      running.exited.then(({ code }) =>
        code === 0 ? scene.allReady : failed(contestant, running, scene, `ended with ${code}`),
      ),
      scene.allReady,
    ]);
    // Less than ten objects a second is no way to do it.
    const patience = 60_000 + scene.objects * 100;
    const late = pause(patience, undefined, { signal: over.signal }).then(() =>
      failed(contestant, running, scene, `not done after ${patience / 1000} s`),
    );
    const at = await Promise.race([ended, late]);
    await look();
    const seconds = (at - began) / 1000;
    const convergence = { seconds, objectsPerSecond: scene.objects / seconds, use };
    return { convergence, running };
  } finally {
    over.abort();
    await looking;
  }
}

/** Deletes a wall in so many Projects, one after another, each when the one before is back. */
export async function drift(scene: Scene, count: number): Promise<Drift> {
  const returned = new Map<string, (at: number) => void>();
  const forget = scene.walls.onChange(({ type, object }) => {
    if (type === 'Added') returned.get(object.metadata.namespace ?? '')?.(performance.now());
  });
  const walls = [...scene.walls.list()].sort((a, b) =>
    (a.metadata.namespace ?? '').localeCompare(b.metadata.namespace ?? ''),
  );
  // Every second is of the same Project.
  const chosen = spread(
    walls.filter((_, at) => at % 2 === 0),
    count,
  );
  const times: number[] = [];
  let lost = 0;
  for (const { metadata } of chosen) {
    const { name, namespace = '' } = metadata;
    const back = new Promise<number>((resolve) => returned.set(namespace, resolve));
    await scene.operator.delete(networkPolicies, { name, namespace });
    const deleted = performance.now();
    const at = await Promise.race([back, pause(10_000, undefined)]);
    if (at === undefined) lost += 1;
    // The watch may tell of the return before the delete's own answer is read.
    else times.push(Math.max(0, at - deleted));
  }
  forget();
  times.sort((a, b) => a - b);
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99), lost };
}

async function failed(
  contestant: Contestant,
  running: ReapedProcess,
  scene: Scene,
  what: string,
): Promise<never> {
  const log = await readFile(running.log, 'utf8').catch(() => '');
  throw new Error(
    `${contestant.name}: ${what}; ${scene.readyCount} of ${scene.size} Projects are Ready. Its last words:\n${log.slice(-2000)}`,
  );
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, at) => at % step === 0).slice(0, count);
}
