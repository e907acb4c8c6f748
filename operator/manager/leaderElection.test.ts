import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../queue/manualClock.ts';
import { LeaderElector, type LeaderElectorOptions, type Term } from './leaderElection.ts';
import { LeaseServer } from './leaseServer.ts';
import { writeTimeoutOf } from './leaseTimes.ts';
import { WriteFence } from './writeFence.ts';

const log = pino({ level: 'silent' });

/** One process that stands for election, with a clock of its own, so that it can be frozen alone. */
function candidate(
  server: LeaseServer,
  identity: string,
  options: Partial<LeaderElectorOptions> & { readonly clock?: ManualClock } = {},
) {
  const clock = options.clock ?? new ManualClock();
  const fence = new WriteFence(clock);
  const link: { cut?: boolean; requests: string[] } = { requests: [] };
  const timer = (milliseconds: number) =>
    new Promise<void>((resolve) => clock.schedule(milliseconds, resolve));
  const stop = new AbortController();
  const elector = new LeaderElector({
    namespace: 'system',
    name: 'leader',
    identity,
    client: server.client(link, timer),
    fence,
    log,
    clock,
    random: () => 0.5,
    ...options,
  });
  const terms: Term[] = [];
  const run = async () => {
    for (
      let term = await elector.acquire(stop.signal);
      term !== undefined;
      term = await elector.acquire(stop.signal)
    ) {
      terms.push(term);
      const { lost } = term;
      await new Promise((resolve) => {
        lost.addEventListener('abort', resolve);
        stop.signal.addEventListener('abort', resolve);
      });
      if (stop.signal.aborted) await term.release();
    }
  };
  const ended = run();
  return { clock, fence, link, stop, elector, terms, ended, acting: () => fence.isOpen };
}

type Candidate = ReturnType<typeof candidate>;

/** Time passes for everybody, in steps short enough that what one does the others see in order. */
async function pass(milliseconds: number, ...candidates: Candidate[]) {
  for (let passed = 0; passed < milliseconds; passed += 250) {
    for (const { clock } of candidates) await clock.advanceAsync(250);
  }
}

async function leaderAndStandby(server = new LeaseServer()) {
  const first = candidate(server, 'first');
  await pass(3000, first);
  const second = candidate(server, 'second');
  await pass(5000, first, second);
  expect([first.acting(), second.acting()]).toEqual([true, false]);
  return { server, first, second };
}

