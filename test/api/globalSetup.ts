import type { TestProject } from 'vitest/node';
import { startCluster } from '../../cluster/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** For `sharedKubeconfig`: one a worker. */
    readonly kubeconfigs: readonly string[];
  }
}

/** One control plane a worker, for the whole run: starting one takes seconds. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = new AsyncDisposableStack();
  const clusters = await Promise.all(
    Array.from({ length: project.config.maxWorkers }, async () =>
      stack.use(await startCluster({ nodes: 'simulated:2' })),
    ),
  );
  project.provide(
    'kubeconfigs',
    clusters.map(({ kubeconfig }) => kubeconfig),
  );
  return () => stack.disposeAsync();
}
