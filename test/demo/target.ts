import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Nodes, startCluster } from '../../cluster/index.ts';
import { startKindCluster } from '../../cluster/kind.ts';
import type { Reaper } from '../../cluster/processes/reaper.ts';
import { createWorkspace, type Workspace } from '../../cluster/processes/workspace.ts';
import { Kubectl } from '../kubectl.ts';

/** The cluster that the demo plays in. */
export interface Target extends AsyncDisposable {
  readonly description: string;
  /** The path of a kubeconfig whose current context is the cluster's, for an administrator. */
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** A folder for the demo's own files. */
  readonly directory: string;
  /** Ends what the demo starts, whatever ends the demo. */
  readonly reaper: Reaper;
}

/** A control plane of our own, gone with the demo. */
export async function ownCluster(nodes: Nodes): Promise<Target> {
  const started = performance.now();
  const cluster = await startCluster({ nodes });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return {
    description: `etcd, API server, controller manager and scheduler, nodes ${nodes}, in ${seconds} s`,
    kubeconfig: cluster.kubeconfig,
    kubectl: await Kubectl.forCluster(cluster.kubeconfig),
    directory: cluster.directory,
    reaper: cluster.reaper,
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

/** A cluster of kind's in Docker, gone with the demo. */
export async function kindCluster(): Promise<Target> {
  const cluster = await startKindCluster({ name: 'mainstay-demo' });
  try {
    const workspace = await createWorkspace();
    const target = await targetIn(workspace, cluster.kubeconfig, 'a cluster of kind');
    return {
      ...target,
      async [Symbol.asyncDispose]() {
        await workspace.reaper.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** A cluster that exists. It is left as it was found: what the demo applies is removed in the end. */
export async function existingCluster(context: string): Promise<Target> {
  const workspace = await createWorkspace();
  try {
    const whole = process.env.KUBECONFIG ?? join(process.env.HOME ?? '', '.kube', 'config');
    const all = await Kubectl.forCluster(whole);
    const kubeconfig = join(workspace.directory, 'kubeconfig.yaml');
    const one = await all.run('config', 'view', '--minify', '--flatten', '--raw', '--context', context);
    await writeFile(kubeconfig, one, { mode: 0o600 });
    const target = await targetIn(workspace, kubeconfig, `your cluster ${context}`);
    const { stdout } = await target.kubectl.attempt(['get', 'crd', 'projects.mainstay.dev', '-o', 'name']);
    if (stdout !== '')
      throw new Error(`Mainstay is installed in ${context} already: the demo would disturb it`);
    return { ...target, [Symbol.asyncDispose]: () => leaveAsFound(target, workspace) };
  } catch (error) {
    await workspace.reaper.stop();
    throw error;
  }
}

async function targetIn(
  { reaper, directory }: Workspace,
  kubeconfig: string,
  description: string,
): Promise<Target> {
  const kubectl = await Kubectl.forCluster(kubeconfig);
  return { description, kubeconfig, kubectl, directory, reaper, [Symbol.asyncDispose]: () => reaper.stop() };
}

/** Projects retain their namespaces, so these are named before their Projects go; the operator must still run then. */
async function leaveAsFound({ kubectl }: Target, { reaper }: Workspace): Promise<void> {
  const ours = 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}';
  const namespaces = await kubectl.attempt(['get', 'namespaces', '-l', 'mainstay.dev/project', '-o', ours]);
  const names = namespaces.stdout.split('\n').filter((name) => name !== '');
  await kubectl.attempt(['delete', 'projects', '--all', '--timeout=60s']);
  await kubectl.attempt(['delete', 'namespace', ...names, 'platform', '--ignore-not-found', '--timeout=60s']);
  await kubectl.attempt([
    'delete',
    '-f',
    fileURLToPath(new URL('../../manifests/dist/install.yaml', import.meta.url)),
    '--timeout=60s',
  ]);
  await reaper.stop();
}
