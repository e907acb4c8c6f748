import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { leases } from '../../operator/index.ts';
import { randomFrom } from './churn.ts';
import { delay } from './exchange.ts';
import { Replicas, replicaLease } from './replicas.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const within = { timeout: 30_000, interval: 20 };

/** Replicas behind a proxy that holds each write for a moment, so that many are on their way at any time. */
async function open() {
  const namespace = await stage.namespace();
  const { proxy, kubeconfig } = await stage.proxy();
  const replicas = await Replicas.open(stage.direct, namespace, kubeconfig);
  onTestFinished(async () => {
    await replicas[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });
  proxy.on(
    ({ method, resource }) => method === 'PATCH' && resource === 'configmaps',
    delay(() => 25),
  );
  /** Somebody leads who is not among these, and writes. */
  const leads = async (...others: readonly (string | undefined)[]) => {
    await vi.waitFor(() => {
      const { leader } = replicas;
      expect(leader).toBeTruthy();
      expect(others).not.toContain(leader);
    }, within);
    const leader = replicas.leader ?? '';
    const before = replicas.writesOf(leader);
    await vi.waitFor(() => expect(replicas.writesOf(leader)).toBeGreaterThan(before + 20), within);
    return leader;
  };
  const allStandBy = () =>
    vi.waitFor(() => {
      for (const name of replicas.names)
        expect(replicas.logOf(name)).toMatch(/another process leads|"msg":"leading"/);
    }, within);
  return { namespace, replicas, leads, allStandBy };
}

test('of three replicas never two act, however often they are killed and frozen and lose the lease', async () => {
  const { namespace, replicas, leads, allStandBy } = await open();
  for (const name of ['r1', 'r2', 'r3']) replicas.start(name);
  const random = randomFrom(7);
  let next = 4;
  let leader = await leads();
  for (const what of ['freeze', 'kill', 'delete', 'freeze', 'freeze standby', 'kill'] as const) {
    await allStandBy();
    // At another point of its work each time.
    const writes = replicas.writesOf(leader);
    const more = 1 + Math.floor(random() * 10);
    await vi.waitFor(() => expect(replicas.writesOf(leader)).toBeGreaterThan(writes + more), within);
    const [standby = ''] = replicas.names.filter((name) => name !== leader);
    switch (what) {
      case 'freeze': {
        replicas.signal(leader, 'SIGSTOP');
        const taken = await leads(leader);
        replicas.signal(leader, 'SIGCONT');
        // What the frozen one finds waiting in its hands when it goes on, it must not send.
        await vi.waitFor(() => expect(replicas.logOf(leader)).toContain('leadership is lost'), within);
        leader = taken;
        break;
      }
      case 'kill':
        await replicas.kill(leader);
        replicas.start(`r${next++}`);
        leader = await leads(leader);
        break;
      case 'delete':
        await stage.direct.delete(leases, { namespace, name: replicaLease.name });
        break;
      case 'freeze standby':
        replicas.signal(standby, 'SIGSTOP');
        await leads(standby);
        replicas.signal(standby, 'SIGCONT');
        break;
    }
    leader = await leads();
    expect(replicas.trespasses()).toEqual([]);
  }
  expect(replicas.ended).toEqual([]);
  // A clean stop gives the lease up: the next one need not wait for it to run out.
  replicas.signal(leader, 'SIGTERM');
  await leads(leader, '');
  expect(replicas.trespasses()).toEqual([]);
});

test('a lease is left alone as long as it is renewed, and no longer, whatever its holder’s clock shows', async () => {
  const clocks = ['2099-01-01T00:00:00.000000Z', '1970-01-01T00:00:01.000000Z'];
  await Promise.all(clocks.map((renewTime) => outlast(renewTime)));
});

async function outlast(renewTime: string): Promise<void> {
  const { namespace, replicas, leads } = await open();
  const name = { namespace, name: replicaLease.name };
  await stage.direct.create(leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: name,
    spec: { holderIdentity: 'elsewhere', leaseDurationSeconds: 3, renewTime, acquireTime: renewTime },
  });
  replicas.start('here');
  await vi.waitFor(() => expect(replicas.logOf('here')).toContain('another process leads'), within);
  const began = performance.now();
  // It renews by a clock that stands still: the words are the same, but it has written.
  for (let renewal = 1; renewal <= 8; renewal += 1) {
    const body = { metadata: { annotations: { renewal: String(renewal) } } };
    await stage.direct.patch(leases, name, { type: 'merge', body });
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(began + renewal * 500), within);
  }
  // Longer than the lease lasts; and yet nobody took it.
  expect(replicas.leader).toBe('elsewhere');
  const last = performance.now();
  expect(await leads('elsewhere')).toBe('here');
  expect(performance.now() - last).toBeLessThan(10_000);
  expect(replicas.trespasses()).toEqual([]);
}
