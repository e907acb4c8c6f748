/**
 * One replica of an operator that does nothing but write: as long as it leads it writes its name into a ConfigMap, again
 * and again. Arguments: namespace, its name.
 */
import { configMaps, connect, createLog, keyOf, Manager, watch } from '../../../operator/index.ts';

const [namespace = '', identity = ''] = process.argv.slice(2);
const name = 'writes';
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const manager = new Manager({
  connection: await connect(),
  fieldManager: 'replica',
  leaderElection: {
    name: 'replica',
    namespace,
    identity,
    // Short, so that nobody waits long; long enough for a machine that does other things as well.
    leaseDuration: 3000,
    renewDeadline: 2000,
    retryPeriod: 500,
  },
  log: createLog(),
});
const target = manager.informer({ resource: configMaps, namespace, fieldSelector: `metadata.name=${name}` });
let count = 0;
manager.addController({
  name: 'writer',
  watches: [watch(target, ({ object }) => [keyOf(object)])],
  async reconcile() {
    count += 1;
    const data = { holder: identity, count: String(count) };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
    // Without the signal: it is the fence that has to stop a write that is late.
    await manager.client.apply(configMaps, object);
    return { requeueAfter: 20 };
  },
});
await manager.run(stop.signal);
