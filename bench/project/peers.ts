import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Contestant } from '../contestant.ts';
import { prepared } from '../peerBuild.ts';

const run = promisify(execFile);

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
