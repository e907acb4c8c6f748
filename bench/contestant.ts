import { join } from 'node:path';
import type { Cluster } from '../cluster/index.ts';
import type { ReapedProcess } from '../cluster/processes/reaper.ts';
import packageJson from '../package.json' with { type: 'json' };
import { bundle, image } from '../test/operatorImage.ts';

/** Somebody who does the job. */
export interface Contestant {
  readonly name: string;
  /** With versions, for the table. */
  readonly description: string;
  /** The Lease that it takes before it works, if it does. */
  readonly lease?: string;
  /** The program and its environment; `KUBECONFIG` is added. */
  command(place: Place): Promise<{
    readonly command: readonly [string, ...string[]];
    readonly environment?: Readonly<Record<string, string>>;
  }>;
}

/** Where a contestant runs. */
export interface Place {
  readonly cluster: Cluster;
  /** The path of a kubeconfig with exactly the contestant's rights. */
  readonly kubeconfig: string;
}

const root = new URL('../', import.meta.url).pathname;

/** The operator as its image runs it: bundled, with the image's options of Node. */
export const mainstay: Contestant = mainstayWith({});

/** The same with settings of its own: `MAINSTAY_…`. */
export function mainstayWith(environment: Readonly<Record<string, string>>): Contestant {
  return {
    name: 'Mainstay',
    description: `Mainstay ${packageJson.version}, Node ${process.versions.node}`,
    lease: 'mainstay',
    command: async ({ cluster: { directory } }) => {
      await bundle({ mainstay: join(root, 'main.ts') }, directory);
      return {
        command: [process.execPath, ...image.flags, join(directory, 'mainstay.mjs')],
        environment: {
          ...image.environment,
          MAINSTAY_PROBES_PORT: '0',
          MAINSTAY_METRICS_PORT: '0',
          MAINSTAY_LOG_LEVEL: 'warn',
          ...environment,
        },
      };
    },
  };
}

let started = 0;

/**
 * Makes it ready to run in the place, which no time counts: compiled, bundled. What is given starts it. It ends with the
 * cluster, however that ends.
 */
export async function prepare(contestant: Contestant, place: Place): Promise<() => Promise<ReapedProcess>> {
  const { command, environment } = await contestant.command(place);
  const { directory, reaper } = place.cluster;
  return () => {
    started += 1;
    return reaper.spawn({
      name: `contestant-${started}`,
      command,
      log: join(directory, `contestant-${started}.log`),
      environment: { ...environment, KUBECONFIG: place.kubeconfig },
      graceMilliseconds: 30_000,
    });
  };
}
