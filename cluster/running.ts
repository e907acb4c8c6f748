import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A cluster that `npm run cluster -- up` has left running. */
export interface RunningCluster {
  readonly name: string;
  /** The process that holds it: when it ends, the cluster goes. */
  readonly pid: number;
  readonly url: string;
  readonly kubeconfig: string;
  readonly directory: string;
  readonly nodes: string;
  /** When it was ready, ISO 8601. */
  readonly since: string;
}

/** The clusters that were left running on this machine, by name, as files in the user's state folder. */
export class RunningClusters {
  readonly #directory: string;

  /** By default in `$XDG_STATE_HOME/mainstay/clusters`, else `~/.local/state/mainstay/clusters`. */
  constructor(directory: string = defaultDirectory()) {
    this.#directory = directory;
  }

  /** The named cluster if it runs. What is left of one that was killed is forgotten: its reaper has removed it. */
  async find(name: string): Promise<RunningCluster | undefined> {
    let cluster: RunningCluster;
    try {
      cluster = JSON.parse(await readFile(this.#file(name), 'utf8'));
    } catch {
      return undefined;
    }
    if (await isHolder(cluster.pid)) return cluster;
    await this.remove(name);
    return undefined;
  }

  async list(): Promise<readonly RunningCluster[]> {
    const files = await readdir(this.#directory).catch(() => []);
    const names = files
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
    const found = await Promise.all(names.sort().map((name) => this.find(name)));
    return found.filter((cluster) => cluster !== undefined);
  }

  async add(cluster: RunningCluster): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    await writeFile(this.#file(cluster.name), `${JSON.stringify(cluster, null, 2)}\n`);
  }

  async remove(name: string): Promise<void> {
    await rm(this.#file(name), { force: true });
  }

  /** Where the holder of a cluster writes what goes wrong. */
  async logOf(name: string): Promise<string> {
    await mkdir(this.#directory, { recursive: true });
    return join(this.#directory, `${name}.log`);
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.json`);
  }
}

/** Whether the process is there and is ours: process ids are used again. */
export async function isHolder(pid: number): Promise<boolean> {
  try {
    const { stdout } = await execute('ps', ['-o', 'stat=,args=', '-p', String(pid)]);
    return stdout.includes('holder.ts') && !stdout.trimStart().startsWith('Z');
  } catch {
    return false;
  }
}

function defaultDirectory(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'mainstay', 'clusters');
}
