import { createHash } from 'node:crypto';
import { access, constants, mkdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { goFlags } from './build.ts';
import { type BinaryName, catalog } from './catalog.ts';

/** Programs kept outside the checkout, so that a fresh clone, or a `git clean`, builds nothing twice. */
export class BinaryCache {
  readonly root: string;

  /** `root`: by default `$MAINSTAY_CACHE`, else `$XDG_CACHE_HOME/mainstay`, else `~/.cache/mainstay`. */
  constructor(root: string = defaultCacheRoot()) {
    this.root = root;
  }

  /**
   * The folder that holds a program. Its name is a hash of all that decides the program's content (go.mod, go.sum,
   * platform, flags), so a change of version is a different folder, and old ones stay good for older checkouts.
   */
  async directoryOf(name: BinaryName): Promise<string> {
    const { module } = catalog[name];
    const hash = createHash('sha256');
    for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(module.directory, file)));
    hash.update(JSON.stringify([process.platform, process.arch, goFlags()]));
    return join(this.root, 'binaries', `${module.name}-${hash.digest('hex').slice(0, 16)}`);
  }

  /** The path of the program if it is there. */
  async find(name: BinaryName): Promise<string | undefined> {
    const path = join(await this.directoryOf(name), name);
    return (await isExecutable(path)) ? path : undefined;
  }

  /** A folder on the cache's own file system, for what is not whole yet. */
  async workingDirectory(name: BinaryName): Promise<string> {
    const directory = `${await this.directoryOf(name)}.partial`;
    await mkdir(directory, { recursive: true });
    return directory;
  }

  /** Puts a finished program in its place. By rename, so that nobody ever runs half a program. */
  async store(name: BinaryName, finished: string): Promise<string> {
    const directory = await this.directoryOf(name);
    await mkdir(directory, { recursive: true });
    const path = join(directory, name);
    await rename(finished, path);
    return path;
  }

  /**
   * Runs `work` while no other process on this machine does the same. `onWait` is called once if somebody else has
   * the lock. The lock is SQLite's on a file, thus the kernel's: it goes with its holder, even by SIGKILL.
   */
  async locked<T>(onWait: () => void, work: () => Promise<T>): Promise<T> {
    await mkdir(this.root, { recursive: true });
    const database = new DatabaseSync(join(this.root, 'lock.sqlite'), { timeout: 0 });
    try {
      for (let waited = false; !tryLock(database); waited = true) {
        if (!waited) onWait();
        await delay(250);
      }
      return await work();
    } finally {
      database.close();
    }
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function defaultCacheRoot(): string {
  const { MAINSTAY_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return own;
  return join(shared || join(homedir(), '.cache'), 'mainstay');
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    // SQLITE_BUSY: somebody else has it.
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return false;
    throw error;
  }
}
