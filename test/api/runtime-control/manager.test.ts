import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConfigMap,
  configMaps,
  connect,
  createLog,
  HttpClient,
  keyOf,
  leases,
  Manager,
  type ManagerOptions,
  NotLeadingError,
  namespaces,
  type Reconcile,
  watch,
} from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

const connection = await connect({ kubeconfig: sharedKubeconfig() });
const client = new HttpClient(connection, { fieldManager: 'test' });
const lease = { name: 'manager', leaseDuration: 3000, renewDeadline: 2000, retryPeriod: 500 };

let namespace = '';
let runs: { readonly stop: AbortController; readonly ended: Promise<void> }[] = [];

beforeEach(async () => {
  const made = await client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: '', generateName: 'manager-' },
  });
  namespace = made.metadata.name;
  runs = [];
});

afterEach(async () => {
  for (const { stop } of runs) stop.abort();
  await Promise.allSettled(runs.map(({ ended }) => ended));
  await client.delete(namespaces, { name: namespace });
});

afterAll(() => connection.close());

/** A manager whose controller `copier` looks after the ConfigMaps of the test's namespace. */
function manage(
  reconcile: (manager: Manager, reads: (name: string) => ConfigMap | undefined) => Reconcile,
  options: Partial<ManagerOptions> = {},
) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ destination: { write: (line: string) => lines.push(JSON.parse(line)) } });
  const manager = new Manager({
    connection,
    fieldManager: 'copier',
    probes: { host: '127.0.0.1', port: 0 },
    metrics: { host: '127.0.0.1', port: 0 },
    log,
    ...options,
  });
  const maps = manager.informer({ resource: configMaps, namespace });
  const reads = (name: string) => maps.get(keyOf({ namespace, name }));
  manager.addController({
    name: 'copier',
    watches: [watch(maps, ({ object }) => (isMine(object) ? [keyOf(object)] : []))],
    reconcile: reconcile(manager, reads),
  });
  const stop = new AbortController();
  const ended = manager.run(stop.signal);
  runs.push({ stop, ended });
  const get = async (port: number | undefined, path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const probe = (path: string) => get(manager.ports[0], path);
  const metrics = async () => (await get(manager.ports[1], '/metrics')).text;
  return { manager, stop, ended, lines, probe, metrics };
}

/** Not what Kubernetes itself puts into every namespace. */
const isMine = (object: ConfigMap) => object.metadata.name.startsWith('test-');

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name },
  data,
});

