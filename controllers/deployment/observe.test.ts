import { afterEach, describe, expect, it } from 'vitest';
import { labels } from '../../crds/deployment/names.ts';
import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import { Store } from '../../operator/cache/store.ts';
import { ManualClock } from '../../operator/queue/manualClock.ts';
import { type KubernetesObject, keyOf } from '../../operator/resources/object.ts';
import type { Deployment } from './deployment.ts';
import { identity } from './marks.ts';
import { type Caches, observe } from './observe.ts';
import { aCanary, aSpec, routed } from './plan/builders.ts';
import { desiredRoutes } from './route/desiredRoutes.ts';
import type { Gateway } from './route/gateway.ts';
import { tokenOf } from './route/probe.ts';
import { Probes } from './route/probes.ts';
import type { Route } from './route/routes.ts';

const began = Date.parse('2026-01-01T12:00:00Z');
const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** What a Deployment with a canary at 75 % has told, as far as it matters here. */
const told = (status: Partial<DeploymentStatus>): Deployment => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
  spec: {
    ...aSpec({ strategy: aCanary({ steps: [{ weight: 25 }, { weight: 75 }] }), traffic: routed }),
    template: { spec: { containers: [{ name: 'main' }] } },
  },
  status: status as DeploymentStatus,
});
const gateway: Gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'public', namespace: 'team' },
  spec: { gatewayClassName: 'any', listeners: [{ name: 'web', port: 80, protocol: 'HTTP' }] },
  status: { addresses: [{ value: '10.1.2.3' }] },
};

/** The route as it was written so many milliseconds before the operator began, and taken by the gateway. */
function routeOf(deployment: Deployment, age: number): Route {
  const weights = new Map([
    ['old', 25],
    ['new', 75],
  ]);
  const made = desiredRoutes(deployment, { weights, rules: '' })[0]?.object as Route;
  const time = new Date(began - age).toISOString();
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    observedGeneration: 1,
  }));
  return {
    ...made,
    metadata: {
      ...made.metadata,
      generation: 1,
      labels: { [labels.owner]: 'u1' },
      managedFields: [{ manager: identity.fieldManager, operation: 'Apply', time, fieldsV1: {} }],
    },
    status: {
      parents: [{ parentRef: { name: 'public' }, controllerName: 'example.com/gateway', conditions }],
    },
  };
}

/** An operator that has just begun, and sees a route so old of a gateway that nobody reaches. */
function begun(status: Partial<DeploymentStatus>, age: number) {
  const deployment = told(status);
  const clock = new ManualClock();
  const route = routeOf(deployment, age);
  const token = tokenOf(route);
  let reachable = false;
  const outbound = {
    send: async () => {
      if (!reachable) throw new Error('nobody there');
      return { status: 302, body: '', location: `http://${token}.mainstay.invalid/` };
    },
  };
  const probes = new Probes({ clock, outbound, onEvidence: () => {} });
  ended.push(() => probes.stopAll());
  const store = <T extends KubernetesObject>(...objects: readonly T[]) => {
    const all = new Store<T, string>({
      controller: () => [],
      service: () => [],
      owner: () => [],
      claim: () => [],
    });
    for (const object of objects) all.set(keyOf(object), object);
    return all;
  };
  const caches: Caches = {
    replicaSets: store(),
    pods: store(),
    endpoints: store(),
    httpRoutes: store(route),
    grpcRoutes: store(),
    gateways: store(gateway),
    classes: store(),
  };
  const look = () =>
    observe(caches, deployment, [], {
      template: { state: 'Unknown' },
      adopted: false,
      refused: undefined,
      analysis: new Map(),
      evidence: (targets, recalled) => probes.evidence(keyOf(deployment), targets, recalled),
      now: began + clock.now(),
    }).observation.route;
  const serve = () => {
    reachable = true;
  };
  return { clock, look, serve };
}

const shifting = { phase: 'Progressing', weight: { desired: 75, verified: 25, by: 'Probe' } } as const;
const matched = { phase: 'Progressing', weight: { desired: 0, verified: 0, by: 'Probe' } } as const;
const goingBack = { phase: 'RollingBack', weight: { desired: 0, verified: 75, by: 'Probe' } } as const;

describe('a route that nobody serves, to an operator that has just begun', () => {
  it.each([
    ['while weight moves', shifting],
    ['while a match is written', matched],
    ['on the way back', goingBack],
  ])('is not verified %s, however old it is, until the gateway answers', async (_, status) => {
    for (const age of [5_000, 3_600_000]) {
      const { clock, look, serve } = begun(status, age);
      expect(look()).toMatchObject({ verified: false, by: 'Probe' });
      await clock.advanceAsync(600_000);
      expect(look()).toMatchObject({ verified: false, by: 'Probe' });
      serve();
      await clock.advanceAsync(60_000);
      expect(look()).toMatchObject({ verified: true, by: 'Probe' });
    }
  });

  it('is verified by time where the gateway could not be asked before either', async () => {
    const settling = { ...shifting, weight: { ...shifting.weight, by: 'Settle' } } as const;
    const { clock, look } = begun(settling, 3_600_000);
    expect(look()).toMatchObject({ verified: false, by: 'Settle' });
    await clock.advanceAsync(15_000);
    expect(look()).toMatchObject({ verified: true, by: 'Settle' });
  });

  it('that nothing was on its way by is taken to be served, so that a restart changes nothing that is at rest', () => {
    expect(begun({ phase: 'Healthy' }, 3_600_000).look()).toMatchObject({ verified: true });
    expect(begun({ phase: 'RolledBack' }, 3_600_000).look()).toMatchObject({ verified: true });
    expect(begun({ phase: 'Healthy' }, 5_000).look()).toMatchObject({ verified: false });
    expect(begun({ phase: 'Progressing' }, 3_600_000).look()).toMatchObject({ verified: false });
  });
});
