import { expect, it } from 'vitest';
import type { Manager } from '../../../operator/manager/manager.ts';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { clusterRanges } from './clusterRanges.ts';

/** What is followed, as a manager would: objects by kind, known once `sync` is called. */
function following() {
  const { promise: synced, resolve: sync } = Promise.withResolvers<void>();
  const objects = new Map<string, KubernetesObject[]>();
  const handlers: ((change: object) => void)[] = [];
  const followed: string[] = [];
  const follow = ({ resource, transform }: Parameters<Manager['follow']>[0]) => {
    followed.push(resource.kind);
    const outline = (object: KubernetesObject) => transform?.(object) ?? object;
    const list = () => (objects.get(resource.kind) ?? []).map(outline);
    const onChange = (handler: (change: object) => void) => handlers.push(handler);
    return { informer: { synced, list, onChange } };
  };
  const add = (kind: string, fields: object) => {
    const object = { apiVersion: 'v1', kind, metadata: { name: 'one' }, ...fields };
    objects.set(kind, [...(objects.get(kind) ?? []), object]);
    for (const handler of handlers) handler({ type: 'Added', object });
  };
  // As much of a manager as is asked.
  return { manager: { follow } as unknown as Pick<Manager, 'follow'>, add, sync, followed };
}

const node = {
  spec: { podCIDRs: ['10.244.1.0/24', 'fd00:1::/64'] },
  status: {
    addresses: [
      { type: 'InternalIP', address: '192.168.7.2' },
      { type: 'Hostname', address: 'node-1' },
    ],
  },
};

it('nothing is followed before somebody asks, and until all is known everything is the cluster’s own', async () => {
  const clock = new ManualClock();
  const { manager, sync, followed } = following();
  const ranges = clusterRanges(manager, clock);
  expect(followed).toEqual([]);
  const early = ranges();
  await clock.advanceAsync(2_000);
  expect(await early).toEqual(['0.0.0.0/0', '::/0']);
  sync();
  expect(await ranges()).toEqual([]);
  expect(followed).toEqual(['Node', 'ServiceCIDR']);
});

it('are those that Nodes and ServiceCIDRs tell of, as they come', async () => {
  const { manager, add, sync } = following();
  const ranges = clusterRanges(manager, new ManualClock());
  sync();
  add('Node', node);
  const first = await ranges();
  expect(first).toEqual(['192.168.7.2', '10.244.1.0/24', 'fd00:1::/64']);
  expect(await ranges()).toBe(first);
  add('ServiceCIDR', { spec: { cidrs: ['10.96.0.0/16'] } });
  expect(await ranges()).toEqual([...first, '10.96.0.0/16']);
});
