import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../cluster/index.ts';

/** Takes a cluster's etcd back in time, as an administrator does with a backup. Linux: it looks into /proc. */
export class EtcdSnapshots {
  readonly #cluster: Cluster;
  readonly #pid: number;
  readonly #command: readonly [string, ...string[]];

  private constructor(cluster: Cluster, pid: number, command: readonly [string, ...string[]]) {
    this.#cluster = cluster;
    this.#pid = pid;
    this.#command = command;
  }

  /** Of the etcd that the cluster's reaper has started. */
  static async of(cluster: Cluster): Promise<EtcdSnapshots> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    for (const pid of pids) {
      const [program, ...flags] = await commandOf(pid);
      if (program === undefined || !flags.includes(`--data-dir=${cluster.directory}/etcd`)) continue;
      return new EtcdSnapshots(cluster, pid, [program, ...flags]);
    }
    throw new Error(`no etcd works on ${cluster.directory}`);
  }

  /** Copies the data as it is at one instant: etcd stands still meanwhile. */
  async take(): Promise<void> {
    process.kill(this.#pid, 'SIGSTOP');
    try {
      await cp(this.#data, this.#copy, { recursive: true });
    } finally {
      process.kill(this.#pid, 'SIGCONT');
    }
  }

  /** Kills etcd and starts it with the copy. To be called once, and the API server restarted after it. */
  async restore(): Promise<void> {
    process.kill(this.#pid, 'SIGKILL');
    while ((await commandOf(this.#pid)).length > 0) await pause(10);
    await rm(this.#data, { recursive: true });
    await cp(this.#copy, this.#data, { recursive: true });
    await this.#cluster.reaper.spawn({
      name: 'etcd-restored',
      command: this.#command,
      log: this.#cluster.files.log('etcd-restored'),
      workingDirectory: this.#cluster.directory,
    });
  }

  get #data(): string {
    return join(this.#cluster.directory, 'etcd');
  }

  get #copy(): string {
    return join(this.#cluster.directory, 'etcd-snapshot');
  }
}

/** Program and arguments; empty if there is no such process (any more). */
async function commandOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').filter((part) => part !== '');
}
