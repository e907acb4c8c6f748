import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, image } from '../../test/operatorImage.ts';
import type { Applied, Sample, Told } from './measures.ts';
import type { Pod } from './pod.ts';

const programs = {
  mainstay: new URL('./mainstay.ts', import.meta.url),
  'client-node': new URL('./clientNode.ts', import.meta.url),
  drain: new URL('./drain.ts', import.meta.url),
  parse: new URL('./parse.ts', import.meta.url),
} as const;

export type Contestant = keyof typeof programs;

export interface RunOptions {
  /** Where `bundleContestants` has put them. */
  readonly directory: string;
  readonly pod: Pod;
  /** Events that are waited for. Default none. */
  readonly events?: number;
  /** Milliseconds of rest at the end. */
  readonly rest: number;
  /** Further flags of Node. */
  readonly flags?: readonly string[];
  /** Runs when the contestant has everything. */
  readonly synced?: () => Promise<void>;
}

/** How one run of a contestant went. */
export interface Run {
  /** Milliseconds from the process' start until it had everything. */
  readonly startUp: number;
  /** The same from where it began to list. */
  readonly listing: number;
  readonly objects: number;
  readonly synced: Sample;
  readonly rested: Sample;
  readonly applied?: Applied;
}

/** Bundles every contestant as the operator is. */
export async function bundleContestants(directory: string): Promise<void> {
  await bundle(
    Object.fromEntries(Object.entries(programs).map(([name, url]) => [name, fileURLToPath(url)])),
    directory,
  );
}

/** Runs a contestant in a process of its own, which is gone when this resolves or rejects. */
export async function run(contestant: Contestant, options: RunOptions): Promise<Run> {
  const { directory, pod, events = 0, rest, flags = [] } = options;
  const spawned = Date.now();
  const child = fork(join(directory, `${contestant}.mjs`), [pod.root, String(events), String(rest)], {
    execArgv: [...image.flags, ...flags],
    env: { ...pod.env, ...image.environment },
  });
  const ended = new AbortController();
  child.once('exit', (code, signal) => {
    ended.abort(new Error(`${contestant} ended with ${signal ?? code} before it had told everything`));
  });
  try {
    const told: { synced?: Told & { told: 'synced' }; applied?: Applied } = {};
    for await (const [message] of on(child, 'message', { signal: ended.signal }) as AsyncIterable<[Told]>) {
      if (message.told === 'applied') told.applied = message.applied;
      else if (message.told === 'synced') {
        told.synced = message;
        await options.synced?.();
      } else {
        const { synced, applied } = told;
        if (synced === undefined) break;
        return {
          startUp: synced.sample.at - spawned,
          listing: synced.sample.at - synced.began,
          objects: synced.objects,
          synced: synced.sample,
          rested: message.sample,
          ...(applied && { applied }),
        };
      }
    }
    throw new Error(`${contestant} did not tell how it was in step`);
  } finally {
    // It exits by itself, so that profiles are written; not for long.
    if (child.connected) child.disconnect();
    const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    clearTimeout(impatience);
  }
}
