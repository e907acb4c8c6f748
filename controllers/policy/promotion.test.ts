import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../crds/policy/schema.ts';
import { aCandidate, aRule } from './compile/builders.ts';
import { enforcementOf, planPromotion } from './promotion.ts';
import type { Summary } from './scan/index.ts';

const hour = 3_600_000;
const start = Date.UTC(2027, 0, 1);
const spec: PolicySpec = {
  ...aCandidate('p', { enforcement: 'Audit' }).spec,
  promotion: { to: 'Deny', afterCleanFor: '24h' },
};
const metadata = { name: 'p', generation: 1 };
const inForce = { generation: 1, enforcement: 'Audit', proven: true } as const;
const clean: Summary = {
  counts: { pass: 5, fail: 0, warn: 0, error: 0, skip: 1 },
  scan: { at: '2027-01-01T00:00:00Z', objects: 6, pending: 0 },
  violations: [],
  unread: [],
  unjudged: [],
};
const violated: Summary = {
  ...clean,
  counts: { ...clean.counts, fail: 2 },
  violations: [
    { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web', rule: 'limits', message: 'no' },
  ],
};

/** A Policy through a number of looks, each with what was found and when. */
function through(...looks: readonly (readonly [number, Summary | undefined])[]) {
  let policy: Parameters<typeof planPromotion>[0] = { metadata, spec };
  let plan = planPromotion(policy, inForce, undefined, start);
  for (const [hours, summary] of looks) {
    plan = planPromotion(policy, inForce, summary, start + hours * hour);
    policy = { metadata, spec, ...(plan === undefined ? {} : { status: { promotion: plan.status } }) };
  }
  return { plan, enforcement: enforcementOf(policy), policy };
}

it('counts from when nothing violates it, and then goes on by itself', () => {
  expect(through([0, clean])).toMatchObject({
    enforcement: 'Audit',
    plan: { wakeUp: start + 24 * hour, status: { cleanSince: '2027-01-01T00:00:00Z' } },
  });
  expect(through([0, clean], [23, clean]).enforcement).toBe('Audit');
  const { enforcement, plan } = through([0, clean], [24, clean]);
  expect(enforcement).toBe('Deny');
  expect(plan?.status.at).toBe('2027-01-02T00:00:00Z');
});

it('begins anew with whatever violates it, and says what that is', () => {
  const { plan } = through([0, clean], [12, violated]);
  expect(plan?.status.cleanSince).toBeUndefined();
  expect(plan?.status.message).toContain('Pod shop/web');
  expect(through([0, clean], [12, violated], [13, clean], [24, clean]).enforcement).toBe('Audit');
  expect(through([0, clean], [12, violated], [13, clean], [37, clean]).enforcement).toBe('Deny');
});

it.for([
  ['that cannot be judged', { ...clean, counts: { ...clean.counts, error: 1 } }],
  [
    'that it may not read',
    {
      ...clean,
      unread: [
        {
          resource: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
          message: 'never',
        },
      ],
    },
  ],
  [
    'of which a rule says nothing',
    {
      ...clean,
      unjudged: [
        {
          policy: 'p',
          weight: 'Note',
          reason: 'JudgedOnRequest',
          field: 'spec.rules[0].expression',
          message: 'the rule limits reads oldObject',
        },
      ],
    },
  ],
] as const)('never goes on over what is there %s', ([, summary]) => {
  expect(through([0, clean], [12, summary], [30, summary]).enforcement).toBe('Audit');
});

it('a restart loses no time, and decides nothing before all was looked at again', () => {
  const scanning = { ...clean, scan: { at: undefined, objects: 6, pending: 6 } };
  expect(through([0, clean], [23, undefined], [23.5, scanning], [25, scanning]).enforcement).toBe('Audit');
  expect(through([0, clean], [23, undefined], [25, clean]).enforcement).toBe('Deny');
});

it('is not decided while requests are not judged by it', () => {
  expect(planPromotion({ metadata, spec }, undefined, clean, start)?.status.cleanSince).toBeUndefined();
});

describe('of a generation that is not in force, what another one found', () => {
  const stalled = { ...metadata, generation: 2 };

  it('decides nothing, however long it lasts', () => {
    const changed = { metadata: stalled, spec: { ...spec, rules: [aRule('limits', 'false')] } };
    const plan = planPromotion(changed, inForce, clean, start);
    expect(plan?.status.cleanSince).toBeUndefined();
    expect(plan?.status.message).toContain('generation 1');
    const later = planPromotion(
      { ...changed, ...(plan && { status: { promotion: plan.status } }) },
      inForce,
      clean,
      start + 48 * hour,
    );
    expect(later?.status).toEqual(plan?.status);
  });

  it('ends nothing, either, where the same is judged', () => {
    const { policy } = through([0, clean]);
    const plan = planPromotion({ ...policy, metadata: stalled }, inForce, clean, start + 24 * hour);
    expect(plan?.status).toMatchObject({ cleanSince: '2027-01-01T00:00:00Z' });
    expect(plan?.status.at).toBeUndefined();
  });
});

describe('once it went on', () => {
  const { policy } = through([0, clean], [24, clean]);
  const changed = (fields: Partial<PolicySpec>) => enforcementOf({ ...policy, spec: { ...spec, ...fields } });

  it('it stays, whatever is found later', () => {
    const plan = planPromotion(policy, inForce, violated, start + 48 * hour);
    expect(enforcementOf({ spec, ...(plan && { status: { promotion: plan.status } }) })).toBe('Deny');
  });

  it('another rule, match or value begins anew', () => {
    expect(changed({ rules: [aRule('limits', 'false')] })).toBe('Audit');
    expect(changed({ match: { workloads: true, namespaces: ['x'] } })).toBe('Audit');
    expect(changed({ params: { a: 1 } })).toBe('Audit');
  });

  it('what is only said, and who is excepted, does not', () => {
    expect(changed({ title: 'Another' })).toBe('Deny');
    expect(changed({ exceptions: [{ name: 'e', match: { names: ['x'] }, reason: 'why' }] })).toBe('Deny');
  });

  it('without promotion the spec alone counts', () => {
    const { promotion: _, ...plain } = spec;
    expect(enforcementOf({ ...policy, spec: plain })).toBe('Audit');
  });
});
