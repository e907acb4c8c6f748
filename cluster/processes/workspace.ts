import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Reaper } from './reaper.ts';

/** A folder for all files of a cluster, and the reaper that removes it and everything else in the end. */
export interface Workspace {
  readonly reaper: Reaper;
  readonly directory: string;
}

/** The folder is the first thing registered, so it is the last to go. */
export async function createWorkspace(): Promise<Workspace> {
  const reaper = await Reaper.start();
  try {
    const directory = join(tmpdir(), `mainstay-cluster-${randomUUID()}`);
    await reaper.undoAtEnd({ kind: 'directory', path: directory });
    await mkdir(directory, { mode: 0o700 });
    return { reaper, directory };
  } catch (error) {
    await reaper.stop();
    throw error;
  }
}
