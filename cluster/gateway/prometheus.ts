import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { BinaryCache } from '../binaries/cache.ts';
import { unpackDebianPackages } from '../node/debianPackages.ts';
import { findProgram } from '../node/prerequisites.ts';

const port = 9090;

export const prometheusUrl = (address: string): string => `http://${address}:${port}`;

/** Writes the configuration into the folder, and gives the flags: every second, the one target is scraped. */
export async function configurePrometheus(
  directory: string,
  address: string,
  target: string,
): Promise<readonly string[]> {
  const configuration = join(directory, 'prometheus.yaml');
  const scrape = { scrape_interval: '1s', scrape_timeout: '1s' };
  await writeFile(
    configuration,
    stringify({
      global: { ...scrape, evaluation_interval: '1s' },
      scrape_configs: [{ job_name: 'traefik', static_configs: [{ targets: [target] }] }],
    }),
  );
  return [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(directory, 'prometheus')}`,
    `--web.listen-address=${address}:${port}`,
    '--log.level=warn',
  ];
}

/**
 * The path of Prometheus: the machine's own, else Debian's, unpacked into the cache and not installed.
 *
 * @throws Error with what apt said, if neither can be had.
 */
export async function findPrometheus(cache: BinaryCache = new BinaryCache()): Promise<string> {
  const installed = await findProgram('prometheus');
  if (installed !== undefined) return installed;
  const root = join(cache.root, 'debian', 'prometheus');
  const program = join(root, 'usr/bin/prometheus');
  if (existsSync(program)) return program;
  await mkdir(join(cache.root, 'debian'), { recursive: true });
  // In its place by rename, so that nobody ever runs half a program.
  const work = await mkdtemp(join(cache.root, 'debian', 'partial-'));
  try {
    await unpackDebianPackages(['prometheus'], join(work, 'packages'), join(work, 'root'));
    await rename(join(work, 'root'), root).catch((error: unknown) => {
      if (!existsSync(program)) throw error; // Or else another process was faster.
    });
    return program;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
