/**
 * One replica of an operator that writes as much as it can: as long as it leads it stamps its name on every ConfigMap
 * of the namespace, over few connections, so that writes are always waiting for one. Arguments: namespace, its name.
 */
import { configMaps, connect, createLog, keyOf, Manager, watch } from '../../operator/index.ts';
import { replicaLease, stampedLabel } from './replicas.ts';

const [namespace = '', identity = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const manager = new Manager({
  connection: await connect({ limits: { connections: 4 } }),
  fieldManager: 'replica',
  leaderElection: { ...replicaLease, namespace, identity },
  log: createLog(),
});
const targets = manager.informer({ resource: configMaps, namespace, labelSelector: stampedLabel });
let count = 0;
manager.addController({
  name: 'stamper',
  concurrency: 20,
  watches: [watch(targets, ({ object }) => [keyOf(object)])],
  async reconcile(key) {
    count += 1;
    const metadata = { namespace, name: key.slice(key.indexOf('/') + 1) };
    const data = { holder: identity, count: String(count) };
    // Without the signal: it is the fence that has to stop a write that is late.
    await manager.client.apply(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    return { requeueAfter: 50 };
  },
});
await manager.run(stop.signal);