describe('leader election', () => {
  it('leads on a lease of its own making once it has renewed it', async () => {
    const server = new LeaseServer();
    const only = candidate(server, 'only');
    await pass(1000, only);
    expect(server.lease?.spec?.holderIdentity).toBe('only');
    expect(only.acting()).toBe(false);
    await pass(1500, only);
    expect(only.acting()).toBe(true);
  });

  it('renews for as long as it leads, and keeps when it began', async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const only = candidate(server, 'only', { clock, wallClock: () => new Date(clock.now()) });
    await pass(3000, only);
    const begun = server.lease?.spec;
    await pass(60_000, only);
    expect(only.acting()).toBe(true);
    expect(server.lease?.spec?.acquireTime).toBe(begun?.acquireTime);
    expect(server.lease?.spec?.renewTime).not.toBe(begun?.renewTime);
    expect(server.lease?.spec).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(server.lease?.spec?.renewTime).toMatch(/\.\d{6}Z$/);
  });

  it('passes on within a retry when the leader stops, since it gives the lease up', async () => {
    const { server, first, second } = await leaderAndStandby();
    first.stop.abort();
    await pass(5000, first, second);
    expect([first.acting(), second.acting()]).toEqual([false, true]);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
  });

  it('passes on when the leader is killed, but not before its lease has run out', async () => {
    const { first, second } = await leaderAndStandby();
    first.link.cut = true;
    await pass(12_000, second);
    expect(second.acting()).toBe(false);
    await pass(5000, second);
    expect(second.acting()).toBe(true);
  });

  it('stops writing a cut-off leader before another can lead, and lets it stand by', async () => {
    const { first, second } = await leaderAndStandby();
    first.link.cut = true;
    for (let n = 0; n < 120; n += 1) {
      await pass(250, first, second);
      expect(first.acting() && second.acting()).toBe(false);
    }
    expect([first.acting(), second.acting()]).toEqual([false, true]);
    expect(first.terms[0]?.lost.reason).toHaveProperty('name', 'LeadershipLostError');
    first.link.cut = false;
    second.link.cut = true;
    await pass(40_000, first, second);
    expect([first.acting(), second.acting()]).toEqual([true, false]);
  });

  it('lets a frozen leader write nothing when it goes on, before any of its timers has run', async () => {
    const { first, second } = await leaderAndStandby();
    await pass(20_000, second);
    first.clock.freeze(20_000);
    expect(first.acting()).toBe(false);
    expect(() => first.fence.check()).toThrow('does not hold the leader lease');
    const before = first.link.requests.length;
    await pass(250, first);
    expect(first.terms[0]?.lost.aborted).toBe(true);
    expect(first.link.requests.slice(before)).not.toContain('update');
  });

  it('leaves a deleted lease to its holder until it would have run out', async () => {
    const { server, first, second } = await leaderAndStandby();
    server.lease = undefined;
    await pass(4000, second);
    expect(server.lease).toBeUndefined();
    await pass(4000, first, second);
    expect(server.lease).toHaveProperty('spec.holderIdentity', 'first');
    expect([first.acting(), second.acting()]).toEqual([true, false]);
  });

  it('never has two leaders when the lease is deleted, its holder is cut off, and a newcomer makes it anew', async () => {
    const { server, first } = await leaderAndStandby();
    server.lease = undefined;
    first.link.cut = true;
    const newcomer = candidate(server, 'newcomer');
    for (let n = 0; n < 80; n += 1) {
      await pass(250, newcomer, first);
      expect(first.acting() && newcomer.acting()).toBe(false);
    }
    expect(newcomer.acting()).toBe(true);
  });

  it('leaves a deleted lease to its holder also where a newcomer comes first', async () => {
    const { server, first } = await leaderAndStandby();
    server.lease = undefined;
    const newcomer = candidate(server, 'newcomer');
    await pass(30_000, newcomer, first);
    expect([first.acting(), newcomer.acting()]).toEqual([true, false]);
  });

  it('does not look at the times that others write: their clocks may be wrong by years', async () => {
    const server = new LeaseServer();
    const first = candidate(server, 'first', { wallClock: () => new Date(0) });
    await pass(3000, first);
    const second = candidate(server, 'second', { wallClock: () => new Date('2099-01-01') });
    await pass(30_000, first, second);
    expect([first.acting(), second.acting()]).toEqual([true, false]);
  });

  it('follows a holder that declares a longer lease than ours', async () => {
    const server = new LeaseServer();
    const first = candidate(server, 'first', { leaseDuration: 60_000 });
    await pass(3000, first);
    const second = candidate(server, 'second');
    await pass(1000, second);
    await pass(50_000, second);
    expect(second.acting()).toBe(false);
    await pass(15_000, second);
    expect(second.acting()).toBe(true);
  });

  it('gives up nothing that is not its own any more', async () => {
    const { server, first } = await leaderAndStandby();
    if (server.lease !== undefined) {
      server.lease = { ...server.lease, spec: { ...server.lease.spec, holderIdentity: 'usurper' } };
    }
    first.stop.abort();
    await pass(1000, first);
    expect(server.lease?.spec?.holderIdentity).toBe('usurper');
  });

  it('gives a write less time than the lease has left after the last one may begin', () => {
    const times = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2000 };
    expect(writeTimeoutOf(times)).toBeLessThan(5000);
  });

  it.each([
    { leaseDuration: 10_000 },
    { leaseDuration: 15_500 },
    { renewDeadline: 2000 },
    { retryPeriod: 0 },
    { retryPeriod: Number.NaN },
  ])('refuses times that do not fit together: %j', (times) => {
    expect(() => candidate(new LeaseServer(), 'x', times)).toThrow(RangeError);
  });

  it('never has two acting leaders, whoever is cut off or frozen, and whenever the lease is deleted', async () => {
    const fault = fc.oneof(
      fc.record({ do: fc.constant('cut' as const), who: fc.nat(2) }),
      fc.record({ do: fc.constant('mend' as const), who: fc.nat(2) }),
      fc.record({
        do: fc.constant('freeze' as const),
        who: fc.nat(2),
        seconds: fc.integer({ min: 1, max: 25 }),
      }),
      fc.record({ do: fc.constant('delete' as const) }),
      fc.record({ do: fc.constant('join' as const) }),
      fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 20 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 8 }), async (faults) => {
        const server = new LeaseServer();
        const all = ['a', 'b', 'c'].map((identity) => candidate(server, identity));
        const asleep = new Map<Candidate, number>();
        const check = () => expect(all.filter((one) => one.acting()).length).toBeLessThanOrEqual(1);
        const second = async () => {
          for (let quarter = 0; quarter < 4; quarter += 1) {
            for (const one of all) {
              const left = asleep.get(one) ?? 0;
              asleep.set(one, left - 250);
              if (left > 0) one.clock.freeze(250);
              else await one.clock.advanceAsync(250);
              check();
            }
          }
        };
        for (let n = 0; n < 8; n += 1) await second();
        for (const action of faults) {
          const target = 'who' in action ? all[action.who] : undefined;
          if (action.do === 'cut' && target !== undefined) target.link.cut = true;
          if (action.do === 'mend' && target !== undefined) target.link.cut = false;
          if (action.do === 'freeze' && target !== undefined) asleep.set(target, action.seconds * 1000);
          if (action.do === 'delete') server.lease = undefined;
          if (action.do === 'join') all.push(candidate(server, `newcomer ${all.length}`));
          for (let n = 0; n < (action.do === 'wait' ? action.seconds : 1); n += 1) await second();
        }
        for (const one of all) one.link.cut = false;
        for (let n = 0; n < 70; n += 1) await second();
        expect(all.filter((one) => one.acting()).length).toBe(1);
        for (const one of all) one.stop.abort();
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
