import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reaper } from './reaper.ts';

describe('a reaper', { timeout: 20_000 }, () => {
  let directory: string;
  let reaper: Reaper;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mainstay-reaper-'));
    reaper = await Reaper.start();
  });
  afterEach(async () => {
    await reaper.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const log = (): string => join(directory, 'log');
  const shell = (script: string): readonly [string, ...string[]] => ['sh', '-c', script];

  it('undoes everything, from the last to the first', async () => {
    const note = (text: string) => ({ kind: 'command', command: shell(`echo ${text} >> ${log()}`) }) as const;
    const folder = join(directory, 'folder');
    await reaper.undoAtEnd({ kind: 'directory', path: folder });
    mkdirSync(folder);
    await reaper.undoAtEnd(note('first'));
    const { pid } = await reaper.spawn({ name: 'sleep', command: ['sleep', '600'], log: log() });
    await reaper.undoAtEnd(note('last'));
    await reaper.stop();
    expect(readFileSync(log(), 'utf8')).toBe('last\nfirst\n');
    expect(existsSync(folder)).toBe(false);
    expect(isAlive(pid)).toBe(false);
  });

  it('goes on when a step fails, and says which', async () => {
    const folder = join(directory, 'folder');
    mkdirSync(folder);
    await reaper.undoAtEnd({ kind: 'directory', path: folder });
    await reaper.undoAtEnd({ kind: 'command', command: shell('echo mount is busy >&2; exit 3') });
    await reaper.undoAtEnd({ kind: 'command', command: ['sleep', '600'], timeoutMilliseconds: 50 });
    await expect(reaper.stop()).rejects.toThrow(
      /sleep 600: ended with SIGKILL(.|\n)*ended with 3: mount is busy/,
    );
    expect(existsSync(folder)).toBe(false);
  });

  it('tells how a process ended, however early', async () => {
    const early = await reaper.spawn({
      name: 'early',
      command: shell('echo out; echo err >&2; exit 7'),
      log: log(),
    });
    expect(await early.exited).toEqual({ code: 7, signal: null });
    expect(readFileSync(log(), 'utf8')).toBe('out\nerr\n');
    const long = await reaper.spawn({ name: 'long', command: ['sleep', '600'], log: log() });
    await long.end();
    expect(await long.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('says so when a program cannot be started', async () => {
    const missing = reaper.spawn({ name: 'x', command: ['/nowhere/etcd'], log: log() });
    await expect(missing).rejects.toThrow('/nowhere/etcd');
  });

  it('lets a process end by itself within its grace, and ends it after', async () => {
    const polite = await reaper.spawn({
      name: 'polite',
      command: shell(`trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done`),
      log: log(),
      graceMilliseconds: 5000,
    });
    await vi.waitFor(() => expect(readFileSync(log(), 'utf8')).toContain('up'));
    await polite.end();
    expect(await polite.exited).toEqual({ code: 0, signal: null });
    const deaf = await reaper.spawn({
      name: 'deaf',
      command: shell(`trap '' TERM; echo deaf; while :; do sleep 0.02; done`),
      log: log(),
    });
    await vi.waitFor(() => expect(readFileSync(log(), 'utf8')).toContain('deaf'));
    await deaf.end(50);
    expect(await deaf.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('takes the children of a process with it', async () => {
    await reaper.spawn({ name: 'parent', command: shell('sleep 600 & echo $!; wait'), log: log() });
    const child = await vi.waitFor(() => {
      const pid = Number(readFileSync(log(), 'utf8'));
      expect(pid).toBeGreaterThan(0);
      return pid;
    });
    await reaper.stop();
    await vi.waitFor(() => expect(isAlive(child)).toBe(false));
  });
});

describe('the program that a reaper works for', { timeout: 20_000 }, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mainstay-reaper-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Makes a folder, starts a process, says `ready` with its pid and the reaper's, and then does as told. */
  const program = (then: string): ChildProcess => {
    const module = fileURLToPath(new URL('./reaper.ts', import.meta.url));
    const script = `
      import { mkdirSync } from 'node:fs';
      const { Reaper } = await import(${JSON.stringify(module)});
      const reaper = await Reaper.start();
      const path = ${JSON.stringify(join(directory, 'folder'))};
      await reaper.undoAtEnd({ kind: 'directory', path });
      mkdirSync(path);
      const { pid } = await reaper.spawn({ name: 'sleep', command: ['sleep', '600'], log: path + '/log' });
      console.log('ready', pid, reaper.pid);
      ${then}`;
    return spawn(process.execPath, ['--input-type=module', '--eval', script], {
      // A group of its own, as a terminal gives one to each command.
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };

  const endings: readonly (readonly [string, string, (child: ChildProcess) => void])[] = [
    ['is killed', 'setInterval(() => {}, 1000)', (child) => child.kill('SIGKILL')],
    [
      'is ended by Ctrl-C',
      'setInterval(() => {}, 1000)',
      (child) => process.kill(-(child.pid ?? 0), 'SIGINT'),
    ],
    ['throws', 'throw new Error("as this test wants it")', () => {}],
    ['exits', 'process.exit(0)', () => {}],
    ['forgets to stop', '', () => {}],
  ];
  it.each(endings)('leaves nothing behind when it %s', async (_, then, end) => {
    const child = program(
      then.replace('throw new', 'process.on("uncaughtException", () => process.exit(1)); throw new'),
    );
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const [pid, reaperPid] = await new Promise<readonly number[]>((resolve) =>
      child.stdout?.once('data', (text: Buffer) => resolve(text.toString().split(' ').slice(1).map(Number))),
    );
    end(child);
    await exited;
    await vi.waitFor(
      () => {
        expect(isAlive(pid ?? 0)).toBe(false);
        expect(existsSync(join(directory, 'folder'))).toBe(false);
        expect(isAlive(reaperPid ?? 0)).toBe(false);
      },
      { timeout: 10_000 },
    );
  });
});

/** A zombie, whose parent has not asked after it yet, is as good as gone. */
function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
