import { describe, expect, test } from 'vitest';
import { environment, quotaInput, settled } from './builders.ts';
import { holdTime, refusalWindow } from './elastic.ts';
import { planQuota, quotaEnforced } from './index.ts';
import { quantity } from './quantity.ts';
import type { QuotaInput, QuotaPlan } from './types.ts';

const written = ({ writes }: QuotaPlan) =>
  Object.fromEntries(writes.map((write) => [write.environment, write.hard]));
const plan = (...given: Parameters<typeof quotaInput>) => planQuota(quotaInput(...given));

describe('the split', () => {
  test('follows the weights, in canonical quantities', () => {
    const hard = { 'requests.cpu': '20', 'requests.memory': '64Gi', pods: '200' };
    const result = plan(hard, [environment('dev'), environment('prod', { weight: 3 })]);
    expect(written(result)).toEqual({
      dev: { pods: '50', 'requests.cpu': '5', 'requests.memory': '16Gi' },
      prod: { pods: '150', 'requests.cpu': '15', 'requests.memory': '48Gi' },
    });
  });

  test.each([
    ['pods', '10', ['4', '3', '3']],
    ['requests.cpu', '10', ['3334m', '3333m', '3333m']],
    ['limits.memory', '64Gi', ['21846Mi', '21845Mi', '21845Mi']],
    ['requests.storage', '10', ['4', '3', '3']],
    ['count/deployments.apps', '2', ['1', '1', '0']],
    ['services.loadbalancers', '0', ['0', '0', '0']],
    ['requests.cpu', '1500m', ['500m', '500m', '500m']],
    ['requests.cpu', '3500u', ['1m', '1m', '1m']],
    ['requests.cpu', '900u', ['0', '0', '0']],
    ['pods', '3.5', ['1', '1', '1']],
    ['requests.memory', '1000M', ['333333334', '333333333', '333333333']],
  ])('%s: %s in three', (resource, total, shares) => {
    const result = plan(
      { [resource]: total },
      ['a', 'b', 'c'].map((name) => environment(name)),
    );
    expect(result.writes.map(({ hard }) => hard[resource])).toEqual(shares);
  });

  test('an environment without weight has nothing, and with weights all zero nobody has', () => {
    const result = plan({ pods: '4' }, [environment('a', { weight: 0 }), environment('b')]);
    expect(written(result)).toEqual({ a: { pods: '0' }, b: { pods: '4' } });
    expect(written(plan({ pods: '4' }, [environment('a', { weight: 0 })]))).toEqual({ a: { pods: '0' } });
  });

  test('an own hard is honoured first, the rest goes by weight', () => {
    const result = plan({ pods: '20' }, [
      environment('a'),
      environment('b', { hard: { pods: '10' } }),
      environment('c', { weight: 4 }),
    ]);
    expect(written(result)).toEqual({ a: { pods: '2' }, b: { pods: '10' }, c: { pods: '8' } });
  });

  test('an own hard finer than a ResourceQuota keeps is rounded down, where the API server would round it up', () => {
    const own = environment('a', { hard: { 'requests.cpu': '1500u' } });
    expect(written(plan({ 'requests.cpu': '2m' }, [own, environment('b')]))).toEqual({
      a: { 'requests.cpu': '1m' },
      b: { 'requests.cpu': '1m' },
    });
  });

  test('own hards beyond the total are cut in their order, and reported', () => {
    const result = plan({ pods: '20' }, [
      environment('a', { hard: { pods: '15' } }),
      environment('b', { hard: { pods: '10' } }),
    ]);
    expect(written(result)).toEqual({ a: { pods: '15' }, b: { pods: '5' } });
    expect(result.report.environments[1]?.cut).toEqual([{ resource: 'pods', asked: '10', given: '5' }]);
  });

  test('an own hard on what the Project does not limit limits that environment alone', () => {
    const own = environment('a', { hard: { 'services.loadbalancers': '1' } });
    expect(written(plan({ pods: '2' }, [own, environment('b')]))).toEqual({
      a: { pods: '1', 'services.loadbalancers': '1' },
      b: { pods: '1' },
    });
    expect(written(plan(undefined, [own, environment('b')]))).toEqual({
      a: { 'services.loadbalancers': '1' },
    });
  });

  test('without any quota there is no object', () => {
    const result = plan(undefined, [environment('a')]);
    expect(result.writes).toEqual([]);
    expect(result.report).toMatchObject({ settled: true, environments: [{ share: {}, hard: undefined }] });
  });

  test('what stands is not written again, in whatever notation', () => {
    const live = settled({ 'requests.cpu': '2000m', 'requests.memory': '1024Mi' });
    const result = plan({ 'requests.cpu': '2', 'requests.memory': '1Gi' }, [environment('a', { live })]);
    expect(result).toMatchObject({ writes: [], report: { settled: true } });
  });
});

