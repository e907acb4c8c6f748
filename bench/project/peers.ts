import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BinaryCache } from '../../cluster/binaries/cache.ts';
import type { Contestant } from './contestants.ts';

const run = promisify(execFile);
const peers = new URL('../peers/', import.meta.url).pathname;

/**
 * The program on controller-runtime. Built by Go on first use; rejects where there is no Go.
 *
 * `OwnCreations`: as the documentation has it, what it has made comes back by the watch and is reconciled.
 * `NoOwnCreations`: it looks away from what is created, and so reconciles half as often.
 */
export async function controllerRuntime(of: 'OwnCreations' | 'NoOwnCreations'): Promise<Contestant> {
  const directory = await prepared('controller-runtime', async (source, target) => {
    await run('go', ['build', '-trimpath', '-o', join(target, 'peer'), '.'], { cwd: source });
  });
  const program = join(directory, 'peer');
  const { stdout } = await run(program, ['--version']);
  return {
    name: of === 'OwnCreations' ? 'controller-runtime' : 'controller-runtime, blind to creations',
    description:
      stdout.trim() + (of === 'OwnCreations' ? '' : '; what it creates does not make it reconcile again'),
    lease: 'mainstay',
    command: async () => ({ command: [program, ...(of === 'OwnCreations' ? ['--own-creations'] : [])] }),
  };
}

/** The program on `@dot-i/k8s-operator`. Its packages are installed on first use, and never enter ours. */
export async function dotI(): Promise<Contestant> {
  const directory = await prepared('dot-i', async (source, target) => {
    await cp(source, target, { recursive: true, filter: (path) => !path.includes('node_modules') });
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: target });
  });
  const { dependencies } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return {
    name: '@dot-i/k8s-operator',
    description: Object.entries(dependencies)
      .map((dependency) => dependency.join(' '))
      .join(', '),
    command: async () => ({ command: [process.execPath, join(directory, 'main.mts')] }),
  };
}

/** A folder outside the checkout that holds a peer ready to run, by the hash of all its files. */
async function prepared(
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
