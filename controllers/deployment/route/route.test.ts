import { describe, expect, it } from 'vitest';
import type { Deployment } from '../deployment.ts';
import { identity } from '../marks.ts';
import type { PlannedRoute } from '../plan/deploymentPlan.ts';
import { desiredRoutes } from './desiredRoutes.ts';
import type { Gateway } from './matches.ts';
import { tokenOf } from './probe.ts';
import type { Route } from './routes.ts';
import { seeRoute } from './routeView.ts';

const deployment = (gateway: Partial<Gateway> = {}): Deployment => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'shop' } },
    template: { spec: { containers: [{ name: 'main' }] } },
    minReadySeconds: 0,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    paused: false,
    deletionPolicy: 'Delete',
    adopt: false,
    strategy: { type: 'Canary' },
    traffic: {
      ports: [{ name: 'http', port: 80 }],
      drain: '30s',
      settle: '5s',
      gateway: {
        kind: 'HTTPRoute',
        path: '/',
        parentRefs: [{ name: 'public', namespace: 'gateways' }],
        hostnames: ['shop.example.com'],
        ...gateway,
      },
    },
  } as Deployment['spec'],
});

const split = (more: Partial<PlannedRoute> = {}): PlannedRoute => ({
  weights: new Map([
    ['old', 75],
    ['new', 25],
  ]),
  rules: '',
  ...more,
});

/** As the server would have it, taken by one gateway at `accepted`. */
function stored(
  planned: PlannedRoute,
  subject: Deployment,
  index = 0,
  written = '2026-01-01T00:00:00Z',
): Route {
  const made = desiredRoutes(subject, planned)[index]?.object as Route;
  const marks = Object.keys(made.metadata.annotations ?? {}).map((name) => [`f:${name}`, {}]);
  const fieldsV1 = { 'f:metadata': { 'f:annotations': Object.fromEntries(marks) } };
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    observedGeneration: 3,
  });
  return {
    ...made,
    metadata: {
      ...made.metadata,
      generation: 3,
      managedFields: [{ manager: identity.fieldManager, operation: 'Apply', time: written, fieldsV1 }],
    },
    status: {
      parents: [
        {
          parentRef: { name: 'public' },
          controllerName: 'example.com/gateway',
          conditions: [condition('Accepted'), condition('ResolvedRefs')],
        },
      ],
    },
  };
}

const later = Date.parse('2026-01-01T00:01:00Z');

describe('the route of a Deployment', () => {
  it('splits by weight between the Services of revisions', () => {
    const [main, ...others] = desiredRoutes(deployment(), split());
    expect(others).toEqual([]);
    expect(main?.object).toMatchObject({
      kind: 'HTTPRoute',
      metadata: { name: 'shop', namespace: 'team', ownerReferences: [{ uid: 'u1', controller: true }] },
      spec: {
        parentRefs: [{ name: 'public', namespace: 'gateways' }],
        hostnames: ['shop.example.com'],
        rules: [
          { filters: [{ type: 'RequestRedirect' }] },
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [
              { name: 'shop-old', port: 80, weight: 75 },
              { name: 'shop-new', port: 80, weight: 25 },
            ],
          },
        ],
      },
    });
  });

  it('is another for the gateway once no other route is ahead of it', () => {
    const stateOf = (behind?: string) => {
      const [main] = desiredRoutes(deployment(), split({ behind }), { nonce: () => '1' });
      const route = main?.object as Route;
      return { mark: route.metadata.annotations?.['mainstay.dev/behind'], token: tokenOf(route) };
    };
    const [during, after] = [stateOf('legacy/checkout'), stateOf()];
    expect([during.mark, after.mark]).toEqual(['legacy/checkout', undefined]);
    expect(during.token).not.toBe(after.token);
    const subject = deployment();
    const written = stored(split({ behind: 'legacy/checkout' }), subject);
    const viewOf = (live: Route) => seeRoute(subject, live, undefined, 'Served', 0).view;
    expect(viewOf(written).behind).toBe('legacy/checkout');
    const { annotations } = written.metadata;
    const plain = stored(split(), subject);
    const marked = { ...plain, metadata: { ...plain.metadata, annotations: annotations ?? {} } };
    expect(viewOf(marked).behind, 'a mark that somebody else set').toBeUndefined();
  });

  it('sends what matches to the new revision before it splits, cookies by the header that holds them', () => {
    const match = [
      { headers: [{ name: 'x-team', value: 'shop' }] },
      { cookies: [{ name: 'beta', value: 'a.b' }], query: [{ name: 'v', value: '2' }] },
    ];
    const [main] = desiredRoutes(deployment({ path: '/cart' }), split({ match, matchTo: 'new', rules: 'r' }));
    const { spec, metadata } = main?.object as Route;
    expect(metadata.annotations).toEqual({ 'mainstay.dev/route': 'r' });
    expect(spec.rules?.[1]).toEqual({
      matches: [
        { path: { type: 'PathPrefix', value: '/cart' }, headers: [{ name: 'x-team', value: 'shop' }] },
        {
          path: { type: 'PathPrefix', value: '/cart' },
          headers: [{ name: 'Cookie', value: '^(.*;\\s*)?beta=a\\.b(;.*)?$', type: 'RegularExpression' }],
          queryParams: [{ name: 'v', value: '2' }],
        },
      ],
      backendRefs: [{ name: 'shop-new', port: 80, weight: 1 }],
    });
  });

  it('copies requests, and shows a preview by a route of its own', () => {
    const subject = deployment({ preview: { hostnames: ['next.example.com'] } });
    const [main, preview] = desiredRoutes(
      subject,
      split({ mirror: 10, matchTo: 'new', preview: 'new', rules: 'r' }),
    );
    expect((main?.object as Route).spec.rules?.at(-1)?.filters).toEqual([
      {
        type: 'RequestMirror',
        requestMirror: { backendRef: { name: 'shop-new', port: 80 }, percent: 10 },
      },
    ]);
    expect(preview?.object).toMatchObject({
      metadata: { name: 'shop-preview' },
      spec: {
        hostnames: ['next.example.com'],
        rules: [{ backendRefs: [{ name: 'shop-new', port: 80, weight: 1 }] }],
      },
    });
  });

  it('that is left to others answers nothing by itself', () => {
    const rules = (asked: object) =>
      (desiredRoutes(deployment(), split(), asked)[0]?.object as Route).spec.rules ?? [];
    const answering = (all: ReturnType<typeof rules>) => all.filter(({ filters }) => filters !== undefined);
    expect(answering(rules({}))).toHaveLength(1);
    expect(answering(rules({ probe: false }))).toEqual([]);
  });

  it('of gRPC has no path', () => {
    const [main] = desiredRoutes(deployment({ kind: 'GRPCRoute' }), split());
    expect(main?.object.kind).toBe('GRPCRoute');
    expect((main?.object as Route).spec.rules?.[0]).not.toHaveProperty('matches');
  });
});

