import { join } from 'node:path';
import { bundle } from '../../test/operatorImage.ts';
import type { Contestant } from '../contestant.ts';

const root = new URL('../../', import.meta.url).pathname;

/** The bare loop; `sample` is the file that `takeSample` wrote. */
export function floor(sample: string): Contestant {
  return {
    name: 'floor',
    description: 'a bare loop: 32 in flight, the same objects, two statuses a Project, no cache',
    command: async ({ cluster: { directory } }) => {
      await bundle({ floor: join(root, 'bench/project/floor.ts') }, directory);
      return { command: [process.execPath, join(directory, 'floor.mjs'), sample] };
    },
  };
}
