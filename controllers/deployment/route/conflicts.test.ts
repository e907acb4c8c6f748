import { describe, expect, it } from 'vitest';
import type { Deployment } from '../deployment.ts';
import { claimsOfDeployment, claimsOfRoute, conflictOf } from './conflicts.ts';
import type { Gateway } from './gateway.ts';
import type { ParentReference, Route, RouteMatch } from './routes.ts';

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
/** Older than ours, and accepted by all gateways that it names. */
const route = (spec: Partial<Route['spec']>, owner = 'somebody'): Route => {
  const parentRefs = spec.parentRefs ?? [{ name: 'public', namespace: 'gateways' }];
  const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '' };
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name: 'other',
      namespace: 'team',
      labels: { 'mainstay.dev/owner': owner },
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { hostnames: ['shop.example.com'], rules: [{}], ...spec, parentRefs },
    status: {
      parents: parentRefs.map((parentRef) => ({
        parentRef,
        controllerName: 'example.com/gateway',
        conditions: [accepted],
      })),
    },
  };
};
const ours: Route = {
  ...route({}, 'u1'),
  metadata: { name: 'shop', namespace: 'team', creationTimestamp: '2026-01-02T00:00:00Z' },
};
const gateway: Gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'public', namespace: 'gateways' },
  spec: {
    gatewayClassName: 'any',
    listeners: [
      { name: 'web', port: 80, protocol: 'HTTP' },
      { name: 'secure', port: 443, protocol: 'HTTPS' },
    ],
  },
};
const matching = (...matches: readonly RouteMatch[]) => route({ rules: [{ matches }] });
const only = (other: Route, kind: string) => ({
  byIndex: (_: string, claim: string) =>
    other.kind === kind && claimsOfRoute(other).includes(claim) ? [other] : [],
});
const conflict = (
  other: Route,
  one = deployment(),
  { live, known }: { readonly live?: Route | undefined; readonly known?: Gateway | undefined } = {
    live: ours,
    known: gateway,
  },
) =>
  conflictOf(
    {
      httpRoutes: only(other, 'HTTPRoute'),
      grpcRoutes: only(other, 'GRPCRoute'),
      gateways: { get: () => known },
    },
    one,
    { live, preview: live },
  );

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

const at = (more: Partial<ParentReference>) => ({
  parentRefs: [{ name: 'public', namespace: 'gateways', ...more }],
});

describe('a route for a part of the gateway', () => {
  it.each<[string, Partial<ParentReference>, Partial<ParentReference>, boolean]>([
    ['the same listener', { sectionName: 'web' }, { sectionName: 'web' }, true],
    ['all listeners, and ours for one', {}, { sectionName: 'secure' }, true],
    ['one listener by its port', { port: 443 }, { sectionName: 'secure' }, true],
    ['another listener', { sectionName: 'web' }, { sectionName: 'secure' }, false],
    ['another port', { port: 80 }, { port: 443 }, false],
    ['another listener by its port', { port: 80 }, { sectionName: 'secure' }, false],
  ])('that is for %s', (_, theirs, own, meets) => {
    const expected = meets ? 'team/other' : undefined;
    expect(conflict(route(at(theirs)), deployment(at(own)))).toBe(expected);
  });

  it('is told by its words alone where the gateway is not there', () => {
    const unknown = { live: ours, known: undefined };
    const secure = deployment(at({ sectionName: 'secure' }));
    expect(conflict(route(at({ sectionName: 'web' })), secure, unknown)).toBeUndefined();
    expect(conflict(route(at({ port: 443 })), secure, unknown)).toBe('team/other');
  });
});

describe('of two routes that take the same', () => {
  const born = (creationTimestamp: string, name = 'other'): Route => {
    const one = route({});
    return { ...one, metadata: { ...one.metadata, name, creationTimestamp } };
  };

  it('the older one is served, and of two alike the one whose name comes first', () => {
    expect(conflict(born('2026-01-03T00:00:00Z'))).toBeUndefined();
    expect(conflict(born('2026-01-02T00:00:00Z', 'another'))).toBe('team/another');
    expect(conflict(born('2026-01-02T00:00:00Z', 'zoo'))).toBeUndefined();
  });

  it('the other one is, as long as ours is not there', () => {
    const none = { live: undefined, known: gateway };
    expect(conflict(born('2026-01-03T00:00:00Z'), deployment(), none)).toBe('team/other');
  });

  it('none is served that the gateway refuses, or has not looked at', () => {
    const one = route({});
    const refused = (one.status?.parents ?? []).map((parent) => ({
      ...parent,
      conditions: [{ type: 'Accepted', status: 'False', reason: 'NotAllowedByListeners', message: '' }],
    }));
    expect(conflict({ ...one, status: { parents: refused } })).toBeUndefined();
    expect(conflict({ ...one, status: { parents: [] } })).toBeUndefined();
  });
});

describe('of gRPC', () => {
  const grpc = deployment({ kind: 'GRPCRoute' });
  const grpcRoute = (spec: Partial<Route['spec']>): Route => ({ ...route(spec), kind: 'GRPCRoute' });
  const calls = (...matches: readonly RouteMatch[]) => grpcRoute({ rules: [{ matches }] });

  it('a route that takes the same host is in the way', () => {
    expect(conflict(grpcRoute({}), grpc)).toBe('team/other');
  });

  it.each<[string, Route]>([
    ['is of HTTP, of which the gateway refuses the one or the other', route({})],
    ['has another host', grpcRoute({ hostnames: ['cart.example.com'] })],
    ['is for one service', calls({ method: { service: 'shop.Cart' } })],
    ['asks for a header', calls({ headers: [{ name: 'x', value: 'y' }] })],
  ])('a route that %s is not', (_, other) => {
    expect(conflict(other, grpc)).toBeUndefined();
  });

  it('a route is in the way of no HTTPRoute', () => {
    expect(conflict(grpcRoute({}))).toBeUndefined();
  });
});

it('without a gateway there is nothing to be in the way of', () => {
  expect(claimsOfDeployment({ ...deployment(), spec: {} } as unknown as Deployment)).toEqual([]);
});
