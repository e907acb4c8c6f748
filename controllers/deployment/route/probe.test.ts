import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { OutboundError } from '../outbound/outboundError.ts';
import type { Gateway } from './gateway.ts';
import { probeRule, probeTargets, rulesForPeople, tokenOf, tokenOfAnswer } from './probe.ts';
import { type Evidence, Probes, type Recalled } from './probes.ts';
import type { Route, RouteRule } from './routes.ts';

const split: RouteRule = { backendRefs: [{ name: 'shop-a', port: 80, weight: 100 }] };
const route = (rules: readonly RouteRule[] = [split], more: Partial<Route['spec']> = {}): Route => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'shop', namespace: 'team' },
  spec: {
    parentRefs: [{ name: 'public' }],
    hostnames: ['shop.example.com'],
    rules: [probeRule({ namespace: 'team', name: 'shop' }, rules, { nonce: () => 'n1' }), ...rules],
    ...more,
  },
});
const targets = (one: Route, ...gateways: readonly (Gateway | undefined)[]) =>
  probeTargets(one, ({ name }) => gateways.find((each) => each?.metadata.name === name));
const gateway = (more: Partial<Gateway['spec']> = {}, addresses = ['10.1.2.3']): Gateway => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'public', namespace: 'team' },
  spec: {
    gatewayClassName: 'any',
    listeners: [
      { name: 'secure', port: 443, protocol: 'HTTPS' },
      { name: 'web', port: 8000, protocol: 'HTTP' },
    ],
    ...more,
  },
  status: { addresses: addresses.map((value) => ({ value })) },
});

describe('the rule that answers by itself', () => {
  it('says another word for each state of the route, and is not one of those for people', () => {
    const other = { backendRefs: [{ name: 'shop-a', port: 80, weight: 99 }] };
    expect(tokenOf(route())).toMatch(/^[0-9a-f]{8}-n1$/);
    expect(tokenOf(route([other]))).not.toBe(tokenOf(route()));
    expect(rulesForPeople(route())).toEqual([split]);
  });

  it('says another word for a state that comes back, and the same one for as long as it stands', () => {
    const other = { backendRefs: [{ name: 'shop-a', port: 80, weight: 99 }] };
    let writes = 0;
    const written = (rules: readonly RouteRule[], live?: Route) => {
      const subject = { namespace: 'team', name: 'shop' };
      const nonce = () => {
        writes += 1;
        return `n${writes}`;
      };
      const rule = probeRule(subject, rules, { live, nonce });
      return { ...route(), spec: { ...route().spec, rules: [rule, ...rules] } };
    };
    const a = written([split]);
    expect(tokenOf(written([split], a))).toBe(tokenOf(a));
    const b = written([other], a);
    expect(tokenOf(written([split], b))).not.toBe(tokenOf(a));
    expect(writes).toBe(3);
  });

  it('is asked for at a listener without TLS, by a host name of the route', () => {
    const target = {
      url: 'http://10.1.2.3:8000/.well-known/mainstay/team/shop',
      host: 'shop.example.com',
      token: tokenOf(route()),
    };
    expect(targets(route(), gateway())).toEqual([target]);
    const any = route([split], { hostnames: ['*.example.com'] });
    expect(targets(any, gateway({}, ['fd00::7']))).toEqual([
      {
        url: 'http://[fd00::7]:8000/.well-known/mainstay/team/shop',
        host: 'mainstay.example.com',
        token: tokenOf(any),
      },
    ]);
  });

  it('is asked for at every gateway that the route is for', () => {
    const two = route([split], {
      parentRefs: [{ name: 'public' }, { name: 'inside' }, { kind: 'Service', name: 'mesh' }],
    });
    const inside = { ...gateway({}, ['10.9.9.9']), metadata: { name: 'inside', namespace: 'team' } };
    const hosts = (...all: readonly Gateway[]) =>
      targets(two, ...all).map((target) => target && new URL(target.url).hostname);
    expect(hosts(gateway(), inside)).toEqual(['10.1.2.3', '10.9.9.9']);
    expect(hosts(gateway())).toEqual(['10.1.2.3', undefined]);
  });

  it.each<[string, Gateway | undefined, Partial<Route['spec']>]>([
    ['there is no gateway', undefined, {}],
    ['it has no address yet', gateway({}, []), {}],
    ['no listener is without TLS', gateway({ listeners: [{ name: 'a', port: 1, protocol: 'TLS' }] }), {}],
    [
      'the route is for another listener',
      gateway(),
      { parentRefs: [{ name: 'public', sectionName: 'secure' }] },
    ],
    ['the route is for another port', gateway(), { parentRefs: [{ name: 'public', port: 443 }] }],
    ['the route has no such rule', gateway(), { rules: [split] }],
  ])('is not asked for where %s', (_, one, spec) => {
    expect(targets(route([split], spec), one)).toEqual([undefined]);
  });

  it.each([
    ['http://abc.mainstay.invalid/.well-known/mainstay/team/shop', 'abc'],
    ['http://shop.example.com/', undefined],
    ['/somewhere', undefined],
    [undefined, undefined],
  ])('its answer %j is of the state %j', (location, token) => {
    expect(tokenOfAnswer(location)).toBe(token);
  });
});

