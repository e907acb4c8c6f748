/**
 * A real Kubernetes API on your own machine, for tests and for trying things out: what envtest is for Go.
 *
 * ```ts
 * await using cluster = await startCluster();
 * console.log(cluster.kubeconfig);
 * ```
 *
 * See docs/cluster.md.
 */
import { type ControlPlane, startControlPlane } from './controlPlane/controlPlane.ts';
import type { ControlPlaneOptions } from './controlPlane/options.ts';

export type { ControlPlane as Cluster } from './controlPlane/controlPlane.ts';

export interface ClusterOptions extends ControlPlaneOptions {}

/** Starts a cluster. It is gone after `stop()`, after the block of its `await using`, and with this process. */
export async function startCluster(options: ClusterOptions = {}): Promise<ControlPlane> {
  return startControlPlane(options);
}
