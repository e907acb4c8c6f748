import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BinaryCache } from '../cluster/binaries/cache.ts';

const peers = new URL('./peers/', import.meta.url).pathname;

/**
 * A folder outside the checkout that holds a peer ready to run, by the hash of all its files. `make` fills it on first
 * use; `name` is that of the peer's folder in `bench/peers`, its source.
 */
export async function prepared(
  name: string,
  make: (source: string, target: string) => Promise<void>,
): Promise<string> {
  const source = join(peers, name);
  const hash = createHash('sha256').update(process.version);
  for (const file of (await readdir(source)).filter((entry) => entry !== 'node_modules').sort())
    hash.update(file).update(await readFile(join(source, file)));
  const root = join(new BinaryCache().root, 'bench');
  const directory = join(root, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if ((await readdir(directory).catch(() => [])).length > 0) return directory;
  console.log(`making ${name} ready; this takes some minutes, once`);
  // Moved into place when it is whole, so that nobody finds half of it.
  const partial = `${directory}.${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await make(source, partial);
  await rename(partial, directory);
  return directory;
}
