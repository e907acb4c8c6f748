/**
 * The controller of Deployments in a process of its own, so that its memory is its own. Argument: a kubeconfig. To each
 * message, which is a path, it writes what it holds there, as a heap snapshot, and answers. Needs `--expose-gc`.
 */
import { setTimeout as turn } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { addDeploymentController } from '../../../controllers/deployment/index.ts';
import { deploymentSettings } from '../../../controllers/deployment/settings.ts';
import { Trimmer } from '../../../operator/cache/trim.ts';
import { connect, createLog, Manager } from '../../../operator/index.ts';

const [, , kubeconfig = ''] = process.argv;
const connection = await connect({ kubeconfig });
const manager = new Manager({ connection, fieldManager: 'mainstay', log: createLog({ level: 'error' }) });
addDeploymentController(manager, deploymentSettings.parse({ analysis: { allow: ['127.0.0.0/8'] } }), []);

process.on('message', (path) => void write(String(path)));
process.on('disconnect', () => process.exit(0));
await manager.run(new AbortController().signal);

async function write(path: string): Promise<void> {
  forgetShared();
  // What a collection finds to be gone is told to those who asked for it only after that, and they hold something by then.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await turn(10);
  }
  writeHeapSnapshot(path);
  process.send?.('written');
}

/** Caches share what is the same in many objects, and begin anew after 4,096 of a kind: so they have a bound, and no news. */
function forgetShared(): void {
  const trimmer = new Trimmer('none', 'test');
  for (let count = 0; count <= 4096; count += 1) {
    const metadata = { name: 'any', labels: { count: String(count) }, managedFields: [] };
    trimmer.trim({ apiVersion: 'v1', kind: 'Any', metadata });
  }
}
