import type { TestProject } from 'vitest/node';
import { startCluster } from '../../cluster/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of the administrator's kubeconfig of the control plane that the whole tier shares. */
    readonly kubeconfig: string;
  }
}

/** One control plane for the whole tier: tests keep apart by namespaces and names of their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster({ nodes: 'simulated:2' });
  project.provide('kubeconfig', cluster.kubeconfig);
  return () => cluster.stop();
}
