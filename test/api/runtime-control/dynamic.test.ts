import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConfigMap,
  configMaps,
  connect,
  createLog,
  customResourceDefinitions,
  defineResource,
  HttpClient,
  type KubernetesObject,
  keyOf,
  Manager,
  namespaces,
  replicaSets,
  watch,
} from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

const connection = await connect({ kubeconfig: sharedKubeconfig() });
const client = new HttpClient(connection, { fieldManager: 'test' });

let namespace = '';
let group = '';
let ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  const made = await client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: '', generateName: 'dynamic-' },
  });
  namespace = made.metadata.name;
  group = `${namespace}.example.com`;
  ends = [];
});

afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  await client.delete(namespaces, { name: namespace });
});

afterAll(() => connection.close());

const widgets = () =>
  defineResource<KubernetesObject>({
    group,
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    scope: 'Cluster',
  });
const crd = () => ({ name: `widgets.${group}` });

async function install(): Promise<void> {
  await client.create(customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: crd(),
    spec: {
      group,
      scope: 'Cluster',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  });
}

async function makeWidget(name: string): Promise<void> {
  const widget = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name } };
  // Not served at once after its definition is there.
  await eventually(() => client.create(widgets(), widget));
}

/** A manager of nothing yet, with a controller that notes its keys; `run` starts it. */
function manage(options: { readonly definitions?: boolean } = {}) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ destination: { write: (line: string) => lines.push(JSON.parse(line)) } });
  const local = { host: '127.0.0.1', port: 0 };
  const endpoints = { probes: local, metrics: local };
  const manager = new Manager({ connection, fieldManager: 'dynamic', ...endpoints, log, ...options });
  const seen: string[] = [];
  const controller = manager.addController({
    name: 'noting',
    watches: [],
    reconcile: async (key) => {
      seen.push(key);
      return {};
    },
  });
  const run = () => {
    const stop = new AbortController();
    const ended = manager.run(stop.signal);
    ends.push(() => {
      stop.abort();
      return ended;
    });
  };
  const get = async (port: number | undefined, path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  return {
    manager,
    controller,
    seen,
    lines,
    run,
    ready: () => get(manager.ports[0], '/readyz'),
    metrics: () => get(manager.ports[1], '/metrics'),
  };
}

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name, labels: { of: 'test' } },
  data,
});

describe('a kind that is not installed', () => {
  it('keeps nobody from being ready, and is followed when it comes, through its end and its return', async () => {
    const { manager, controller, seen, lines, run, ready } = manage();
    // It is looked for often, so that the test need not wait long.
    const reflector = { backoff: { base: 100, limit: 500 } };
    const informer = manager.informer({ resource: widgets(), optional: true, reflector });
    controller.addWatch(
      watch(informer, ({ type, object }) => [keyOf({ name: `${type}-${object.metadata.name}` })]),
    );
    run();
    await eventually(async () => expect(await ready()).toContain('200'));
    expect(informer.served).toBe(false);
    for (const round of ['first', 'second']) {
      await install();
      await makeWidget(round);
      await eventually(() => expect(seen).toContain(`Added-${round}`));
      expect(informer.served).toBe(true);
      await client.delete(customResourceDefinitions, crd());
      await eventually(() => expect([informer.served, informer.size]).toEqual([false, 0]));
      expect(seen).toContain(`Deleted-${round}`);
      expect(await ready()).toContain('200');
    }
    const said = lines.filter(({ resource }) => resource === `widgets.${group}`).map(({ msg }) => msg);
    const [gone, there] = ['the server does not serve the resource', 'the server serves the resource now'];
    expect(said).toEqual([gone, there, gone, there, gone]);
  });
});

describe('a manager that follows definitions', () => {
  it('looks for a kind when its definition comes or changes, and needs not look before', async () => {
    const { manager, seen, run, ready } = manage({ definitions: true });
    const never = { base: 600_000, limit: 600_000 };
    const informer = manager.informer({ resource: widgets(), optional: true, reflector: { absence: never } });
    run();
    await eventually(async () => expect(await ready()).toContain('200'));
    expect(informer.served).toBe(false);
    await install();
    await makeWidget('first');
    // It may have been looked for a moment before it was served.
    const patch = { metadata: { labels: { touched: 'yes' } } };
    await client.patch(customResourceDefinitions, crd(), { type: 'merge', body: patch });
    await eventually(() => expect([informer.served, informer.size]).toEqual([true, 1]));
    expect(seen).toEqual([]);
    await client.delete(customResourceDefinitions, crd());
  });
});

