import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Applier,
  type Connection,
  configMaps,
  connect,
  desire,
  inventoryOf,
  keyOf,
  Manager,
  ownerIndex,
  watch,
} from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { identity, openStage, type Stage } from './stage.ts';

// An operator as an author would write it: for each ConfigMap labelled as a team it makes two more.

const pieces = ['wall', 'access'];
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

interface Running extends AsyncDisposable {
  /** Method and path of every request but reads. */
  readonly writes: readonly string[];
  readonly results: readonly string[];
  readonly reconciles: () => number;
}

async function operate(): Promise<Running> {
  const writes: string[] = [];
  const connection = counting(await connect({ kubeconfig: sharedKubeconfig() }), writes);
  const manager = new Manager({
    connection,
    fieldManager: identity.fieldManager,
    log: pino({ level: 'silent' }),
  });
  const { namespace } = stage;
  const teams = manager.informer({ resource: configMaps, namespace, labelSelector: 'example.com/team' });
  const made = manager.informer({
    resource: configMaps,
    namespace,
    labelSelector: identity.ownerLabel,
    managedFields: 'own',
    indexes: { owner: ownerIndex(identity) },
  });
  const results: string[] = [];
  const applier = new Applier({
    client: manager.client,
    identity,
    inventory: inventoryOf([{ resource: configMaps, lister: made }]),
    metrics: { applied: (_resource, result) => results.push(result) },
  });
  let reconciles = 0;
  manager.addController({
    name: 'team',
    watches: [
      watch(teams, ({ object }) => [keyOf(object)]),
      watch(made, ({ object }) => [keyOf({ namespace, name: object.data?.team ?? '' })]),
    ],
    reconcile: async (key, { log, signal }) => {
      reconciles += 1;
      const team = teams.get(key);
      const { name, uid } = team?.metadata ?? {};
      if (team === undefined || name === undefined || uid === undefined) return {};
      const wanted = (team.data?.pieces ?? '').split(' ').filter((piece) => piece !== '');
      const report = await applier.apply({
        owner: { uid },
        desired: wanted.map((piece, wave) =>
          desire(
            configMaps,
            { metadata: { name: `${name}-${piece}`, namespace }, data: { team: name } },
            { wave },
          ),
        ),
        prune: [{ resource: configMaps }],
        log,
        signal,
      });
      return report.requeueAfter === undefined ? {} : { requeueAfter: report.requeueAfter };
    },
  });
  const stop = new AbortController();
  const run = manager.run(stop.signal);
  await Promise.all([teams.synced, made.synced]);
  return {
    writes,
    results,
    reconciles: () => reconciles,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await run;
      await connection.close();
    },
  };
}

function counting(connection: Connection, writes: string[]): Connection {
  return {
    server: connection.server,
    namespace: connection.namespace,
    close: () => connection.close(),
    send: (request) => {
      if (request.method !== 'GET') writes.push(`${request.method} ${request.path.replace(/\?.*/, '')}`);
      return connection.send(request);
    },
  };
}

const team = (name: string, wanted: readonly string[]) =>
  stage.client.apply(
    configMaps,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: stage.namespace, labels: { 'example.com/team': 'true' } },
      data: { pieces: wanted.join(' ') },
    },
    { fieldManager: 'people' },
  );
const standing = async (name: string) => {
  const { items } = await stage.client.list(configMaps, {
    namespace: stage.namespace,
    labelSelector: identity.ownerLabel,
  });
  return items
    .map(({ metadata }) => metadata.name)
    .filter((piece) => piece.startsWith(`${name}-`))
    .toSorted();
};

describe('an operator of informers, a controller and an applier', () => {
  it('makes, brings back, prunes, and after a restart writes nothing', async () => {
    await team('shop', pieces);
    {
      await using operator = await operate();
      await eventually(async () => expect(await standing('shop')).toEqual(['shop-access', 'shop-wall']));
      expect(operator.writes).toHaveLength(2);
      await stage.client.delete(configMaps, { namespace: stage.namespace, name: 'shop-wall' });
      await eventually(async () => expect(await standing('shop')).toEqual(['shop-access', 'shop-wall']));
      await eventually(() => expect(operator.results).toEqual(['created', 'created', 'repaired']));
      const forged = { team: 'shop', extra: 'x' };
      const patch = {
        type: 'merge',
        body: { metadata: { labels: { [identity.ownerLabel]: null } }, data: forged },
      } as const;
      await stage.client.patch(configMaps, { namespace: stage.namespace, name: 'shop-wall' }, patch, {
        fieldManager: 'mallory',
      });
      await eventually(async () => expect(await standing('shop')).toEqual(['shop-access', 'shop-wall']));
      await team('shop', ['access']);
      await eventually(async () => expect(await standing('shop')).toEqual(['shop-access']));
      const all = ['created', 'created', 'repaired', 'repaired', 'pruned'];
      await eventually(() => expect(operator.results).toEqual(all));
    }
    await team('shop', pieces);
    {
      await using operator = await operate();
      await eventually(async () => expect(await standing('shop')).toEqual(['shop-access', 'shop-wall']));
      // The server has the object before the operator has the answer.
      await eventually(() => expect(operator.results).toEqual(['created']));
    }
    await using operator = await operate();
    await eventually(() => expect(operator.reconciles()).toBeGreaterThan(0));
    await team('later', ['x']);
    await eventually(async () => expect(await standing('later')).toEqual(['later-x']));
    expect(operator.writes).toEqual([`PATCH /api/v1/namespaces/${stage.namespace}/configmaps/later-x`]);
  });
});
