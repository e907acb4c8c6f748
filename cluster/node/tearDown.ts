/**
 * Takes away what containers leave behind once kubelet and containerd have ended: their processes, their shims, their
 * mounts and their cgroups. Run by the reaper as a program of its own: `node tearDown.ts FOLDER CGROUP`.
 *
 * Nothing is asked of containerd, which may have been killed; nothing is touched that does not lie in the folder or in
 * the cgroup.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { processesIn, removeCgroup } from './cgroups.ts';

const [folder, cgroup] = process.argv.slice(2);
if (!folder?.startsWith('/') || folder.length < 5 || cgroup === undefined) {
  console.error('usage: node tearDown.ts FOLDER CGROUP');
  process.exit(2);
}

const deadline = performance.now() + 20_000;
for (;;) {
  const running = [...(await processesIn(cgroup)), ...(await processesNaming(folder))];
  if (running.length === 0) break;
  for (const id of running) kill(id);
  if (performance.now() > deadline) throw new Error(`processes do not end: ${running.join(', ')}`);
  await pause(50);
}
await unmountAllIn(folder);
await removeCgroup(cgroup);

/** Processes whose command line names the folder: containerd's shims, and what they were just starting. */
async function processesNaming(path: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    const id = Number(entry);
    if (!Number.isInteger(id) || id === process.pid || id === process.ppid) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith('/usr/bin/containerd-shim') || command.startsWith('runc')) {
      if (command.includes(path)) found.push(id);
    }
  }
  return found;
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The latest mount first, since a mount may lie on another. */
async function unmountAllIn(path: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const points = mounts
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${path}/`));
  for (const point of points.reverse()) {
    await promisify(execFile)('umount', ['--lazy', point]);
  }
}
