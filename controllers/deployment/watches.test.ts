import { expect, it } from 'vitest';
import type { Change } from '../../operator/cache/change.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import type { DeploymentInformers } from './informers.ts';
import { watchesOf } from './watches.ts';

type Handler = (change: Change<KubernetesObject>) => void;

/** As much of informers as watches ask: what is there by index, and who is to be told of changes. */
function followed(byGateway: Readonly<Record<string, readonly string[]>>, classOf: Record<string, string>) {
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
      kind === 'deployments' && index === 'gateway' ? (byGateway[value] ?? []).map(named) : [],
    get: () => undefined,
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
  const change = (kind: string, metadata: KubernetesObject['metadata']) => {
    const object = { apiVersion: 'v1', kind, metadata };
    handlers.get(kind)?.({ type: 'Modified', object, previous: object, origin: 'watch', initial: false });
    return told.splice(0);
  };
  return { change };
}

it('a Gateway that changes, or its class, concerns the Deployments whose routes are for it, and no others', () => {
  const { change } = followed(
    { 'gateways/public': ['shop', 'cart'], 'gateways/inside': ['desk'] },
    { public: 'traefik', inside: 'envoy', quiet: 'envoy' },
  );
  expect(change('gateways', { namespace: 'gateways', name: 'public' })).toEqual(['team/shop', 'team/cart']);
  expect(change('gateways', { namespace: 'gateways', name: 'quiet' })).toEqual([]);
  expect(change('classes', { name: 'envoy' })).toEqual(['team/desk']);
  expect(change('classes', { name: 'other' })).toEqual([]);
});
