import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const mountPoint = '/sys/fs/cgroup';

/** Every hierarchy: one for cgroup v2, one a controller for v1, and where both are mounted the unified one as well. */
async function hierarchies(): Promise<readonly string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const ofCgroups = mounts.filter(([, , type]) => type === 'cgroup' || type === 'cgroup2');
  return ofCgroups.map(([, path = '']) => path).filter((path) => path.startsWith(mountPoint));
}

/** Makes the cgroup under which the kubelet puts all pods. */
export async function createCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const directory = join(hierarchy, name);
    await mkdir(directory, { recursive: true });
    // A new cpuset is empty, and a process cannot enter it before it has processors and memory.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const source = join(hierarchy, file);
      if (existsSync(source)) await writeFile(join(directory, file), (await readFile(source, 'utf8')).trim());
    }
  }
}

/** The ids of all processes in the cgroup and below it. */
export async function processesIn(name: string): Promise<readonly number[]> {
  const found = new Set<number>();
  for (const hierarchy of await hierarchies()) {
    for (const directory of await descendants(join(hierarchy, name))) {
      const text = await readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => '');
      for (const line of text.split('\n')) if (line !== '') found.add(Number(line));
    }
  }
  return [...found];
}

/** Removes the cgroup and all below it; those with processes in them stay. */
export async function removeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    for (const directory of await descendants(join(hierarchy, name)))
      await rmdir(directory).catch(() => undefined);
  }
}

/** The folder and all below it, children before their parents. */
async function descendants(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => descendants(join(directory, entry.name))),
  );
  return existsSync(directory) ? [...below.flat(), directory] : [];
}
