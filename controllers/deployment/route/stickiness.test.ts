import { describe, expect, it } from 'vitest';
import { canaryOf } from '../../../crds/deployment/defaults.ts';
import type { Deployment } from '../deployment.ts';
import { aCanary, anObservation, aRevision, aRoute, routed } from '../plan/builders.ts';
import { planDeployment } from '../plan/deployment.ts';
import type { PlannedRoute } from '../plan/deploymentPlan.ts';
import { good, healthy, until, work } from '../plan/played.ts';
import type { World } from '../plan/world.ts';
import { desiredRoutes } from './desiredRoutes.ts';
import { rulesForPeople } from './probe.ts';
import type { BackendReference, NamedMatch, Route, RouteMatch, RouteRule } from './routes.ts';
import { seeRoute } from './routeView.ts';

const subject: Deployment = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
  spec: {
    ...anObservation({}).deployment.spec,
    template: { spec: { containers: [{ name: 'main' }] } },
    strategy: {
      type: 'Canary',
      canary: { ...canaryOf({}), stickiness: { cookie: 'seen', ttl: '90m' } },
    },
    traffic: { ...routed, gateway: { kind: 'HTTPRoute', path: '/cart', parentRefs: [{ name: 'public' }] } },
  } as Deployment['spec'],
};

const routeOf = (planned: PlannedRoute) => desiredRoutes(subject, planned)[0]?.object as Route;
const rulesOf = (planned: PlannedRoute) => rulesForPeople(routeOf(planned));

const split = (canary: number, more: Partial<PlannedRoute> = {}): PlannedRoute => ({
  weights: new Map([
    ['new', canary],
    ['old', 100 - canary],
  ]),
  sticky: [],
  matchTo: 'new',
  rules: 'r',
  ...more,
});

describe('the rules of a route that keeps people', () => {
  const path = { type: 'PathPrefix', value: '/cart' };
  const cookie = (value: string) => ({
    matches: [
      {
        path,
        headers: [{ name: 'Cookie', value: `^(.*;\\s*)?seen=${value}(;.*)?$`, type: 'RegularExpression' }],
      },
    ],
  });
  const leaving = (value: string) => [
    {
      type: 'ResponseHeaderModifier',
      responseHeaderModifier: {
        add: [
          { name: 'Set-Cookie', value: `seen=${value}; Path=/cart; Max-Age=5400; HttpOnly; SameSite=Lax` },
        ],
      },
    },
  ];

  it('know both revisions by a cookie that their answers leave, and draw anew as many as the canary is still to get', () => {
    const planned = split(25, { sticky: [5] });
    expect(rulesOf(planned)).toEqual([
      { ...cookie('new'), backendRefs: [{ name: 'shop-new', port: 80, weight: 1 }] },
      { ...cookie('new\\.25'), backendRefs: [{ name: 'shop-old', port: 80, weight: 75 }] },
      {
        ...cookie('new\\.5'),
        backendRefs: [
          { name: 'shop-old', port: 80, weight: 75, filters: leaving('new.25') },
          { name: 'shop-new', port: 80, weight: 20, filters: leaving('new') },
        ],
      },
      {
        matches: [{ path }],
        backendRefs: [
          { name: 'shop-new', port: 80, weight: 25, filters: leaving('new') },
          { name: 'shop-old', port: 80, weight: 75, filters: leaving('new.25') },
        ],
      },
    ]);
    expect(seeRoute(subject, routeOf(planned), undefined, 'None', 0).view).toMatchObject({
      matchTo: 'new',
      weights: planned.weights,
    });
  });

  it('are no more than a route may have, whatever the steps', () => {
    const weights = Array.from({ length: 32 }, (_, index) => 3 * (index + 1));
    const strategy = aCanary({ steps: weights.map((weight) => ({ weight, pause: {} })), stickiness: {} });
    const world = healthy({ strategy, traffic: routed });
    world.newTemplate(good);
    work(world);
    const [{ status, spec }, names] = [world, ['r1', 'r2']];
    const last = status?.step && { ...status.step, index: 31 };
    const { route } = planDeployment(
      anObservation({
        spec,
        status: status && { ...status, step: last },
        template: 'r2',
        revisions: names.map((name, index) => aRevision(name, index + 1, 10)),
        route: aRoute({ r1: 10, r2: 90 }),
        gateway: { headers: true, query: true, mirror: true, sticky: true, weights: true },
      }),
    );
    const planned = { ...split(93), sticky: route?.sticky, match: [{ query: [{ name: 'v', value: '2' }] }] };
    expect(route?.sticky?.slice(0, 3)).toEqual([90, 87, 84]);
    expect(routeOf(planned).spec.rules).toHaveLength(16);
  });
});

