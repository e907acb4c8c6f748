import { setTimeout as pause } from 'node:timers/promises';
import type { ReapedProcess } from '../cluster/processes/reaper.ts';
import { type Contestant, type Place, prepare } from './contestant.ts';
import { type ProcessUse, useOf } from './processUse.ts';
import type { RequestLog, Requests } from './requests.ts';

/** Milliseconds after which rest begins: a garbage collector sweeps once more some seconds after the last work. */
export const settling = 20_000;

/** A contestant that has converged, and has nothing to do. */
export interface Rest {
  /** Share of one core, 1 for all of it. */
  readonly cpu: number;
  /** Megabytes. */
  readonly resident: number;
}

export interface Restart {
  readonly requests: Requests;
  /** From having the Lease to the last request, seconds; undefined where no Lease was taken. */
  readonly quietAfter: number | undefined;
  readonly use: ProcessUse;
}

/** Watches it do nothing. It must have had the time to finish what it did. */
export async function rest(running: ReapedProcess, seconds: number): Promise<Rest> {
  const before = await useOf(running.pid);
  const began = performance.now();
  await pause(seconds * 1000);
  const after = await useOf(running.pid);
  const elapsed = (performance.now() - began) / 1000;
  return { cpu: (after.cpuSeconds - before.cpuSeconds) / elapsed, resident: after.resident };
}

/**
 * Ends the contestant, starts it again, and waits until it has asked for nothing for so many milliseconds. The requests
 * of the place are the contestant's.
 */
export async function restart(
  contestant: Contestant,
  place: Place & { readonly requests: RequestLog },
  running: ReapedProcess,
  calm: number,
): Promise<{ readonly restart: Restart; readonly running: ReapedProcess }> {
  await running.end();
  await running.exited;
  const start = await prepare(contestant, place);
  const since = Date.now();
  const again = await start();
  const requests = await place.requests.untilQuiet(
    since,
    calm,
    ({ lastAt, leaseAt }) =>
      lastAt !== undefined && (contestant.lease === undefined || leaseAt !== undefined),
  );
  const { lastAt, leaseAt } = requests;
  const quietAfter =
    leaseAt === undefined || lastAt === undefined ? undefined : Math.max(0, lastAt - leaseAt) / 1000;
  return { restart: { requests, quietAfter, use: await useOf(again.pid) }, running: again };
}
