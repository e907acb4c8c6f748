import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConfigMap,
  configMaps,
  connect,
  HttpClient,
  Informer,
  leases,
  namespaces,
} from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

const program = new URL('./replica.ts', import.meta.url).pathname;
const connection = await connect({ kubeconfig: sharedKubeconfig() });
const client = new HttpClient(connection, { fieldManager: 'test' });

const replicas = new Map<string, ChildProcess>();
const logs = new Map<string, string>();
let namespace = '';
let watching = new AbortController();
/** Who wrote, in the order of the server, without repetitions. */
let holders: string[] = [];

beforeEach(async () => {
  const made = await client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    // The server makes the name.
    metadata: { name: '', generateName: 'failover-' },
  });
  namespace = made.metadata.name;
  holders = [];
  watching = new AbortController();
  const seen = new Informer(client, {
    resource: configMaps,
    namespace,
    fieldSelector: 'metadata.name=writes',
  });
  seen.onChange(({ object }: { object: ConfigMap }) => {
    const holder = object.data?.holder ?? '';
    if (holder !== '' && holders.at(-1) !== holder) holders.push(holder);
  });
  void seen.run(watching.signal);
  await seen.synced;
  const empty = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'writes' } };
  await client.create(configMaps, empty);
});

afterEach(async () => {
  for (const replica of replicas.values()) replica.kill('SIGKILL');
  replicas.clear();
  watching.abort();
  await client.delete(namespaces, { name: namespace });
});

afterAll(() => connection.close());

function start(...names: string[]) {
  for (const name of names) {
    const replica = spawn(process.execPath, [program, namespace, name], {
      env: { ...process.env, KUBECONFIG: sharedKubeconfig() },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    replicas.set(name, replica);
    logs.set(name, '');
    replica.stdout.on('data', (text) => logs.set(name, `${logs.get(name)}${text}`));
  }
}

/** Starts two replicas, the first of which leads. */
async function leaderAndStandby() {
  start('first');
  await eventually(() => expect(holders).toEqual(['first']));
  start('second');
  await eventually(() => expect(logs.get('second')).toContain('another process leads'));
}

const writesGoOn = async (name: string) => {
  const read = () => client.get(configMaps, { namespace, name: 'writes' });
  const before = Number((await read()).data?.count);
  await eventually(async () => {
    const { data } = await read();
    expect([data?.holder, Number(data?.count) > before + 3]).toEqual([name, true]);
  });
};

describe('replicas of an operator', () => {
  it('take over from a leader that was killed', async () => {
    await leaderAndStandby();
    replicas.get('first')?.kill('SIGKILL');
    await eventually(() => expect(holders).toEqual(['first', 'second']));
    await writesGoOn('second');
  });

  it('take over from a leader that was frozen, which writes nothing more when it goes on, and stands by', async () => {
    await leaderAndStandby();
    replicas.get('first')?.kill('SIGSTOP');
    await eventually(() => expect(holders).toEqual(['first', 'second']));
    replicas.get('first')?.kill('SIGCONT');
    await writesGoOn('second');
    await writesGoOn('second');
    expect(holders).toEqual(['first', 'second']);
    replicas.get('second')?.kill('SIGKILL');
    await eventually(() => expect(holders).toEqual(['first', 'second', 'first']));
    expect(replicas.get('first')?.exitCode).toBeNull();
  });

  it('take over at once from a leader that stops by itself', async () => {
    await leaderAndStandby();
    const first = replicas.get('first');
    if (first === undefined) throw new Error('no replica');
    const exited = once(first, 'exit');
    first.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    // So that nobody waits until it has run out.
    await eventually(() => expect(logs.get('first')).toContain('gave the lease up'));
    await eventually(() => expect(holders).toEqual(['first', 'second']));
  });

  it('go on under the same leader when the lease is deleted', async () => {
    await leaderAndStandby();
    await client.delete(leases, { namespace, name: 'replica' });
    await writesGoOn('first');
    await eventually(async () => {
      const lease = await client.get(leases, { namespace, name: 'replica' });
      expect(lease.spec?.holderIdentity).toBe('first');
    });
    await writesGoOn('first');
    expect(holders).toEqual(['first']);
  });
});
