/**
 * A real Kubernetes API on your own machine, for tests and for trying things out: what envtest is for Go.
 *
 * ```ts
 * await using cluster = await startCluster({ nodes: 'simulated:2' });
 * console.log(cluster.kubeconfig);
 * ```
 *
 * See docs/cluster.md.
 */
import { controlPlaneBinaries, findBinaries } from './binaries/index.ts';
import { type ControlPlane, startControlPlane } from './controlPlane/controlPlane.ts';
import type { ControlPlaneOptions } from './controlPlane/options.ts';
import { addSimulatedNodes } from './simulatedNodes/simulatedNodes.ts';

export { type ControlPlane as Cluster, startControlPlane } from './controlPlane/controlPlane.ts';

/** `none`, `simulated:<number>` or `real` (Linux as root). */
export type Nodes = 'none' | 'real' | `simulated:${number}`;

export interface ClusterOptions extends ControlPlaneOptions {
  /** What pods run on. Default `none`: pods stay Pending. */
  readonly nodes?: Nodes;
}

/**
 * Starts a cluster and resolves when it is ready. It is gone after `stop()`, after the block of its `await using`, and
 * with this process, however that ends.
 */
export async function startCluster({
  nodes = 'none',
  ...options
}: ClusterOptions = {}): Promise<ControlPlane> {
  const count = simulatedCount(nodes);
  // All at once, so that what is missing is got (and waited for) once, before anything runs.
  await findBinaries([...controlPlaneBinaries, ...(count > 0 ? (['kwok'] as const) : [])]);
  const controlPlane = await startControlPlane(options);
  try {
    if (count > 0) await addSimulatedNodes(controlPlane, count);
    return controlPlane;
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

/** @throws Error for anything that is not a `Nodes`. */
export function simulatedCount(nodes: string): number {
  if (nodes === 'none') return 0;
  const number = Number(/^simulated:([1-9]\d*)$/.exec(nodes)?.[1] ?? Number.NaN);
  if (Number.isNaN(number)) throw new Error(`nodes: "${nodes}" is neither none, simulated:<number> nor real`);
  return number;
}
