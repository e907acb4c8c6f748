import { expect, it } from 'vitest';
import type { Lister } from '../../../operator/cache/lister.ts';
import { type KubernetesObject, keyOf } from '../../../operator/resources/object.ts';
import type { Deployment } from '../deployment.ts';
import { type Gateway, type GatewayClass, gatewayOf, gatewaysOfDeployment } from './gateway.ts';
import type { ParentReference } from './routes.ts';

const apiVersion = 'gateway.networking.k8s.io/v1';
const gateway = (name: string, gatewayClassName: string): Gateway => ({
  apiVersion,
  kind: 'Gateway',
  metadata: { name, namespace: 'gateways' },
  spec: { gatewayClassName },
});
const gatewayClass = (name: string, ...features: readonly string[]): GatewayClass => ({
  apiVersion,
  kind: 'GatewayClass',
  metadata: { name },
  spec: { controllerName: `example.com/${name}` },
  status: { supportedFeatures: features.map((feature) => ({ name: feature })) },
});
const deployment = (...parentRefs: readonly ParentReference[]) =>
  ({
    metadata: { name: 'shop', namespace: 'gateways' },
    spec: { traffic: { gateway: { parentRefs } } },
  }) as unknown as Deployment;
/** As much of a cache as is asked. */
const cache = <T extends KubernetesObject>(...objects: readonly T[]) =>
  ({ get: (key: string) => objects.find((one) => keyOf(one) === key) }) as unknown as Lister<T>;

const query = 'HTTPRouteQueryParamMatching';
const mirror = 'HTTPRouteRequestPercentageMirror';
const classes = cache(gatewayClass('much', query, mirror), gatewayClass('little', query));
const gateways = cache(gateway('public', 'much'), gateway('inside', 'little'), gateway('lost', 'none'));

it('of several gateways only what all can do can be asked for', () => {
  const one = gatewayOf({ gateways, classes }, deployment({ name: 'public' }));
  expect(one).toMatchObject({ controllerNames: ['example.com/much'], view: { query: true, mirror: true } });
  const both = gatewayOf({ gateways, classes }, deployment({ name: 'public' }, { name: 'inside' }));
  expect(both).toMatchObject({
    controllerNames: ['example.com/much', 'example.com/little'],
    view: { query: true, mirror: false },
  });
});

it.each([
  ['one of them', [{ name: 'public' }, { name: 'nowhere' }]],
  ['the class of one', [{ name: 'public' }, { name: 'lost' }]],
  ['all but a mesh', [{ kind: 'Service', name: 'mesh' }]],
])('nothing is known of them while %s is not there', (_, parents) => {
  expect(gatewayOf({ gateways, classes }, deployment(...parents))).toBeUndefined();
});

it('a Deployment is found by the gateways that its route is for', () => {
  const parents = [
    { name: 'public' },
    { name: 'other', namespace: 'elsewhere' },
    { kind: 'Service', name: 'x' },
  ];
  expect(gatewaysOfDeployment(deployment(...parents))).toEqual(['gateways/public', 'elsewhere/other']);
});
