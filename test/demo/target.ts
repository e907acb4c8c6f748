import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireGo } from '../../cluster/binaries/build.ts';
import { BinaryCache } from '../../cluster/binaries/cache.ts';
import { findPrometheus } from '../../cluster/gateway/prometheus.ts';
import { type Nodes, startCluster } from '../../cluster/index.ts';
import { startKindCluster } from '../../cluster/kind.ts';
import { missingForRealNode } from '../../cluster/node/prerequisites.ts';
import type { Reaper } from '../../cluster/processes/reaper.ts';
import { createWorkspace, type Workspace } from '../../cluster/processes/workspace.ts';
import { Kubectl } from '../kubectl.ts';
import { Shop } from '../traffic/shop.ts';

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
  /** What a rollout can be shown on. */
  readonly rollouts: Rollouts;
}

/** Nothing that runs pods; pods that are counted; or a gateway that splits real requests. */
export type Rollouts =
  | { readonly by: 'Nothing' }
  | { readonly by: 'Pods' }
  | { readonly by: 'Traffic'; readonly shop: Shop };

/** A control plane of our own, gone with the demo, and no real node. */
export async function ownCluster(nodes: Exclude<Nodes, 'real'>): Promise<Target> {
  const started = performance.now();
  const cluster = await startCluster({ nodes });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return {
    description: `etcd, API server, controller manager and scheduler, nodes ${nodes}, in ${seconds} s`,
    kubeconfig: cluster.kubeconfig,
    kubectl: await Kubectl.forCluster(cluster.kubeconfig),
    directory: cluster.directory,
    reaper: cluster.reaper,
    rollouts: { by: nodes === 'none' ? 'Nothing' : 'Pods' },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

/**
 * A real node with a gateway, a Prometheus and an application, gone with the demo. `say` is told what it takes.
 *
 * @throws Error that names what this machine lacks.
 */
export async function trafficCluster(say: (text: string) => void): Promise<Target> {
  const missing = (await missingForRealNode()).map((lack) => `this machine lacks ${lack}`);
  const needs = (got: Promise<unknown>) => got.catch((error: Error) => missing.push(error.message));
  await needs(requireGo());
  if (missing.length === 0) await needs(findPrometheus());
  if (missing.length > 0) throw new Error(`real traffic cannot be shown here:\n- ${missing.join('\n- ')}`);
  if ((await new BinaryCache().find('traefik')) === undefined)
    say('  Traefik comes first: it is built from Go modules, which takes about five minutes, once.');
  const started = performance.now();
  const shop = await Shop.open();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { controlPlane, kubeconfig } = shop.cluster;
  return {
    description: `a real node, Traefik and Prometheus, in ${seconds} s`,
    kubeconfig,
    kubectl: shop.kubectl,
    directory: controlPlane.directory,
    reaper: controlPlane.reaper,
    rollouts: { by: 'Traffic', shop },
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
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
  const stop = (): Promise<void> => reaper.stop();
  const rollouts = { by: 'Pods' } as const;
  return { description, kubeconfig, kubectl, directory, reaper, rollouts, [Symbol.asyncDispose]: stop };
}

/**
 * Takes away what the demo applied, each before what it needs to go: a Deployment the operator, a Project too, which retains
 * its namespaces, so that these are named before; and all of them their definitions.
 */
async function leaveAsFound({ kubectl }: Target, { reaper }: Workspace): Promise<void> {
  const remove = async (what: string, ...words: readonly string[]): Promise<void> => {
    console.log(`  removing ${what}`);
    const { code, stderr } = await kubectl.attempt([
      'delete',
      ...words,
      '--ignore-not-found',
      '--timeout=60s',
    ]);
    if (code !== 0) console.log(`  ${stderr.trim()}`);
  };
  await remove('the Deployments of Mainstay', 'deployments.mainstay.dev', '--all', '--all-namespaces');
  const ours = 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}';
  const namespaces = await kubectl.attempt(['get', 'namespaces', '-l', 'mainstay.dev/project', '-o', ours]);
  const names = namespaces.stdout.split('\n').filter((name) => name !== '');
  await remove('the Projects', 'projects', '--all');
  await remove('their namespaces', 'namespace', ...names, 'platform');
  const installation = fileURLToPath(new URL('../../manifests/dist/install.yaml', import.meta.url));
  await remove('Mainstay', '-f', installation);
  await reaper.stop();
}