describe('a manager', () => {
  it('reconciles once for a change, also when the reconcile writes to the object itself', async () => {
    await client.create(configMaps, configMap('test-a', { wanted: '1' }));
    const seen: string[] = [];
    const { metrics } = manage((manager, reads) => async () => {
      const live = reads('test-a');
      const wanted = live?.data?.wanted ?? '';
      seen.push(`${wanted}/${live?.data?.copied}`);
      if (live?.data?.copied !== wanted) {
        await manager.client.apply(configMaps, configMap('test-a', { copied: wanted }));
        // Read your own write, although the watch may not have it yet.
        expect(reads('test-a')?.data?.copied).toBe(wanted);
      }
      return {};
    });
    await eventually(() => expect(seen).toEqual(['1/undefined']));
    await client.apply(configMaps, configMap('test-a', { wanted: '2' }));
    await eventually(() => expect(seen).toEqual(['1/undefined', '2/1']));
    // Whatever comes by the watch because of the copy has come before what comes because of this.
    await client.create(configMaps, configMap('test-b'));
    await eventually(() => expect(seen.length).toBe(3));
    expect(await metrics()).toContain(
      'controller_runtime_reconcile_total{controller="copier",result="success"} 3',
    );
  });

  it('writes nothing after a restart when all is as it should be', async () => {
    await client.create(configMaps, configMap('test-a', { wanted: '1' }));
    const copy =
      (manager: Manager, reads: (name: string) => ConfigMap | undefined): Reconcile =>
      async () => {
        const live = reads('test-a');
        const copied = live?.data?.wanted ?? '';
        if (live?.data?.copied !== copied)
          await manager.client.apply(configMaps, configMap('test-a', { copied }));
        return {};
      };
    const first = manage(copy);
    const read = () => client.get(configMaps, { namespace, name: 'test-a' });
    await eventually(async () => expect((await read()).data?.copied).toBe('1'));
    first.stop.abort();
    await first.ended;
    const { resourceVersion } = (await read()).metadata;
    const second = manage(copy);
    await eventually(async () => {
      const done = /reconcile_total{controller="copier",result="success"} 1/.test(await second.metrics());
      expect(done).toBe(true);
    });
    const writes = /rest_client_requests_total{.*method="(PATCH|POST|PUT)".*/.exec(await second.metrics());
    expect(writes?.[0]).toBeUndefined();
    expect((await read()).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('is ready while it stands by, and the metrics say who leads', async () => {
    const idle = () => async () => ({});
    const first = manage(idle, { leaderElection: { ...lease, namespace } });
    await eventually(async () =>
      expect(await first.metrics()).toContain('leader_election_master_status{name="manager"} 1'),
    );
    const second = manage(idle, { leaderElection: { ...lease, namespace } });
    await eventually(async () => expect((await second.probe('/readyz')).status).toBe(200));
    expect((await second.probe('/livez')).text).toBe('[+] ping ok\nok\n');
    expect(await second.metrics()).not.toContain('leader_election_master_status{name="manager"} 1');
    await expect(second.manager.client.apply(configMaps, configMap('test-x'))).rejects.toThrow(
      NotLeadingError,
    );
  });

  it('is not ready before it has seen everything, and says what is missing and why', async () => {
    const refused = await connect({ kubeconfig: sharedKubeconfig(), impersonate: { user: 'nobody' } });
    const { probe } = manage(() => async () => ({}), { connection: refused });
    await eventually(async () => {
      const { status, text } = await probe('/readyz');
      expect([status, text]).toEqual([503, expect.stringMatching(/configmaps.*Forbidden/)]);
    });
    await refused.close();
  });

  it('stops its controllers when the lease is taken away, stands by, and goes on when it has it again', async () => {
    const holders: string[] = [];
    await client.create(configMaps, configMap('test-a'));
    const { lines } = manage(
      () => async () => {
        holders.push('run');
        return {};
      },
      { leaderElection: { ...lease, namespace } },
    );
    await eventually(() => expect(holders.length).toBe(1));
    const taken = { holderIdentity: 'somebody', leaseDurationSeconds: 2 };
    await client.patch(leases, { namespace, name: 'manager' }, { type: 'merge', body: { spec: taken } });
    await eventually(() => expect(holders.length).toBe(2));
    const said = lines.map(({ msg }) => msg);
    expect(said).toEqual(
      expect.arrayContaining(['controller stopped', 'standing by again after losing the lease']),
    );
  });

  it('keeps the lease while its requests wait for one another', async () => {
    const narrow = await connect({ kubeconfig: sharedKubeconfig(), limits: { connections: 1 } });
    const { manager, lines, metrics } = manage(() => async () => ({}), {
      connection: narrow,
      leaderElection: { ...lease, namespace },
    });
    await eventually(() => expect(lines.map(({ msg }) => msg)).toContain('controller started'));
    // Twice as long as the lease lasts: each of 400 loops asks for its turn on the one connection.
    const end = performance.now() + 2 * lease.leaseDuration;
    const loops = Array.from({ length: 400 }, async () => {
      while (performance.now() < end) await manager.client.get(namespaces, { name: namespace });
    });
    await Promise.all(loops);
    expect(await metrics()).toContain('leader_election_master_status{name="manager"} 1');
    expect(lines.filter(({ msg }) => String(msg).includes('leadership is lost'))).toEqual([]);
    await narrow.close();
  });

  it('ends with an error when leadership is lost and a reconcile does not end', async () => {
    await client.create(configMaps, configMap('test-a'));
    const { ended, lines } = manage(() => () => new Promise(() => {}), {
      leaderElection: { ...lease, namespace },
      gracePeriod: 10_200,
    });
    await eventually(() => expect(lines.map(({ msg }) => msg)).toContain('controller started'));
    const failed = expect(ended).rejects.toThrow('is held by somebody: leadership is lost');
    await client.patch(
      leases,
      { namespace, name: 'manager' },
      { type: 'merge', body: { spec: { holderIdentity: 'somebody', leaseDurationSeconds: 60 } } },
    );
    await failed;
    expect(lines).toContainEqual(
      expect.objectContaining({ running: [expect.stringContaining(`copier ${namespace}/test-a`)] }),
    );
  });

  it('lets what is to be flushed at its end still write, and nothing after it', async () => {
    const { manager, stop, ended, lines } = manage(() => async () => ({}), {
      leaderElection: { ...lease, namespace },
    });
    manager.beforeStop('events', async () => {
      await manager.client.create(configMaps, configMap('flushed'));
    });
    await eventually(() => expect(lines.map(({ msg }) => msg)).toContain('controller started'));
    stop.abort();
    await ended;
    expect((await client.get(configMaps, { namespace, name: 'flushed' })).metadata.name).toBe('flushed');
    await expect(manager.client.create(configMaps, configMap('late'))).rejects.toThrow(NotLeadingError);
    expect((await client.get(leases, { namespace, name: 'manager' })).spec?.holderIdentity).toBe('');
  });

  it('shares the informer of a selection, and refuses a second one that keeps its objects otherwise', () => {
    const manager = new Manager({ connection, fieldManager: 'x', log: createLog({ level: 'silent' }) });
    const first = manager.informer({ resource: configMaps, managedFields: 'own' });
    expect(manager.informer({ resource: configMaps })).toBe(first);
    expect(manager.informer({ resource: configMaps, namespace: 'other' })).not.toBe(first);
    expect(() => manager.informer({ resource: configMaps, managedFields: 'all' })).toThrow(
      'with other managedFields',
    );
    manager.informer({ resource: configMaps, namespace: 'few', transform: (object) => object });
    expect(() => manager.informer({ resource: configMaps, namespace: 'few' })).toThrow(
      'with other transform',
    );
    // A reader who does not know whether the kind is there shares what is read by those who do.
    expect(manager.follow({ resource: configMaps, optional: true }).informer).toBe(first);
    const transform = (object: ConfigMap) => object;
    const apart = manager.follow({ resource: configMaps, apart: 'policy', transform });
    expect(apart.informer).not.toBe(first);
    expect(manager.follow({ resource: configMaps, apart: 'policy', transform }).informer).toBe(
      apart.informer,
    );
  });

  it('refuses two flushes, or two checks, of one name: one of them would be forgotten', () => {
    const manager = new Manager({ connection, fieldManager: 'x', log: createLog({ level: 'silent' }) });
    manager.beforeStop('events', async () => {});
    expect(() => manager.beforeStop('events', async () => {})).toThrow('two flushes named events');
    expect(() => manager.addReadyCheck('informers', () => {})).toThrow('two checks named informers');
  });

  it('lets the lease go when its controllers cannot be run', async () => {
    const manager = new Manager({
      connection,
      fieldManager: 'x',
      leaderElection: { ...lease, namespace },
      log: createLog({ level: 'silent' }),
    });
    const start = () => {
      throw new Error('no source');
    };
    manager.addController({
      name: 'broken',
      watches: [{ synced: Promise.resolve(), start }],
      reconcile: async () => ({}),
    });
    const ended = manager.run(new AbortController().signal);
    await expect(ended).rejects.toThrow('no source');
    // Another has it once it has run out: nobody renews it.
    const { lines } = manage(() => async () => ({}), { leaderElection: { ...lease, namespace } });
    await eventually(() => expect(lines.map(({ msg }) => msg)).toContain('controller started'));
  });
});
