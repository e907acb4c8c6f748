/**
 * An operator whose handlers leave something behind that nobody awaits. A process of its own, since that would end it.
 * Arguments: kubeconfig, namespace. Its log is its output; to a message it answers with its metrics.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  configMaps,
  connect,
  createLog,
  EventRecorder,
  keyOf,
  Manager,
  type Reconcile,
  recordFailures,
  watch,
} from '../../operator/index.ts';

const fail = (): never => {
  throw new Error('out of luck');
};
const handlers: Readonly<Record<string, Reconcile>> = {
  'not-awaited': async () => {
    void pause(50).then(fail);
    return {};
  },
  'never-awaited': async () => {
    void Promise.reject(new Error('out of luck'));
    await pause(20);
    return {};
  },
  'in-a-timer': async () => {
    setTimeout(fail, 20);
    return {};
  },
};

const [kubeconfig = '', namespace = ''] = process.argv.slice(2);
const connection = await connect({ kubeconfig });
const manager = new Manager({ connection, fieldManager: 'strays', log: createLog() });
const recorder = new EventRecorder({ client: manager.client, controller: 'example.dev/strays' });
const maps = manager.informer({ resource: configMaps, namespace, labelSelector: 'mine' });
manager.addController({
  name: 'strays',
  watches: [watch(maps, ({ object }) => [keyOf(object)])],
  onFailure: recordFailures(maps, recorder),
  reconcile: async (key, context) => {
    const handler = handlers[key.slice(key.indexOf('/') + 1)];
    if (handler !== undefined) return handler(key, context);
    context.log.info({ value: maps.get(key)?.data?.value }, 'seen');
    return {};
  },
});
process.on('message', async (question) => {
  // Of nobody's: the program's own.
  if (question === 'reject') void Promise.reject(new Error('nobody’s'));
  else process.send?.(await manager.metrics.registry.metrics());
});
const stop = new AbortController();
process.on('disconnect', () => stop.abort());
await manager.run(stop.signal);
await connection.close();
