import { expect, it } from 'vitest';
import type { Change } from '../../operator/cache/change.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import type { DeploymentInformers } from './informers.ts';
import { watchesOf } from './watches.ts';

type Handler = (change: Change<KubernetesObject>) => void;

const controlledBy = (kind: string, name: string, uid: string) => [
  { apiVersion: 'v1', kind, name, uid, controller: true },
];

/** Each is controlled by a Deployment whose UID is its name. */
const replicaSetOf = (key: string) => {
  const [namespace, name = ''] = key.split('/');
  return { metadata: { namespace, name, ownerReferences: controlledBy('Deployment', 'shop', name) } };
};

/** As much of informers as watches ask: what is there by index, and who is to be told of changes. */
function followed(
  byIndex: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  classOf: Record<string, string> = {},
) {
  const handlers = new Map<string, Handler>();
  const named = (name: string) => ({ metadata: { namespace: 'team', name } });
  const source = (kind: string) => ({
    synced: Promise.resolve(),
    list: () =>
      kind !== 'gateways'
        ? []
        : Object.entries(classOf).map(([name, gatewayClassName]) => ({
            metadata: { namespace: 'gateways', name },
            spec: { gatewayClassName },
          })),
    onChange: (handler: Handler) => {
      handlers.set(kind, handler);
      return () => {};
    },
    byIndex: (index: string, value: string) =>
      kind === 'deployments' ? (byIndex[index]?.[value] ?? []).map(named) : [],
    get: (key: string) => (kind === 'replicaSets' ? replicaSetOf(key) : undefined),
  });
  const kinds = 'deployments replicaSets pods endpoints services jobs httpRoutes grpcRoutes gateways classes';
  const informers = Object.fromEntries(kinds.split(' ').map((kind) => [kind, source(kind)]));
  const told: string[] = [];
  const receiver = {
    found: () => {},
    changed: (keys: Iterable<string>) => told.push(...keys),
    failed: (_: unknown, error: unknown) => {
      throw error;
    },
  };
  const nothing = { synced: Promise.resolve(), start: () => () => {} };
  for (const one of watchesOf(informers as unknown as DeploymentInformers, nothing)) one.start(receiver);
  const change = (kind: string, metadata: KubernetesObject['metadata'], before = {}, now = before) => {
    const one = { apiVersion: 'v1', kind, metadata };
    const [previous, object] = [before, now].map((more) => ({ ...one, ...more })) as [typeof one, typeof one];
    handlers.get(kind)?.({ type: 'Modified', object, previous, origin: 'watch', initial: false });
    return told.splice(0);
  };
  return { change };
}

it('a Gateway that changes, or its class, concerns the Deployments whose routes are for it, and no others', () => {
  const { change } = followed(
    { gateway: { 'gateways/public': ['shop', 'cart'], 'gateways/inside': ['desk'] } },
    { public: 'traefik', inside: 'envoy', quiet: 'envoy' },
  );
  expect(change('gateways', { namespace: 'gateways', name: 'public' })).toEqual(['team/shop', 'team/cart']);
  expect(change('gateways', { namespace: 'gateways', name: 'quiet' })).toEqual([]);
  expect(change('classes', { name: 'envoy' })).toEqual(['team/desk']);
  expect(change('classes', { name: 'other' })).toEqual([]);
});

it('a pod concerns its Deployment while something is wrong with it, and once it no longer is', () => {
  const { change } = followed({ uid: { 'shop-abc': ['shop'] } });
  const pod = {
    namespace: 'team',
    name: 'shop-abc-1',
    ownerReferences: controlledBy('ReplicaSet', 'shop-abc', 'u'),
  };
  const wrong = { status: { phase: 'Pending' } };
  expect(change('pods', pod, {}, wrong)).toEqual(['team/shop']);
  expect(change('pods', pod, wrong)).toEqual(['team/shop']);
  expect(change('pods', pod, wrong, {})).toEqual(['team/shop']);
  expect(change('pods', pod, {}), 'one that is well, or on its way').toEqual([]);
});
