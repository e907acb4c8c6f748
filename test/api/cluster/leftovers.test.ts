import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

describe('what a cluster leaves on the machine', () => {
  let temporary: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'mainstay-leftovers-'));
  });
  afterEach(() => rmSync(temporary, { recursive: true, force: true }));

  /** All that a cluster makes lies in its temporary folder, and every command of its processes names a file there. */
  const nothingIsLeft = (of?: ChildProcess): Promise<void> =>
    eventually(() => {
      // Only when the reaper has ended can nothing more appear.
      if (of !== undefined) expect(processesNaming(`reaperProcess.ts ${of.pid}`)).toEqual([]);
      expect(processesNaming(`${temporary}/mainstay-cluster-`)).toEqual([]);
      expect(readdirSync(temporary).filter((name) => name.startsWith('mainstay-cluster-'))).toEqual([]);
    });

  const start = (): ChildProcess => {
    const script = `
      const { startCluster } = await import(${JSON.stringify(join(repository, 'cluster/index.ts'))});
      const cluster = await startCluster({ nodes: 'simulated:1' });
      console.log('ready');
      setInterval(() => {}, 1000);`;
    return spawn(process.execPath, ['--input-type=module', '--eval', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: temporary },
    });
  };

  // From before the first folder is made until shortly before it is ready.
  it.each([
    120, 250, 500, 900, 1500, 2500,
  ])('is nothing when its parent is killed %i ms after the start', async (delay) => {
    const child = start();
    const exited = once(child, 'exit');
    setTimeout(() => child.kill('SIGKILL'), delay);
    await exited;
    await nothingIsLeft(child);
  });

  it.each([
    'SIGINT',
    'SIGTERM',
    'SIGKILL',
  ] as const)('is nothing when its parent gets %s once it runs', async (signal) => {
    const child = start();
    const exited = once(child, 'exit');
    if (child.stdout !== null) await once(child.stdout, 'data');
    expect(processesNaming(`${temporary}/mainstay-cluster-`).length).toBeGreaterThanOrEqual(4);
    process.kill(-(child.pid ?? 0), signal);
    await exited;
    await nothingIsLeft(child);
  });

  describe('from the command line', () => {
    const cluster = (...words: readonly string[]): string =>
      execFileSync(process.execPath, [join(repository, 'cluster/cli.ts'), ...words], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, TMPDIR: temporary, XDG_STATE_HOME: temporary },
      });

    it('is a cluster that goes on after `up`, and nothing after `down`', async () => {
      const told = cluster('up', '--name', 'test', '--nodes', 'simulated:1');
      expect(told).toContain('export KUBECONFIG=');
      expect(cluster('up', '--name', 'test')).toContain('runs already');
      const path = cluster('kubeconfig', '--name', 'test').trim();
      expect(readFileSync(path, 'utf8')).toContain('current-context');
      expect(cluster('status')).toMatch(/^test: https:\/\/127\.0\.0\.1:\d+, nodes simulated:1/);
      expect(cluster('kubectl', '--name', 'test', 'get', 'nodes', '-o', 'name')).toBe('node/simulated-1\n');
      expect(cluster('down', '--name', 'test')).toContain('is gone');
      await nothingIsLeft();
      expect(() => cluster('status')).toThrow();
      expect(() => cluster('kubeconfig', '--name', 'test')).toThrow('npm run cluster -- up --name test');
    });

    it('is nothing when the process that holds it is killed', async () => {
      cluster('up', '--nodes', 'none');
      const [file = ''] = readdirSync(join(temporary, 'mainstay', 'clusters')).filter((name) =>
        name.endsWith('.json'),
      );
      const { pid } = JSON.parse(readFileSync(join(temporary, 'mainstay', 'clusters', file), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await nothingIsLeft();
      expect(() => cluster('status')).toThrow();
      expect(cluster('down')).toContain('There is no cluster "default"');
    });

    it('is nothing when `up` is interrupted', async () => {
      const up = spawn(process.execPath, [join(repository, 'cluster/cli.ts'), 'up'], {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: temporary, XDG_STATE_HOME: temporary },
      });
      const exited = once(up, 'exit');
      await eventually(() => expect(processesNaming(`${temporary}/mainstay-cluster-`)).not.toEqual([]));
      process.kill(-(up.pid ?? 0), 'SIGINT');
      await exited;
      await nothingIsLeft();
      expect(() => cluster('status')).toThrow();
    });

    it.each([
      [['up', '--nodes', 'many'], 'Nodes "many" are neither'],
      [['up', '--name', '../x'], 'lower-case letters, digits and dashes'],
      [['start'], 'There is no command "start"'],
      [['up', '--wrong'], "Unknown option '--wrong'"],
    ] as const)('is a word of help after %j', (words, message) => {
      expect(() => cluster(...words)).toThrow(message);
    });
  });
});

function processesNaming(text: string): readonly string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,stat,args', '-ww'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line));
}
