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
import { type BinaryName, controlPlaneBinaries, findBinaries } from './binaries/index.ts';
import { type ControlPlane, startControlPlane } from './controlPlane/controlPlane.ts';
import type { ControlPlaneOptions } from './controlPlane/options.ts';
import { startRealCluster } from './node/realCluster.ts';
import { addSimulatedNodes } from './simulatedNodes/simulatedNodes.ts';

export { type AuditedRequest, auditedRequest, isMutating, readAuditLog } from './auditLog.ts';
export type { ControlPlane as Cluster } from './controlPlane/controlPlane.ts';

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
  // All at once, so that what is missing is got (and waited for) once, before anything runs.
  await findBinaries(requiredBinaries(parseNodes(nodes)));
  if (nodes === 'real') return (await startRealCluster(options)).controlPlane;
  const controlPlane = await startControlPlane(options);
  try {
    const count = simulatedCount(nodes);
    if (count > 0) await addSimulatedNodes(controlPlane, count);
    return controlPlane;
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

/** The programs that a cluster with such nodes runs. */
export function requiredBinaries(nodes: Nodes): readonly BinaryName[] {
  if (nodes === 'real') return [...controlPlaneBinaries, 'kubelet', 'kube-proxy', 'coredns'];
  return simulatedCount(nodes) > 0 ? [...controlPlaneBinaries, 'kwok'] : controlPlaneBinaries;
}

/** @throws Error for a text that is not a `Nodes`. */
export function parseNodes(text: string): Nodes {
  if (text === 'none' || text === 'real') return text;
  const number = Number(/^simulated:(\d+)$/.exec(text)?.[1]);
  if (number >= 1 && number <= 5000) return `simulated:${number}`;
  throw new Error(`Nodes "${text}" are neither none, real nor simulated:N with N from 1 to 5000.`);
}

function simulatedCount(nodes: Nodes): number {
  return nodes.startsWith('simulated:') ? Number(nodes.slice('simulated:'.length)) : 0;
}
