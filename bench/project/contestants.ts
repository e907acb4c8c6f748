import { join } from 'node:path';
import type { ReapedProcess } from '../../cluster/processes/reaper.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { bundle, image } from '../../test/operatorImage.ts';
import type { Scene } from './scene.ts';

/** Somebody who does the job. */
export interface Contestant {
  readonly name: string;
  /** With versions, for the table. */
  readonly description: string;
  /** The Lease that it takes before it works, if it does. */
  readonly lease?: string;
  /** The program and its environment; `KUBECONFIG` is added. */
  command(scene: Scene): Promise<{
    readonly command: readonly [string, ...string[]];
    readonly environment?: Readonly<Record<string, string>>;
  }>;
}

const root = new URL('../../', import.meta.url).pathname;

/** The operator as its image runs it: bundled, with the image's options of Node. */
export const mainstay: Contestant = {
  name: 'Mainstay',
  description: `Mainstay ${packageJson.version}, Node ${process.versions.node}`,
  lease: 'mainstay',
  command: async (scene) => {
    const { directory } = scene.cluster;
    await bundle({ mainstay: join(root, 'main.ts') }, directory);
    return {
      command: [process.execPath, ...image.flags, join(directory, 'mainstay.mjs')],
      environment: {
        ...image.environment,
        MAINSTAY_PROBES_PORT: '0',
        MAINSTAY_METRICS_PORT: '0',
        MAINSTAY_LOG_LEVEL: 'warn',
      },
    };
  },
};

/** The bare loop; `sample` is the file that `takeSample` wrote. */
export function floor(sample: string): Contestant {
  return {
    name: 'floor',
    description: 'a bare loop: 32 in flight, the same objects, two statuses a Project, no cache',
    command: async (scene) => {
      const { directory } = scene.cluster;
      await bundle({ floor: join(root, 'bench/project/floor.ts') }, directory);
      return { command: [process.execPath, join(directory, 'floor.mjs'), sample] };
    },
  };
}

let started = 0;

/**
 * Makes it ready to run in the scene, which no time counts: compiled, bundled. What is given starts it. It ends with the
 * scene, however that ends.
 */
export async function prepare(contestant: Contestant, scene: Scene): Promise<() => Promise<ReapedProcess>> {
  const { command, environment } = await contestant.command(scene);
  return () => {
    started += 1;
    return scene.cluster.reaper.spawn({
      name: `contestant-${started}`,
      command,
      log: join(scene.cluster.directory, `contestant-${started}.log`),
      environment: { ...environment, KUBECONFIG: scene.kubeconfig },
      graceMilliseconds: 30_000,
    });
  };
}
