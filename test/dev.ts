/**
 * `npm run dev`: installs Mainstay in the cluster of your current context, and runs the operator from source beside it,
 * as its ServiceAccount, with a log for people. It starts anew whenever a file changes.
 *
 *     npm run cluster -- up && KUBECONFIG=$(npm run -s cluster -- kubeconfig) npm run dev
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, operatorProgram, writeOperatorKubeconfig } from './installation.ts';
import { Kubectl } from './kubectl.ts';

const directory = await mkdtemp(join(tmpdir(), 'mainstay-dev-'));
try {
  const all = await Kubectl.forCluster(process.env.KUBECONFIG || join(homedir(), '.kube', 'config'));
  const administrator = join(directory, 'administrator.yaml');
  const view = await all.run('config', 'view', '--minify', '--flatten', '--raw');
  await writeFile(administrator, view, { mode: 0o600 });
  const kubectl = await Kubectl.forCluster(administrator);
  await install(kubectl);
  const kubeconfig = join(directory, 'operator.yaml');
  await writeOperatorKubeconfig(kubectl, administrator, kubeconfig);

  const watched = ['--watch', operatorProgram, '--log-level=debug', ...process.argv.slice(2)];
  const operator = spawn(process.execPath, watched, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const log = spawn('pino-pretty', ['--ignore', 'pid,hostname'], { stdio: ['pipe', 'inherit', 'inherit'] });
  operator.stdout.pipe(log.stdin);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => operator.kill(signal));
  await once(operator, 'exit');
  await once(log, 'exit');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