const key = keyOf({ namespace: 'team', name: 'shop' });
const nothing: Recalled = { served: false, known: false };
const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** A gateway that answers with whatever state it serves; undefined where it knows nothing of the route. */
function asking(served: string | undefined) {
  const clock = new ManualClock();
  const state = { served, reachable: true, allowed: true, questions: 0 };
  const told: Evidence[] = [];
  const probes: Probes = new Probes({
    clock,
    outbound: {
      send: async () => {
        state.questions += 1;
        if (!state.allowed) throw new OutboundError('forbidden');
        if (!state.reachable) throw new Error('nobody there');
        if (state.served === undefined) return { status: 404, body: '' };
        return { status: 302, body: '', location: `http://${state.served}.mainstay.invalid/` };
      },
    },
    onEvidence: () => told.push(look(last)),
  });
  ended.push(() => probes.stopAll());
  let last = '';
  const look = (token: string, recalled: Partial<Recalled> = {}) => {
    last = token;
    const target = { url: 'http://10.1.2.3/', host: 'shop.example.com', token };
    return probes.evidence(key, [target], { ...nothing, ...recalled });
  };
  return { clock, state, told, look, probes };
}

describe('what a gateway serves', () => {
  it('is known once it has answered three times in a row', async () => {
    const { clock, state, told, look } = asking('old');
    expect(look('new')).toBe('Unheard');
    await clock.advanceAsync(5_000);
    expect(look('new')).toBe('Awaited');
    state.served = 'new';
    const before = state.questions;
    await clock.advanceAsync(1_000);
    expect(told).toEqual(['Awaited', 'Served']);
    expect(state.questions - before).toBe(3);
    await clock.advanceAsync(60_000);
    expect(state.questions - before).toBe(3);
  });

  it('is awaited for as long as it takes, where it has answered with another state', async () => {
    const { clock, look } = asking('old');
    look('new');
    await clock.advanceAsync(600_000);
    expect(look('new')).toBe('Awaited');
  });

  it.each([
    ['that nobody can reach', false],
    ['that has never heard of the route', true],
  ])('is not awaited of one %s, but asked for all the same', async (_, reachable) => {
    const { clock, state, told, look } = asking(undefined);
    state.reachable = reachable;
    look('new');
    await clock.advanceAsync(9_000);
    expect(told).toEqual([]);
    expect(look('new')).toBe('Unheard');
    await clock.advanceAsync(3_000);
    expect(told).toEqual(['None']);
    Object.assign(state, { reachable: true, served: 'new' });
    await clock.advanceAsync(2_000);
    expect(told).toEqual(['None', 'Served']);
  });

  it('is asked anew for each state that is written', async () => {
    const { clock, state, look } = asking('one');
    look('one');
    await clock.advanceAsync(100);
    expect(look('one')).toBe('Served');
    expect(look('two')).toBe('Awaited');
    await clock.advanceAsync(20_000);
    expect(look('two')).toBe('Awaited');
    state.served = 'two';
    await clock.advanceAsync(2_000);
    expect(look('two')).toBe('Served');
  });

  it('is awaited of one that has answered to the process before, however long it is silent', async () => {
    const { clock, state, told, look } = asking(undefined);
    state.reachable = false;
    expect(look('new', { known: true })).toBe('Awaited');
    await clock.advanceAsync(600_000);
    expect(look('newer')).toBe('Awaited');
    await clock.advanceAsync(600_000);
    expect(told).toEqual([]);
    Object.assign(state, { reachable: true, served: 'newer' });
    await clock.advanceAsync(60_000);
    expect(told).toEqual(['Served']);
  });

  it('was served long since, as far as a process knows that has just begun where nothing was on its way', async () => {
    const { look } = asking('new');
    expect(look('new', { served: true })).toBe('None');
  });

  it('is awaited again as soon as it is known to be another state', async () => {
    const { clock, state, told, look } = asking('old');
    expect(look('new', { served: true })).toBe('None');
    await clock.advanceAsync(1_000);
    expect(told).toEqual(['Awaited']);
    state.served = 'new';
    await clock.advanceAsync(2_000);
    expect(told).toEqual(['Awaited', 'Served']);
  });

  it('is asked for ever more seldom of one who does not answer', async () => {
    const { clock, state, look } = asking(undefined);
    state.reachable = false;
    look('new');
    await clock.advanceAsync(600_000);
    expect(state.questions).toBeLessThan(45);
    const before = state.questions;
    await clock.advanceAsync(600_000);
    expect(state.questions - before).toBeLessThanOrEqual(20);
  });

  it('is not awaited of one whom this process may not ask', async () => {
    const { clock, state, told, look } = asking('new');
    state.allowed = false;
    look('new');
    await clock.advanceAsync(0);
    expect(told).toEqual(['None']);
    await clock.advanceAsync(60_000);
    expect(state.questions).toBeLessThan(4);
  });

  it('is known of several only together', async () => {
    const clock = new ManualClock();
    const served = new Map([
      ['10.1.1.1', 'new'],
      ['10.2.2.2', 'old'],
    ]);
    const probes = new Probes({
      clock,
      outbound: {
        send: async ({ url }) => ({
          status: 302,
          body: '',
          location: `http://${served.get(url.hostname)}.mainstay.invalid/`,
        }),
      },
      onEvidence: () => {},
    });
    ended.push(() => probes.stopAll());
    const at = (address: string) => ({ url: `http://${address}/`, host: 'shop.example.com', token: 'new' });
    const look = (...more: readonly undefined[]) =>
      probes.evidence(key, [at('10.1.1.1'), at('10.2.2.2'), ...more], nothing);
    look();
    await clock.advanceAsync(5_000);
    expect(look()).toBe('Awaited');
    expect(look(undefined)).toBe('Unheard');
    served.set('10.2.2.2', 'new');
    await clock.advanceAsync(5_000);
    expect(look()).toBe('Served');
    expect(look(undefined)).toBe('None');
  });

  it('is nothing that is asked for once the Deployment has gone', async () => {
    const { clock, state, look, probes } = asking('old');
    look('new');
    await clock.advanceAsync(1_000);
    probes.stop(key);
    const { questions } = state;
    await clock.advanceAsync(60_000);
    expect(state.questions).toBe(questions);
    expect(clock.pending).toBe(0);
  });
});
