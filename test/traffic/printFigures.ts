import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Figure, printFigures } from '../../bench/report.ts';

/** Around the whole suite: what its files found is printed together, after the last of them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'mainstay-figures-'));
  const file = join(directory, 'figures');
  project.provide('figures', file);
  return async () => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    console.log('');
    printFigures(lines.map((line) => JSON.parse(line) as Figure));
    await rm(directory, { recursive: true });
  };
}
