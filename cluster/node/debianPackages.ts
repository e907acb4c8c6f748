import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Gets packages of Debian into one folder and unpacks them into another, which then is a root with their files. Nothing
 * is installed, no script of theirs is run, and what they depend on is not got.
 *
 * @throws Error with what apt or dpkg said.
 */
export async function unpackDebianPackages(
  names: readonly string[],
  downloads: string,
  root: string,
): Promise<void> {
  await mkdir(downloads, { recursive: true });
  await mkdir(root, { recursive: true });
  await download(names, downloads);
  for (const file of await readdir(downloads)) {
    if (file.endsWith('.deb')) await execute('dpkg-deb', ['--extract', join(downloads, file), root]);
  }
}

/** Package lists may be missing on a fresh machine; they are fetched once when the download fails without them. */
async function download(names: readonly string[], directory: string): Promise<void> {
  const options = { cwd: directory };
  try {
    await execute('apt-get', ['download', '-q', ...names], options);
  } catch {
    await execute('apt-get', ['update', '-q']);
    await execute('apt-get', ['download', '-q', ...names], options);
  }
}