describe('moving a share', () => {
  const step = (
    dev: QuotaInput['environments'][number]['live'],
    prod: QuotaInput['environments'][number]['live'],
  ) =>
    plan({ pods: '20' }, [environment('dev', { live: dev }), environment('prod', { weight: 3, live: prod })]);

  test('shrinks, waits until that is enforced, looks at what is used, and only then grows', () => {
    const prod = settled({ pods: '10' }, { pods: '9' });
    expect(written(step(settled({ pods: '10' }), prod))).toEqual({ dev: { pods: '5' } });

    const lagging = { hard: { pods: '5' }, enforced: { pods: '10' }, used: { pods: '3' } };
    const waits = step(lagging, prod);
    expect(waits.writes).toEqual([]);
    expect(waits.report.environments[1]?.waiting).toEqual([
      { resource: 'pods', missing: '5', reason: 'Shrinking', environments: ['dev'] },
    ]);

    const full = { hard: { pods: '5' }, enforced: { pods: '5' }, used: { pods: '8' } };
    const partly = step(full, prod);
    expect(written(partly)).toEqual({ prod: { pods: '12' } });
    expect(partly.report.environments[1]?.waiting).toEqual([
      { resource: 'pods', missing: '3', reason: 'InUse', environments: ['dev'] },
    ]);

    const gone = { ...full, used: { pods: '5' } };
    expect(written(step(gone, settled({ pods: '12' })))).toEqual({ prod: { pods: '15' } });
  });

  test('nothing grows while more counts than there is', () => {
    const result = plan({ pods: '20' }, [
      environment('dev', { live: settled({ pods: '5' }) }),
      environment('prod', { live: settled({ pods: '2' }) }),
      environment('legacy', { live: settled({ pods: '6' }, { pods: '30' }) }),
    ]);
    expect(result.writes).toEqual([]);
    expect(result.report.exceeded).toEqual([{ resource: 'pods', total: '20', counted: '37' }]);
  });

  test('a new environment starts within what is free', () => {
    const result = plan({ pods: '20' }, [
      environment('dev', { live: settled({ pods: '17' }) }),
      environment('new'),
    ]);
    expect(written(result)).toEqual({ dev: { pods: '10' }, new: { pods: '3' } });
    const none = plan({ pods: '20' }, [
      environment('dev', { live: settled({ pods: '20' }) }),
      environment('new'),
    ]);
    expect(written(none)).toEqual({ dev: { pods: '10' }, new: { pods: '0' } });
  });

  test('what an adopted namespace uses is counted before anybody else grows', () => {
    const adopted = environment('old', { empty: false });
    expect(written(plan({ pods: '20' }, [adopted, environment('new')]))).toEqual({ old: { pods: '10' } });
    const uncounted = { ...adopted, live: { hard: { pods: '10' } } };
    const waits = plan({ pods: '20' }, [uncounted, environment('new')]);
    expect(waits.writes).toEqual([]);
    expect(waits.report.environments[1]).toMatchObject({
      hard: undefined,
      enforced: false,
      waiting: [{ resource: 'pods', reason: 'Unknown', environments: ['old'] }],
    });
    const counted = { ...adopted, live: settled({ pods: '10' }, { pods: '18' }) };
    expect(written(plan({ pods: '20' }, [counted, environment('new')]))).toEqual({ new: { pods: '2' } });
  });

  test('what Kubernetes itself puts into a new namespace counts', () => {
    const fresh = environment('a', { weight: 0, live: { hard: { configmaps: '0' } }, empty: true });
    expect(written(plan({ configmaps: '9' }, [fresh, environment('b')]))).toEqual({ b: { configmaps: '8' } });
  });

  test('what leaves the Project counts until it is released', () => {
    const live = settled({ pods: '15' });
    const result = plan({ pods: '20' }, [environment('a')], { leaving: [{ name: 'old', live }] });
    expect(written(result)).toEqual({ a: { pods: '5' } });
  });

  test('a write that was never answered counts, and its environment waits for what became of it', () => {
    const dev = environment('dev', { live: settled({ pods: '4' }), attempted: { pods: '10' } });
    const result = plan({ pods: '20' }, [
      dev,
      environment('prod', { weight: 3, live: settled({ pods: '4' }) }),
    ]);
    expect(written(result)).toEqual({ prod: { pods: '10' } });
    expect(result.report).toMatchObject({
      settled: false,
      environments: [{ hard: { pods: '4' }, unanswered: true }, { unanswered: false }],
    });
  });

  test('a write that was never answered is no matter once it is seen to have arrived', () => {
    const dev = environment('dev', { live: settled({ pods: '20' }), attempted: { pods: '20' } });
    expect(plan({ pods: '20' }, [dev]).report).toMatchObject({
      settled: true,
      environments: [{ unanswered: false }],
    });
  });

  test('nothing of unknown size is let in while a write is unanswered', () => {
    const dev = environment('dev', { live: settled({ pods: '4' }), attempted: { pods: '10' } });
    expect(plan({ pods: '20' }, [dev, environment('old', { empty: false })]).writes).toEqual([]);
  });

  test('the share of a namespace that is not ours is kept, and not written', () => {
    const result = plan({ pods: '20' }, [environment('a'), environment('b', { held: false })]);
    expect(written(result)).toEqual({ a: { pods: '10' } });
    expect(result.report.settled).toBe(false);
  });

  test('Static keeps the weights, though it goes below what is in use', () => {
    const result = plan({ pods: '4' }, [
      environment('a', { live: settled({ pods: '4' }, { pods: '4' }) }),
      environment('b', { live: settled({ pods: '0' }) }),
    ]);
    expect(result.writes).toEqual([{ environment: 'a', hard: { pods: '2' }, grows: false }]);
  });
});

