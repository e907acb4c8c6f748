import { expect, it } from 'vitest';
import type { Deployment } from '../deployment.ts';
import { claimsOfDeployment, claimsOfRoute, conflictOf } from './conflicts.ts';
import type { Route, RouteMatch } from './routes.ts';

const deployment = (more: object = {}) =>
  ({
    metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
    spec: {
      traffic: {
        gateway: {
          kind: 'HTTPRoute',
          path: '/',
          parentRefs: [{ name: 'public', namespace: 'gateways' }],
          hostnames: ['shop.example.com'],
          ...more,
        },
      },
    },
  }) as unknown as Deployment;
const route = (spec: Partial<Route['spec']>, owner = 'somebody'): Route => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'other', namespace: 'team', labels: { 'mainstay.dev/owner': owner } },
  spec: {
    parentRefs: [{ name: 'public', namespace: 'gateways' }],
    hostnames: ['shop.example.com'],
    rules: [{}],
    ...spec,
  },
});
const matching = (...matches: readonly RouteMatch[]) => route({ rules: [{ matches }] });
const conflict = (other: Route, one = deployment()) =>
  conflictOf({ byIndex: (_, claim) => (claimsOfRoute(other).includes(claim) ? [other] : []) }, one);

it.each<[string, Route, Deployment]>([
  ['the same host', route({}), deployment()],
  [
    'the same path',
    matching({ path: { type: 'PathPrefix', value: '/cart' } }),
    deployment({ path: '/cart/' }),
  ],
  ['one of several hosts', route({ hostnames: ['a.example.com', 'shop.example.com'] }), deployment()],
  ['one of several rules', route({ rules: [{ matches: [{ method: 'GET' }] }, {}] }), deployment()],
  ['all hosts, as ours', route({ hostnames: undefined }), deployment({ hostnames: undefined })],
  [
    'the host of the preview',
    route({ hostnames: ['next.example.com'] }),
    deployment({ preview: { hostnames: ['next.example.com'] } }),
  ],
  [
    'a gateway of its own namespace',
    route({ parentRefs: [{ name: 'own' }] }),
    deployment({ parentRefs: [{ name: 'own', namespace: 'team' }] }),
  ],
])('a route that takes %s is in the way', (_, other, one) => {
  expect(conflict(other, one)).toBe('team/other');
});

it.each<[string, Route]>([
  ['is ours', route({}, 'u1')],
  ['is of another gateway', route({ parentRefs: [{ name: 'public', namespace: 'others' }] })],
  ['has another host', route({ hostnames: ['cart.example.com'] })],
  ['has a longer path', matching({ path: { type: 'PathPrefix', value: '/cart' } })],
  ['has one path alone', matching({ path: { type: 'Exact', value: '/' } })],
  ['asks for a header', matching({ headers: [{ name: 'x', value: 'y' }] })],
  ['asks for a query', matching({ queryParams: [{ name: 'x', value: 'y' }] })],
  ['asks for a method', matching({ method: 'POST' })],
])('a route that %s is not', (_, other) => {
  expect(conflict(other)).toBeUndefined();
});

it('without a gateway, and of gRPC, there is nothing to be in the way of', () => {
  expect(claimsOfDeployment({ ...deployment(), spec: {} } as unknown as Deployment)).toEqual([]);
  expect(claimsOfDeployment(deployment({ kind: 'GRPCRoute' }))).toEqual([]);
});