describe('the live route', () => {
  it('is seen as it was planned', () => {
    const subject = deployment({ preview: { hostnames: ['next.example.com'] } });
    const planned = split({
      match: [{ headers: [{ name: 'a', value: 'b' }] }],
      matchTo: 'new',
      preview: 'new',
      rules: 'r',
    });
    const { view } = seeRoute(subject, stored(planned, subject), stored(planned, subject, 1), 'None', later);
    expect(view).toEqual({
      exists: true,
      accepted: true,
      problem: undefined,
      weights: planned.weights,
      matchTo: 'new',
      preview: 'new',
      rules: 'r',
      verified: true,
      by: 'Settle',
    });
  });

  it('is trusted only some time after it was written', () => {
    const written = '2026-01-01T00:00:55Z';
    const seen = seeRoute(deployment(), stored(split(), deployment(), 0, written), undefined, 'None', later);
    expect(seen).toMatchObject({ view: { accepted: true, verified: false }, settlesAt: later + 1000 });
    const after = seeRoute(
      deployment(),
      stored(split(), deployment(), 0, written),
      undefined,
      'None',
      later + 1000,
    );
    expect(after).toMatchObject({ view: { verified: true } });
    expect(after.settlesAt).toBeUndefined();
  });

  it.each<[string, (route: Route) => Route, string]>([
    [
      'nobody has taken',
      (route) => ({ ...route, status: { parents: [] } }),
      'no gateway has taken the route yet',
    ],
    [
      'the gateway refuses',
      (route) => ({
        ...route,
        status: {
          parents: (route.status?.parents ?? []).map((parent) => ({
            ...parent,
            conditions: [
              {
                type: 'Accepted',
                status: 'False',
                reason: 'NotAllowedByListeners',
                message: 'no listener',
                observedGeneration: 3,
              },
            ],
          })),
        },
      }),
      'Accepted is False: NotAllowedByListeners: no listener',
    ],
  ])('that %s is not accepted, and says why', (_, change, problem) => {
    const { view } = seeRoute(deployment(), change(stored(split(), deployment())), undefined, 'None', later);
    expect(view).toMatchObject({ accepted: false, verified: false, problem });
  });

  it('that the gateway has not looked at since it was written is not accepted yet, and nothing is wrong with it', () => {
    const live = stored(split(), deployment());
    const rewritten = { ...live, metadata: { ...live.metadata, generation: 4 } };
    const { view } = seeRoute(deployment(), rewritten, undefined, 'None', later);
    expect(view).toMatchObject({ accepted: false, verified: false });
    expect(view.problem).toBeUndefined();
  });

  it('is trusted as soon as the gateway has answered with it, and not before', () => {
    const written = '2026-01-01T00:00:59Z';
    const live = stored(split(), deployment(), 0, written);
    expect(seeRoute(deployment(), live, undefined, 'Served', later).view).toMatchObject({
      verified: true,
      by: 'Probe',
    });
    const awaited = seeRoute(deployment(), live, undefined, 'Awaited', later + 60_000);
    expect(awaited.view).toMatchObject({ verified: false, by: 'Probe' });
    // Who has never answered is no evidence of anything.
    const unheard = seeRoute(deployment(), live, undefined, 'Unheard', later + 60_000);
    expect(unheard.view).toMatchObject({ verified: false, by: 'Settle' });
  });

  it('that is not there has no weights', () => {
    expect(seeRoute(deployment(), undefined, undefined, 'None', later).view).toMatchObject({
      exists: false,
      weights: new Map(),
    });
  });
});
