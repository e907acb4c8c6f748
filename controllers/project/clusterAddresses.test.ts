import { expect, test } from 'vitest';
import type { Change, ChangeHandler } from '../../operator/cache/change.ts';
import type { Node } from '../../operator/resources/builtin.ts';
import { ClusterAddresses, learnedRanges, type ServiceCidr } from './clusterAddresses.ts';
import { cidr, formatCidr } from './plan/network/cidr.ts';
import { networkSettings } from './plan/network/settings.ts';

function aNode(name: string, podCIDRs: readonly string[], addresses: readonly string[] = []): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { podCIDRs },
    status: {
      addresses: [
        { type: 'Hostname', address: name },
        ...addresses.map((address) => ({ type: 'InternalIP', address })),
      ],
    },
  };
}

const services: ServiceCidr = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: ['10.96.0.0/16', 'fd00:96::/108'] },
};

/** A cache that a test fills. */
class Kept<T> {
  readonly items: T[];
  #handler: (change: Change<never>) => void = () => {};

  constructor(...items: readonly T[]) {
    this.items = [...items];
  }

  list(): Iterable<T> {
    return this.items;
  }

  onChange(handler: ChangeHandler<never>): () => void {
    this.#handler = handler;
    return () => {};
  }

  tell(change: object): void {
    this.#handler(change as Change<never>);
  }
}

test('pods, Services and nodes are learned, in any order of the nodes', () => {
  const nodes = [
    aNode('a', ['10.244.0.0/24', 'fd00:244::/64'], ['192.168.7.1', 'fd00:7::1']),
    aNode('b', ['10.244.1.0/24', 'fd00:244:0:1::/64'], ['192.168.7.9']),
    aNode('c', []),
  ];
  const expected = {
    pods: ['10.244.0.0/23', 'fd00:244::/63'],
    services: ['10.96.0.0/16', 'fd00:96::/108'],
    nodes: ['192.168.7.1/32', '192.168.7.9/32', 'fd00:7::1/128'],
  };
  expect(learnedRanges(nodes, [services])).toEqual(expected);
  expect(learnedRanges(nodes.toReversed(), [services])).toEqual(expected);
});

test('a rule by address leaves out what was learned, and only a change of addresses is a change', () => {
  const nodes = new Kept(aNode('a', ['10.244.0.0/24']));
  const addresses = new ClusterAddresses(networkSettings.parse({}), nodes, new Kept(services));
  const holes = () => addresses.ranges.egress(cidr('10.0.0.0/8'), [])?.except.map(formatCidr);
  expect(holes()).toEqual(['10.96.0.0/16', '10.244.0.0/24']);

  const [before] = nodes.items;
  nodes.tell({ type: 'Modified', object: { ...before, metadata: { name: 'a' } }, previous: before });
  expect(addresses.renew()).toBe(false);

  const added = aNode('b', ['10.244.1.0/24']);
  nodes.items.push(added);
  nodes.tell({ type: 'Added', object: added });
  expect(addresses.renew()).toBe(true);
  expect(addresses.renew()).toBe(false);
  expect(holes()).toEqual(['10.96.0.0/16', '10.244.0.0/23']);
});
