import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, HttpClient, isNotFound, leases, limitRanges, namespaces } from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

const program = new URL('../../../operator/example/defaultLimits.ts', import.meta.url).pathname;
const label = 'example.dev/default-cpu';
const namespace = 'example-operator';
const name = 'default-cpu';

const connection = await connect({ kubeconfig: sharedKubeconfig() });
const client = new HttpClient(connection, { fieldManager: 'test' });
let operator: ChildProcess;

beforeAll(async () => {
  operator = spawn(process.execPath, [program], {
    env: { ...process.env, KUBECONFIG: sharedKubeconfig() },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await apply({ [label]: '500m' });
});

afterAll(async () => {
  operator.kill('SIGKILL');
  await client.delete(namespaces, { name: namespace });
  await connection.close();
});

function apply(labels: Record<string, string>) {
  return client.apply(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels },
  });
}

async function defaultCpu() {
  const range = await client.get(limitRanges, { namespace, name });
  return range.spec?.limits[0]?.default?.cpu;
}

describe('the example operator', () => {
  it('has fewer than 60 lines', () => {
    expect(readFileSync(program, 'utf8').trimEnd().split('\n').length).toBeLessThan(60);
  });

  it('gives a labelled namespace its LimitRange', async () => {
    await eventually(async () => expect(await defaultCpu()).toBe('500m'));
  });

  it('follows the label', async () => {
    await apply({ [label]: '250m' });
    await eventually(async () => expect(await defaultCpu()).toBe('250m'));
  });

  it('brings the LimitRange back when it is deleted', async () => {
    await client.delete(limitRanges, { namespace, name });
    await eventually(async () => expect(await defaultCpu()).toBe('250m'));
  });

  it('takes the LimitRange away with the label', async () => {
    await apply({});
    const gone = () => client.get(limitRanges, { namespace, name }).then(() => false, isNotFound);
    await eventually(async () => expect(await gone()).toBe(true));
  });

  it('ends by itself when told to stop, and gives its lease up', async () => {
    const exited = once(operator, 'exit');
    operator.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    const lease = await client.get(leases, { namespace: 'default', name: 'default-limits' });
    expect(lease.spec?.holderIdentity).toBe('');
  });
});
