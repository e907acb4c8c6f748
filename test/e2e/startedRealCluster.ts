/** A program that starts a real cluster, says where it is, and waits to be killed. */
import { startRealCluster } from '../../cluster/node/realCluster.ts';

const { controlPlane, node } = await startRealCluster();
process.send?.({ namespace: node.network.namespace, directory: controlPlane.directory });
setInterval(() => undefined, 1000);