describe('a watch that is added while the manager runs', () => {
  it('brings what is there and what comes, and ends when nobody needs it any more', async () => {
    const { manager, controller, seen, run, ready, metrics } = manage();
    run();
    await eventually(async () => expect(await ready()).toContain('200'));
    await client.create(configMaps, configMap('before', { large: 'x'.repeat(1000) }));
    const onlyName = ({
      apiVersion,
      kind,
      metadata: { name, uid, resourceVersion },
    }: ConfigMap): ConfigMap => ({
      apiVersion,
      kind,
      metadata: { namespace, name, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    });
    const request = { resource: configMaps, namespace, labelSelector: 'of=test', transform: onlyName };
    const following = manager.follow(request);
    const other = manager.follow(request);
    expect(other.informer).toBe(following.informer);
    const end = controller.addWatch(watch(following.informer, ({ object }) => [keyOf(object)]));
    await eventually(() => expect(seen).toEqual([`${namespace}/before`]));
    const [object] = following.informer.list();
    expect(object?.data).toBeUndefined();

    // A write of our own is in the cache at once, although what selects it is not kept there.
    await manager.client.apply(configMaps, configMap('ours'));
    expect(following.informer.get(keyOf({ namespace, name: 'ours' }))).toBeDefined();
    await eventually(() => expect(seen).toContain(`${namespace}/ours`));
    const series = `operator_informer_objects{informer="configmaps/v1 with namespace ${namespace} and labels of=test"}`;
    expect(await metrics()).toContain(`${series} 2`);

    end();
    following.release();
    following.release();
    await client.create(configMaps, configMap('after'));
    await eventually(() => expect(other.informer.size).toBe(3));
    other.release();
    expect(await metrics()).not.toContain(series);
    await client.create(configMaps, configMap('later'));
    const again = manager.follow(request);
    expect(again.informer).not.toBe(other.informer);
    await again.informer.synced;
    expect([again.informer.size, other.informer.size]).toEqual([4, 3]);
    expect(seen.filter((key) => /after|later/.test(key))).toEqual([]);
  });

  it('of a kind that cannot be read does not make the manager unready, and says why', async () => {
    const nobody = await connect({ kubeconfig: sharedKubeconfig(), impersonate: { user: 'nobody' } });
    ends.push(() => nobody.close());
    const manager = new Manager({
      connection: nobody,
      fieldManager: 'x',
      probes: { host: '127.0.0.1', port: 0 },
      log: createLog({ level: 'silent' }),
    });
    const stop = new AbortController();
    const ended = manager.run(stop.signal);
    ends.push(() => {
      stop.abort();
      return ended;
    });
    using following = manager.follow({ resource: configMaps });
    await eventually(() => expect(String(following.informer.trouble)).toContain('Forbidden'));
    expect((await fetch(`http://127.0.0.1:${manager.ports[0]}/readyz`)).status).toBe(200);
  });
});

describe('what the server serves', () => {
  it('is known by group and kind, and anew after a definition came', async () => {
    const { manager } = manage();
    const { discovery } = manager;
    expect(await discovery.find({ group: 'apps', kind: 'Deployment' })).toMatchObject({
      version: 'v1',
      plural: 'deployments',
      scope: 'Namespaced',
      preferred: true,
      stale: false,
      shortNames: ['deploy'],
      subresources: expect.arrayContaining(['scale', 'status']),
    });
    expect(await discovery.find({ group: '', kind: 'Node' })).toMatchObject({ scope: 'Cluster' });
    expect(await discovery.serves(widgets())).toBe(false);
    await install();
    ends.push(() => client.delete(customResourceDefinitions, crd()));
    await eventually(async () => {
      discovery.expire();
      expect(await discovery.find({ group, kind: 'Widget' })).toMatchObject({ plural: 'widgets' });
    });
    expect(await discovery.serves(widgets())).toBe(true);
  });
});

describe('a pod template', () => {
  const replicaSet = (container: object) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { namespace, name: 'web' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'web:1', ...container }] },
      },
    },
  });
  const trial = { dryRun: true, fieldValidation: 'Strict' } as const;

  it('is tried without being stored: the answer has the defaults, or says what is wrong', async () => {
    const { manager, run } = manage();
    const sets = manager.informer({ resource: replicaSets, namespace });
    run();
    await sets.synced;
    const tried = await manager.client.create(replicaSets, replicaSet({}), trial);
    expect(tried.spec?.template?.spec?.containers[0]).toMatchObject({ terminationMessagePolicy: 'File' });
    await expect(manager.client.create(replicaSets, replicaSet({ imagee: 'x' }), trial)).rejects.toThrow(
      'unknown field "spec.template.spec.containers[0].imagee"',
    );
    expect(sets.size).toBe(0);

    // And the real one is scaled by its subresource, which answers with a Scale; the cache takes the ReplicaSet's own.
    await manager.client.create(replicaSets, replicaSet({}));
    const body = { spec: { replicas: 1 } };
    const options = { subresource: 'scale' };
    await manager.client.patch(replicaSets, { namespace, name: 'web' }, { type: 'merge', body }, options);
    const held = () => sets.get(keyOf({ namespace, name: 'web' }));
    await eventually(() => expect(held()?.spec?.replicas).toBe(1));
    expect(held()?.kind).toBe('ReplicaSet');
  });
});
