/**
 * An operator whole: every namespace with the label `example.dev/default-cpu: 500m` has a LimitRange that gives its
 * containers that much. Deleted or changed, it comes back; without the label it goes.
 *
 *     KUBECONFIG=… node operator/example/defaultLimits.ts
 */
import { connect, createLog, isNotFound, keyOf, limitRanges, Manager, namespaces, watch } from '../index.ts';

const label = 'example.dev/default-cpu';
const name = 'default-cpu';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());

const manager = new Manager({
  connection: await connect(),
  fieldManager: 'default-limits',
  leaderElection: { name: 'default-limits' },
  log: createLog(),
});
const spaces = manager.informer({ resource: namespaces });
const limits = manager.informer({ resource: limitRanges, fieldSelector: `metadata.name=${name}` });

manager.addController({
  name: 'default-limits',
  watches: [
    watch(spaces, ({ object }) => [keyOf(object)]),
    watch(limits, ({ object }) => [keyOf({ name: object.metadata.namespace ?? '' })]),
  ],
  async reconcile(namespace, { signal, log }) {
    const space = spaces.get(namespace);
    const live = limits.get(keyOf({ namespace, name }));
    const cpu = space?.metadata.labels?.[label];
    if (space === undefined || space.status?.phase === 'Terminating') return {};
    if (cpu === undefined) {
      if (live === undefined || live.metadata.labels?.[label] === undefined) return {};
      await manager.client.delete(limitRanges, { namespace, name }, { signal }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      log.info('removed the default');
    } else if (live?.spec?.limits[0]?.default?.cpu !== cpu) {
      await manager.client.apply(
        limitRanges,
        {
          apiVersion: 'v1',
          kind: 'LimitRange',
          metadata: { namespace, name, labels: { [label]: cpu } },
          spec: { limits: [{ type: 'Container', default: { cpu } }] },
        },
        { signal },
      );
      log.info({ cpu }, 'set the default');
    }
    return {};
  },
});
await manager.run(stop.signal);
