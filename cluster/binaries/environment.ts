import { join } from 'node:path';
import { isExecutable } from './cache.ts';
import type { BinaryName } from './catalog.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A program that the environment names, as envtest defines it: `TEST_ASSET_ETCD`, `TEST_ASSET_KUBE_APISERVER`, … for
 * one program, `KUBEBUILDER_ASSETS` for a folder that holds some of them. What the folder lacks comes from the next
 * source: envtest's own bundles have no controller manager and no scheduler.
 *
 * @throws Error if a variable for one program names a file that cannot be run: an explicit wish is not passed over.
 */
export async function fromEnvironment(
  name: BinaryName,
  environment: Environment = process.env,
): Promise<string | undefined> {
  const variable = `TEST_ASSET_${name.toUpperCase().replaceAll('-', '_')}`;
  const explicit = environment[variable];
  if (explicit) {
    if (await isExecutable(explicit)) return explicit;
    throw new Error(`${variable} names ${explicit}, which is not an executable file`);
  }
  const folder = environment.KUBEBUILDER_ASSETS;
  if (!folder) return undefined;
  const path = join(folder, name);
  return (await isExecutable(path)) ? path : undefined;
}
