import { BinaryCache } from './cache.ts';
import type { BinaryName } from './catalog.ts';
import { fromEnvironment } from './environment.ts';

export { type BinaryName, controlPlaneBinaries, versions } from './catalog.ts';

/** The path of each program that was asked for. */
export type BinaryPaths<Name extends BinaryName> = Readonly<Record<Name, string>>;

/** Finds the programs, or gets them: from the environment, the cache. */
export async function findBinaries<const Name extends BinaryName>(
  names: readonly Name[],
): Promise<BinaryPaths<Name>> {
  const cache = new BinaryCache();
  const found = new Map<BinaryName, string>();
  const missing: BinaryName[] = [];
  for (const name of names) {
    const path = (await fromEnvironment(name)) ?? (await cache.find(name));
    if (path === undefined) missing.push(name);
    else found.set(name, path);
  }
  if (missing.length > 0) throw new Error(`not found: ${missing.join(', ')}`);
  return pathsOf(names, found);
}

function pathsOf<Name extends BinaryName>(
  names: readonly Name[],
  found: ReadonlyMap<BinaryName, string>,
): BinaryPaths<Name> {
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const path = found.get(name);
    if (path === undefined) throw new Error(`no path for ${name}`);
    paths[name] = path;
  }
  return paths as BinaryPaths<Name>;
}