describe('people', () => {
  it('stay with the revision that they met, and are shared out as the weights say, however often they come', () => {
    const city = new City(2000);
    let met = new Set<number>();
    let before: number[] = [];
    for (const weight of [5, 25, 60]) {
      const rules = rulesOf(split(weight, { sticky: before.toReversed() }));
      // Not everybody comes at every step.
      const present = city.all.filter((person) => weight !== 25 || person % 3 > 0);
      const first = new Map(present.map((person) => [person, city.visit(person, rules)]));
      for (let visits = 0; visits < 6; visits += 1)
        for (const person of present) expect(city.visit(person, rules)).toBe(first.get(person));
      const canary = new Set(present.filter((person) => first.get(person) === 'shop-new'));
      const gone = [...met].filter((person) => present.includes(person) && !canary.has(person));
      expect(gone).toEqual([]);
      met = met.union(canary);
      expect(Math.abs(canary.size / present.length - weight / 100)).toBeLessThan(0.03);
      before = [...before, weight];
    }
  });

  it('who met the old revision beside another canary are drawn as anybody', () => {
    const city = new City(2000);
    const rules = rulesOf(split(20));
    for (const person of city.all) city.visit(person, rules);
    const next = rulesOf({
      ...split(20),
      matchTo: 'newer',
      weights: new Map([
        ['newer', 20],
        ['old', 80],
      ]),
    });
    const canary = city.all.filter((person) => city.visit(person, next) === 'shop-newer');
    expect(Math.abs(canary.length / 2000 - 0.2)).toBeLessThan(0.03);
  });

  it.each([
    ['headers', { headers: [{ name: 'x-team', value: 'shop' }] }],
    ['a cookie', { cookies: [{ name: 'beta', value: 'yes' }] }],
    ['the query', { query: [{ name: 'v', value: '2' }] }],
  ])('who match by %s meet the canary, whatever they met before', (_, match) => {
    const city = new City(200);
    const plain = rulesOf(split(5));
    for (const person of city.all) city.visit(person, plain);
    const matched = rulesOf(split(5, { match: [match] }));
    const request = { headers: { 'x-team': 'shop', Cookie: 'beta=yes' }, query: { v: '2' } };
    for (const person of city.all) expect(city.visit(person, matched, request)).toBe('shop-new');
  });

  it('are drawn at each step from what the steps before gave the canary', () => {
    const steps = [
      { weight: 5, pause: {} },
      { weight: 25, pause: {} },
      { weight: 60, pause: {} },
    ];
    const world = healthy({ strategy: aCanary({ steps, stickiness: {} }), traffic: routed });
    const plan = (one: World) => work(one).plan().route;
    world.newTemplate(good);
    expect(plan(world)).toMatchObject({ sticky: [], matchTo: 'r2' });
    world.ask('Promote', 0);
    expect(plan(world)?.sticky).toEqual([5]);
    world.ask('Promote', 0);
    expect(plan(world)?.sticky).toEqual([25, 5]);
    world.ask('Promote', 0);
    expect(until(world, 'Healthy').plan().route?.sticky).toBeUndefined();
  });
});

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** People who take the cookies that they are given, before a gateway that does as Gateway API says. */
class City {
  readonly all: readonly number[];
  readonly #cookies = new Map<number, string>();
  #random = 1;

  constructor(people: number) {
    this.all = Array.from({ length: people }, (_, person) => person);
  }

  /** The Service that answers. */
  visit(person: number, rules: readonly RouteRule[], request: Request = { headers: {}, query: {} }): string {
    const cookies = [request.headers.Cookie, this.#cookies.get(person)].filter((one) => one !== undefined);
    const { Cookie: _, ...headers } = request.headers;
    const sent = {
      ...request,
      headers: { ...headers, ...(cookies.length > 0 && { Cookie: cookies.join('; ') }) },
    };
    const backend = this.#draw(ruleFor(rules, sent)?.backendRefs ?? []);
    for (const filter of backend?.filters ?? [])
      if (filter.type === 'ResponseHeaderModifier')
        for (const { value } of filter.responseHeaderModifier.add)
          this.#cookies.set(person, value.split(';')[0] ?? '');
    return backend?.name ?? '';
  }

  #draw(backends: readonly BackendReference[]): BackendReference | undefined {
    this.#random = (this.#random * 48271) % 2147483647;
    const total = backends.reduce((sum, { weight = 1 }) => sum + weight, 0);
    let left = (this.#random / 2147483647) * total;
    for (const backend of backends) {
      left -= backend.weight ?? 1;
      if (left < 0) return backend;
    }
    return undefined;
  }
}

/** More headers go before more of the query, and of two alike the first. */
function ruleFor(rules: readonly RouteRule[], request: Request): RouteRule | undefined {
  const rank = ({ headers = [], queryParams = [] }: RouteMatch) => 100 * headers.length + queryParams.length;
  const found = rules.flatMap((rule) => (rule.matches ?? []).map((match) => ({ rule, match })));
  const meant = found.filter(({ match }) => isMeant(match, request));
  return meant.toSorted((a, b) => rank(b.match) - rank(a.match))[0]?.rule;
}

function isMeant({ headers = [], queryParams = [] }: RouteMatch, request: Request): boolean {
  const has = (asked: readonly NamedMatch[], sent: Readonly<Record<string, string>>) =>
    asked.every(({ name, value, type }) => {
      const given = sent[name];
      if (given === undefined) return false;
      return type === 'RegularExpression' ? new RegExp(`^(?:${value})$`).test(given) : given === value;
    });
  return has(headers, request.headers) && has(queryParams, request.query);
}
