import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build as buildFromModules } from './build.ts';
import { BinaryCache } from './cache.ts';
import { type BinaryName, catalog } from './catalog.ts';
import { type DownloadOptions, download as downloadRelease } from './download.ts';
import { fromEnvironment } from './environment.ts';
import { type Progress, toStandardError } from './progress.ts';
import { releaseOf } from './releases.ts';

export { type BinaryName, controlPlaneBinaries, versions } from './catalog.ts';

/** The path of each program that was asked for. */
export type BinaryPaths<Name extends BinaryName> = Readonly<Record<Name, string>>;

/** Where programs come from. All have defaults; tests give their own. */
export interface BinarySources {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly cache?: BinaryCache;
  readonly download?: (options: DownloadOptions) => Promise<string>;
  readonly build?: (options: BuildOptions) => Promise<ReadonlyMap<BinaryName, string>>;
  readonly progress?: Progress;
}

/**
 * Finds the programs, or gets them: from the environment (`KUBEBUILDER_ASSETS`), the cache, the official releases, or a
 * build from Go modules. Each program from the first source that has it; only what is asked for is got.
 *
 * @throws Error that says for each source why it could not help, and what a person can do.
 */
export async function findBinaries<const Name extends BinaryName>(
  names: readonly Name[],
  sources: BinarySources = {},
): Promise<BinaryPaths<Name>> {
  const { environment = process.env, cache = new BinaryCache(), progress = toStandardError } = sources;
  const found = new Map<BinaryName, string>();
  const search = async (): Promise<readonly BinaryName[]> => {
    const missing: BinaryName[] = [];
    for (const name of new Set<BinaryName>(names)) {
      const path = (await fromEnvironment(name, environment)) ?? (await cache.find(name));
      if (path === undefined) missing.push(name);
      else found.set(name, path);
    }
    return missing;
  };
  if ((await search()).length > 0) {
    const waiting = (): void =>
      progress('another process is getting the programs of Kubernetes; waiting for it');
    await cache.locked(waiting, async () => {
      // Whoever had the lock before may have got them.
      const missing = await search();
      if (missing.length > 0) await obtain(missing, cache, found, progress, sources);
    });
  }
  return pathsOf(names, found);
}

async function obtain(
  missing: readonly BinaryName[],
  cache: BinaryCache,
  found: Map<BinaryName, string>,
  progress: Progress,
  sources: BinarySources,
): Promise<void> {
  progress(`Kubernetes programs to get: ${missing.join(', ')} (kept in ${cache.root} for the next time)`);
  const failures: string[] = [];
  const left = await downloadAll(missing, cache, found, progress, sources, failures);
  const unbuilt = left.length === 0 ? [] : await buildAll(left, cache, found, progress, sources, failures);
  if (unbuilt.length > 0) throw new Error(unavailable(unbuilt, failures));
}

/** Returns what could not be downloaded. A host that failed is not asked again. */
async function downloadAll(
  names: readonly BinaryName[],
  cache: BinaryCache,
  found: Map<BinaryName, string>,
  progress: Progress,
  sources: BinarySources,
  failures: string[],
): Promise<readonly BinaryName[]> {
  const { download = downloadRelease } = sources;
  const left: BinaryName[] = [];
  const failedHosts = new Set<string>();
  for (const name of names) {
    const release = releaseOf(name);
    if (release === undefined) failures.push(`download: nobody publishes ${name} for ${process.platform}`);
    if (release === undefined || failedHosts.has(new URL(release.url).host)) {
      left.push(name);
      continue;
    }
    try {
      const directory = await cache.workingDirectory(name);
      found.set(name, await cache.store(name, await download({ name, release, directory, progress })));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`download: ${reason}`);
      progress(`cannot download ${name}: ${reason}`);
      failedHosts.add(new URL(release.url).host);
      left.push(name);
    }
  }
  return left;
}

/** Returns what could not be built. */
async function buildAll(
  names: readonly BinaryName[],
  cache: BinaryCache,
  found: Map<BinaryName, string>,
  progress: Progress,
  sources: BinarySources,
  failures: string[],
): Promise<readonly BinaryName[]> {
  const { build = buildFromModules } = sources;
  const left: BinaryName[] = [];
  for (const [module, ofModule] of Map.groupBy(names, (name) => catalog[name].module)) {
    const [first] = ofModule;
    if (first === undefined) continue;
    const directory = join(await cache.workingDirectory(first), 'build');
    try {
      const built = await build({ names: ofModule, module, directory, progress });
      for (const [name, path] of built) found.set(name, await cache.store(name, path));
      await rm(directory, { recursive: true, force: true });
    } catch (error) {
      failures.push(`build: ${error instanceof Error ? error.message : String(error)}`);
      left.push(...ofModule);
    }
  }
  return left;
}

function unavailable(names: readonly BinaryName[], failures: readonly string[]): string {
  return [
    `There is no way here to get ${names.join(', ')}:`,
    '- environment: neither KUBEBUILDER_ASSETS nor TEST_ASSET_… names it',
    '- cache: it was never got on this machine',
    ...failures.map((failure) => `- ${failure}`),
    'Any one of these helps: access to dl.k8s.io and github.com (or a mirror of both in MAINSTAY_RELEASES); Go 1.26',
    'with access to a Go module proxy; a folder with the programs in KUBEBUILDER_ASSETS.',
  ].join('\n');
}

function pathsOf<Name extends BinaryName>(
  names: readonly Name[],
  found: ReadonlyMap<BinaryName, string>,
): BinaryPaths<Name> {
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const path = found.get(name);
    if (path !== undefined) paths[name] = path;
  }
  if (isComplete(names, paths)) return paths;
  throw new Error(`a source did not give all that it was asked for: ${names.join(', ')}`);
}

function isComplete<Name extends BinaryName>(
  names: readonly Name[],
  paths: Readonly<Partial<Record<Name, string>>>,
): paths is BinaryPaths<Name> {
  return names.every((name) => paths[name] !== undefined);
}
