import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createWorkspace } from './processes/workspace.ts';

const execute = promisify(execFile);

/** A cluster that kind runs in Docker. */
interface KindCluster extends AsyncDisposable {
  /** The path of the administrator's kubeconfig: a file of its own, the user's is not touched. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

interface KindOptions {
  /** Default `mainstay`. */
  readonly name?: string;
  /** The node image, if it is not to be kind's own. */
  readonly image?: string;
  /** The kind command, default `kind`. */
  readonly kind?: string;
}

/** The configuration that the repository ships. */
export const kindConfig = fileURLToPath(new URL('../kind-config.yaml', import.meta.url));

/**
 * Creates a kind cluster from `kind-config.yaml`. Deleted by `stop()`, and with this process, however that ends.
 *
 * @throws Error if there is no kind, or with what kind said. A cluster of that name that exists already is left alone.
 */
export async function startKindCluster(options: KindOptions = {}): Promise<KindCluster> {
  const { name = 'mainstay', image, kind = 'kind' } = options;
  await refuseExisting(kind, name);
  const { reaper, directory } = await createWorkspace();
  try {
    const kubeconfig = join(directory, 'kubeconfig.yaml');
    const common = ['--name', name, '--kubeconfig', kubeconfig];
    await reaper.undoAtEnd({
      kind: 'command',
      command: [kind, 'delete', 'cluster', ...common],
      timeoutMilliseconds: 120_000,
    });
    const node = image === undefined ? [] : ['--image', image];
    await run(kind, ['create', 'cluster', ...common, '--config', kindConfig, ...node, '--wait', '120s']);
    const stop = (): Promise<void> => reaper.stop();
    return { kubeconfig, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await reaper.stop();
    throw error;
  }
}

async function refuseExisting(kind: string, name: string): Promise<void> {
  const existing = (await run(kind, ['get', 'clusters'])).split('\n');
  if (!existing.includes(name)) return;
  throw new Error(`kind has a cluster "${name}" already: use it by its context "kind-${name}", or delete it`);
}

async function run(kind: string, args: readonly string[]): Promise<string> {
  try {
    return (await execute(kind, [...args])).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(
        `there is no "${kind}" on this machine: see https://kind.sigs.k8s.io (it needs Docker)`,
      );
    }
    throw error;
  }
}
