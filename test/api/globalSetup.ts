import type { TestProject } from 'vitest/node';
import { startCluster } from '../../cluster/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of the administrator's kubeconfig of the control plane that the whole tier shares. */
    readonly kubeconfig: string;
    /** The path of its audit log, for `readAuditLog`. */
    readonly auditLog: string;
  }
}

/** One control plane for the whole tier: tests keep apart by namespaces and names of their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster({ nodes: 'simulated:2', auditLog: true });
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('auditLog', cluster.auditLog ?? '');
  return () => cluster.stop();
}
