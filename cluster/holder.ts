/**
 * The process that holds a cluster which `up` leaves running. It starts the cluster, tells `up`, and stays until it is
 * told to end (SIGTERM). If it is killed, its reaper removes the cluster all the same. If `up` ends before the cluster
 * is ready (Ctrl-C), so does this.
 */
import process from 'node:process';
import { type ClusterOptions, startCluster } from './index.ts';
import { RunningClusters } from './running.ts';

/** What `up` asks for, by the first message. */
export interface HolderRequest {
  readonly name: string;
  readonly options: ClusterOptions;
}

/** What the holder answers, once. */
export type HolderAnswer = { readonly ready: true } | { readonly ready: false; readonly message: string };

process.once('message', (request: HolderRequest) => void hold(request));
process.on('disconnect', leave);

/** Until the cluster is ready, whoever asked must still be there. */
function leave(): void {
  process.exit(1);
}

async function hold({ name, options }: HolderRequest): Promise<void> {
  const clusters = new RunningClusters();
  try {
    const cluster = await startCluster(options);
    const { url, kubeconfig, directory } = cluster;
    const stop = async (): Promise<void> => {
      await cluster.stop();
      await clusters.remove(name);
      process.exit(0);
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void stop());
    const nodes = options.nodes ?? 'none';
    const since = new Date().toISOString();
    await clusters.add({ name, pid: process.pid, url, kubeconfig, directory, nodes, since });
    process.off('disconnect', leave);
    answer({ ready: true });
    // Nothing else keeps a process alive that only waits for a signal.
    setInterval(() => {}, 2 ** 31 - 1);
  } catch (error) {
    answer({ ready: false, message: error instanceof Error ? error.message : String(error) });
  }
}

function answer(message: HolderAnswer): void {
  process.send?.(message, undefined, undefined, () => process.disconnect?.());
}
