/** What a contestant measures of itself, in its own process. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds, seconds of processor, megabytes; over all since the process began. */
export interface Sample {
  /** When it was taken, since 1970. */
  readonly at: number;
  readonly cpu: number;
  readonly rss: number;
  readonly peakRss: number;
  /** The longest time since the last sample in which the event loop did not turn. */
  readonly stall: number;
}

/** What a contestant tells the bench, one after another. */
export type Told =
  | { readonly told: 'synced'; readonly began: number; readonly objects: number; readonly sample: Sample }
  | { readonly told: 'applied'; readonly applied: Applied }
  | { readonly told: 'rested'; readonly sample: Sample };

/** Samples at the first event and at the last, and how many came from the one to the other. */
export interface Applied {
  readonly events: number;
  readonly first: Sample;
  readonly last: Sample;
}

/**
 * A way to follow all NetworkPolicies, given the root of a pod's files. Calls back for each event; resolves, once in
 * step, with what counts the objects that it holds.
 */
export type Follow = (root: string, changed: () => void) => Promise<() => number>;

/** Takes part in the bench. Arguments of the process: that root, how many events to wait for, and milliseconds to rest. */
export async function takePart(follow: Follow): Promise<void> {
  const [root = '', events = '0', rest = '0'] = process.argv.slice(2);
  const wanted = Number(events);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const sample = (): Sample => {
    const { user, system } = process.cpuUsage();
    const stall = delays.max / 1e6;
    delays.reset();
    return { at: now(), cpu: (user + system) / 1e6, stall, ...memory() };
  };

  let count = 0;
  let synced = false;
  let first = sample();
  const all = Promise.withResolvers<Sample>();
  const began = now();
  const size = await follow(root, () => {
    if (!synced) return;
    count++;
    if (count === 1) first = sample();
    // A turn later, so that the turn that brought it counts too.
    if (count === wanted) setTimeout(() => all.resolve(sample()), 2);
  });
  const at = now();
  // As above.
  await new Promise((resolve) => setTimeout(resolve, 2));
  const inStep = { ...sample(), at };
  synced = true;
  tell({ told: 'synced', began, objects: size(), sample: inStep });
  if (wanted > 0) {
    const last = await all.promise;
    tell({ told: 'applied', applied: { events: wanted - 1, first, last } });
  }
  await new Promise((resolve) => setTimeout(resolve, Number(rest)));
  tell({ told: 'rested', sample: sample() });
}

function tell(told: Told): void {
  process.send?.(told);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function memory(): { readonly rss: number; readonly peakRss: number } {
  const status = readFileSync('/proc/self/status', 'utf8');
  const megabytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1000;
  return { rss: megabytes('VmRSS'), peakRss: megabytes('VmHWM') };
}

process.on('disconnect', () => process.exit(0));
