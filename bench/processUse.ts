import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** What a process has used and holds. */
export interface ProcessUse {
  /** User and system time since it started. */
  readonly cpuSeconds: number;
  /** Resident now, in megabytes (10⁶ bytes). */
  readonly resident: number;
  /** The most that was ever resident. */
  readonly peak: number;
}

/** Linux counts CPU time in hundredths of a second for programs, whatever the kernel's own tick is. */
const ticksPerSecond = 100;

/** Reads `/proc`: Linux only. Rejects once the process is gone. */
export async function useOf(pid: number): Promise<ProcessUse> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The name, in parentheses, may hold spaces. utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    resident: megabytes(status, 'VmRSS'),
    peak: megabytes(status, 'VmHWM'),
  };
}

function megabytes(status: string, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`the process has ended: /proc says no ${field} of it`);
  return (Number(kibibytes) * 1024) / 1e6;
}

/** What each program of a cluster uses, by the program's name. `directory` is the cluster's folder. */
export async function clusterUse(directory: string): Promise<ReadonlyMap<string, ProcessUse>> {
  const used = new Map<string, ProcessUse>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8')).split('\0');
      const program = basename(command[0] ?? '');
      if (!clusterPrograms.has(program) || !command.some((word) => word.includes(directory))) continue;
      used.set(program, await useOf(Number(entry)));
    } catch {
      // It has ended since it was listed.
    }
  }
  return used;
}

const clusterPrograms: ReadonlySet<string> = new Set([
  'etcd',
  'server',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
]);
