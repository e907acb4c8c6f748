import { inject } from 'vitest';

/**
 * The path of the administrator's kubeconfig of a control plane with two simulated nodes. The files that one worker runs
 * have it one after another, and keep apart by namespaces and names of their own; files that run at the same time have
 * another, so that one may put admission policies or kinds in force for all of it.
 */
export function sharedKubeconfig(): string {
  // Workers are numbered from 1.
  const path = inject('kubeconfigs')[Number(process.env.VITEST_POOL_ID) - 1];
  if (path === undefined) throw new Error('there is no control plane for this worker: see globalSetup.ts');
  return path;
}
