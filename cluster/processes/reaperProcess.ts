/**
 * The process that owns all that a cluster leaves on the machine: it starts every process, keeps the list of what to
 * undo, and undoes it, last first, when it is told to or when its parent is gone.
 *
 * It runs in a session of its own, so Ctrl-C in the parent's terminal does not reach it or what it started. The
 * parent's end, however it came, closes the channel between them. Since the reaper itself starts the processes and
 * learns of every folder before it is made, there is no moment at which something exists that it does not know of.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type {
  ProcessHandle,
  ProcessSpec,
  ReaperAnswer,
  ReaperCall,
  ReaperMessage,
  ReaperRequest,
  UndoStep,
} from './protocol.ts';

interface Owned {
  readonly handle: ProcessHandle;
  readonly spec: ProcessSpec;
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
}

type Entry = { readonly kind: 'process'; readonly owned: Owned } | UndoStep;

/** In order of creation; undone from the end. */
const entries: Entry[] = [];
let undoing: Promise<readonly string[]> | undefined;

process.on('message', (call: ReaperCall) => void answer(call));
process.on('disconnect', () => void undoAndExit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void undoAndExit());
process.on('uncaughtException', (error) => {
  record([`reaper: ${error.stack ?? error.message}`]);
  void undoAndExit();
});

async function answer({ id, request }: ReaperCall): Promise<void> {
  try {
    const value = await perform(id, request);
    await tell({ kind: 'answer', id, value });
  } catch (error) {
    await tell({ kind: 'refusal', id, message: error instanceof Error ? error.message : String(error) });
  }
  if (request.do === 'stop') process.exit(0);
}

async function perform(id: number, request: ReaperRequest): Promise<ReaperAnswer> {
  switch (request.do) {
    case 'spawn':
      return { pid: await start(id, request.process) };
    case 'undoAtEnd':
      refuseWhileUndoing();
      entries.push(request.step);
      return {};
    case 'end': {
      const owned = processOf(request.handle);
      if (owned !== undefined) await end(owned, request.graceMilliseconds);
      return {};
    }
    case 'stop':
      return { failures: await undoAll() };
  }
}

function refuseWhileUndoing(): void {
  if (undoing !== undefined) throw new Error('the cluster is being stopped');
}

function processOf(handle: ProcessHandle): Owned | undefined {
  for (const entry of entries) {
    if (entry.kind === 'process' && entry.owned.handle === handle) return entry.owned;
  }
  return undefined;
}

/** Its own process group, so that its children end with it. Known to us in the same turn in which it is started. */
async function start(handle: ProcessHandle, spec: ProcessSpec): Promise<number> {
  refuseWhileUndoing();
  const log = openSync(spec.log, 'a');
  const [file, ...args] = spec.command;
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', log, log],
    ...(spec.workingDirectory === undefined ? {} : { cwd: spec.workingDirectory }),
    env: { ...process.env, ...spec.environment },
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      signalGroup(child, 'SIGKILL');
      void tell({ kind: 'exit', handle, code, signal });
      resolve();
    });
    child.once('error', () => resolve());
  });
  const owned: Owned = { handle, spec, child, exited };
  if (child.pid !== undefined) {
    entries.push({ kind: 'process', owned });
    return child.pid;
  }
  throw await new Promise<Error>((resolve) => child.once('error', resolve));
}

async function end({ child, exited }: Owned, graceMilliseconds: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (graceMilliseconds > 0) {
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMilliseconds);
    await exited;
    clearTimeout(timer);
  } else {
    signalGroup(child, 'SIGKILL');
    await exited;
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function undoAll(): Promise<readonly string[]> {
  undoing ??= (async () => {
    const failures: string[] = [];
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
      try {
        await undo(entry);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    return failures;
  })();
  return undoing;
}

async function undo(entry: Entry): Promise<void> {
  switch (entry.kind) {
    case 'process':
      return end(entry.owned, entry.owned.spec.graceMilliseconds ?? 0);
    case 'directory':
      return rm(entry.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    case 'command':
      return runCommand(entry.command, entry.timeoutMilliseconds ?? 30_000);
  }
}

function runCommand(command: readonly [string, ...string[]], timeout: number): Promise<void> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout, killSignal: 'SIGKILL' });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2000);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command.join(' ')}: ended with ${signal ?? code}: ${output.trim()}`));
    });
  });
}

async function undoAndExit(): Promise<void> {
  const failures = await undoAll();
  // Nobody is there to be told.
  record(failures);
  process.exit(failures.length === 0 ? 0 : 1);
}

function record(failures: readonly string[]): void {
  if (failures.length === 0) return;
  const lines = failures.map((failure) => `${new Date().toISOString()} [${process.pid}] ${failure}\n`);
  try {
    appendFileSync(join(tmpdir(), 'mainstay-cluster-reaper.log'), lines.join(''));
  } catch {
    // A full disk must not keep the rest from being undone.
  }
}

/** Resolves when it is on its way: only then may this process end. */
function tell(message: ReaperMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