describe('an Elastic quota', () => {
  const elastic = (environments: QuotaInput['environments'], given: Partial<QuotaInput> = {}) =>
    plan({ pods: '20' }, environments, { mode: 'Elastic', ...given });
  const half = (used: string) => settled({ pods: '10' }, { pods: used });
  const refusal = { environment: 'a', resource: 'pods', requested: '4', at: 1_000_000 };

  test('starts with the weights, and leaves them while nobody lacks anything', () => {
    expect(written(elastic([environment('a'), environment('b')]))).toEqual({
      a: { pods: '10' },
      b: { pods: '10' },
    });
    expect(
      elastic([environment('a', { live: half('8') }), environment('b', { live: half('0') })]).writes,
    ).toEqual([]);
  });

  test('lends what is unused to where work is refused, on condition that it still is unused', () => {
    const result = elastic([environment('a', { live: half('8') }), environment('b', { live: half('2') })], {
      refusals: [refusal],
    });
    expect(result.writes).toEqual([
      { environment: 'b', hard: { pods: '8' }, grows: false, resourceVersion: '7' },
    ]);
    expect(result.report.environments[0]).toMatchObject({
      share: { pods: '12' },
      waiting: [{ reason: 'Shrinking' }],
    });
  });

  test('lends to who comes near the limit, since a refused pod of nobody leaves no trace', () => {
    const result = elastic([environment('a', { live: half('9') }), environment('b', { live: half('2') })]);
    expect(written(result)).toEqual({ b: { pods: '8' } });
  });

  test('takes nothing that is in use, and no more than leaves a margin', () => {
    const greedy = { ...refusal, requested: '100' };
    const live = [environment('a', { live: half('8') }), environment('b', { live: half('6') })];
    expect(written(elastic(live, { refusals: [greedy] }))).toEqual({ b: { pods: '8' } });
  });

  test('a base share is a guarantee: it comes back, before its time, to who needs it', () => {
    const memory = {
      a: { pods: { level: '16', until: 2_000_000 } },
      b: { pods: { level: '3', until: 2_000_000 } },
    };
    const live = [
      environment('a', { live: settled({ pods: '16' }, { pods: '5' }) }),
      environment('b', { live: settled({ pods: '4' }, { pods: '2' }) }),
    ];
    const refusals = [{ environment: 'b', resource: 'pods', requested: '7', at: 1_000_000 }];
    expect(written(elastic(live, { refusals, memory }))).toEqual({ a: { pods: '11' } });
  });

  test('a refusal counts only while it would still be refused, and not for ever', () => {
    const live = [environment('a', { live: half('6') }), environment('b', { live: half('2') })];
    expect(elastic(live, { refusals: [refusal] }).writes).toEqual([]);
    const nearly = settled({ pods: '20' }, { pods: '17' });
    const small = [{ ...refusal, requested: '3' }];
    const twenties = [
      environment('a', { live: nearly }),
      environment('b', { live: settled({ pods: '20' }) }),
    ];
    const fits = quotaInput({ pods: '40' }, twenties, { mode: 'Elastic', refusals: small });
    expect(planQuota(fits).writes).toEqual([]);
    const old = { ...refusal, requested: '9', at: 1_000_000 - refusalWindow - 1 };
    expect(elastic(live, { refusals: [old] }).writes).toEqual([]);
  });

  test('what was lent goes back when it has been idle for the hold time, told by a wake-up', () => {
    const live = [
      environment('a', { live: settled({ pods: '14' }, { pods: '1' }) }),
      environment('b', { live: settled({ pods: '6' }) }),
    ];
    const restarted = elastic(live);
    expect(restarted.writes).toEqual([]);
    expect(restarted.wakeUp).toBe(1_000_000 + holdTime);
    const later = elastic(live, { memory: restarted.memory, now: 1_000_000 + holdTime });
    expect(written(later)).toEqual({ a: { pods: '10' } });
    expect(later.wakeUp).toBeUndefined();
  });

  test('what is lent and used stays', () => {
    const live = [
      environment('a', { live: settled({ pods: '14' }, { pods: '11' }) }),
      environment('b', { live: settled({ pods: '6' }) }),
    ];
    let memory: QuotaInput['memory'];
    for (let now = 1_000_000; now < 1_000_000 + 4 * holdTime; now += holdTime / 2) {
      const result = elastic(live, { memory, now });
      expect(result.writes).toEqual([]);
      memory = result.memory;
    }
  });

  test('bytes in use are not rounded away, though shares are whole Mi', () => {
    const used = { a: '1025536Ki', b: '1022208Ki' };
    const live = Object.entries(used).map(([name, bytes]) =>
      environment(name, { live: settled({ 'requests.memory': '1000Mi' }, { 'requests.memory': bytes }) }),
    );
    const result = plan({ 'requests.memory': '2000Mi' }, live, { mode: 'Elastic' });
    const shares = result.report.environments.map(
      ({ share }) => quantity(share['requests.memory'] ?? '0').nano,
    );
    expect(shares.reduce((a, b) => a + b)).toBe(quantity('2000Mi').nano);
    for (const [index, bytes] of Object.values(used).entries()) {
      expect(shares[index]).toBeGreaterThanOrEqual(quantity(bytes).nano);
    }
  });

  test('an environment that uses nothing keeps a foothold, however much another could do with', () => {
    const live = [
      environment('a', { live: settled({ pods: '20' }, { pods: '17' }) }),
      environment('b', { live: settled({ pods: '0' }, { pods: '0' }) }),
    ];
    expect(written(elastic(live))).toEqual({ a: { pods: '19' } });
    // Where all is in use there is none to keep.
    const full = live.with(0, environment('a', { live: settled({ pods: '20' }, { pods: '20' }) }));
    expect(elastic(full).writes).toEqual([]);
  });

  test('an own hard neither lends nor borrows', () => {
    const fixed = environment('b', { hard: { pods: '10' }, live: half('0') });
    const result = elastic([environment('a', { live: half('8') }), fixed], { refusals: [refusal] });
    expect(result.writes).toEqual([]);
  });
});

test.each([
  [{ hard: { pods: '1' } }, false],
  [{ hard: { pods: '1' }, enforced: {} }, false],
  [{ hard: { pods: '1', cpu: '1' }, enforced: { pods: '1' } }, false],
  [{ hard: { pods: '1' }, enforced: { pods: '1' } }, true],
  [{ hard: { pods: '2' }, enforced: { pods: '1' } }, true],
])('%j is enforced: %s', (live, expected) => {
  expect(quotaEnforced(live)).toBe(expected);
});

test('a quota that lacks a resource does not limit it', () => {
  expect(quotaEnforced(settled({ pods: '1' }), ['pods', 'requests.cpu'])).toBe(false);
});
