import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { Standing } from '../admission/standing.ts';
import { aCandidate } from '../compile/builders.ts';
import type { Policy } from '../policy.ts';
import type { Summary } from '../scan/index.ts';
import { statusOf } from './status.ts';

const now = Date.UTC(2027, 0, 1);
const policy = (fields: Partial<PolicySpec> = {}): Policy => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Policy',
  metadata: { name: 'p', uid: 'uid', generation: 2 },
  spec: aCandidate('p', fields).spec,
});
const inForce = { generation: 2, enforcement: 'Deny', proven: true } as const;
const well: Standing = { uid: 'uid', generation: 2, findings: [], inForce, trouble: undefined };
const summary: Summary = {
  counts: { pass: 5, fail: 1, warn: 0, error: 0, skip: 1 },
  scan: { at: '2027-01-01T00:00:00Z', objects: 7, pending: 0 },
  violations: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'b', rule: 'limits', message: 'no' }],
  unread: [],
  unjudged: [],
};
const refusal = {
  policy: 'p',
  weight: 'Refused',
  reason: 'InvalidExpression',
  field: 'spec.rules[0].expression',
  message: "line 1, column 8: undefined field 'spce'",
} as const;

function told(standing: Partial<Standing> = {}, found: Summary | 'none' = summary, of = policy()) {
  const { status, wakeUp } = statusOf(
    of,
    { ...well, ...standing },
    { summary: found === 'none' ? undefined : found, fixes: undefined },
    undefined,
    now,
  );
  const conditions = Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: is, reason }) => [type, `${is} ${reason}`]),
  );
  const message = (type: string) => status.conditions?.find((one) => one.type === type)?.message;
  return { status, wakeUp, conditions, message };
}

it('all is well', () => {
  const { status, conditions } = told();
  expect(conditions).toEqual({
    Ready: 'True AsDesired',
    Reconciling: 'False AsDesired',
    Stalled: 'False AsDesired',
    Enforced: 'True AsDesired',
  });
  expect(status).toMatchObject({
    observedGeneration: 2,
    enforcement: 'Deny',
    counts: { fail: 1 },
    scan: { objects: 7, pending: 0 },
    violations: [{ name: 'b' }],
  });
});

it('what the generation before has found does not promote this one', () => {
  const promotion = { to: 'Deny', afterCleanFor: '1h' } as const;
  const of = policy({ enforcement: 'Audit', promotion });
  const clean = { ...summary, counts: { ...summary.counts, fail: 0 }, violations: [] };
  const last = { findings: [refusal], inForce: { ...inForce, generation: 1 } };
  const since = (standing: Partial<Standing>) => told(standing, clean, of).status.promotion?.cleanSince;
  expect(since({})).toBe('2027-01-01T00:00:00Z');
  expect(since(last)).toBeUndefined();
});

it('a spec that is refused is stalled, and says where; what was good before is still in force', () => {
  const { conditions, message, status } = told({
    findings: [refusal],
    inForce: { ...inForce, generation: 1 },
  });
  expect(conditions).toEqual({
    Ready: 'False InvalidExpression',
    Reconciling: 'False InvalidExpression',
    Stalled: 'True InvalidExpression',
    Enforced: 'True LastGood',
  });
  expect(message('Ready')).toBe("spec.rules[0].expression: line 1, column 8: undefined field 'spce'");
  expect(message('Enforced')).toContain('by generation 1: generation 2 is not');
  expect(status.enforcement).toBe('Deny');
});

it('one that was never good is not in force, and says so', () => {
  const { conditions, message, status } = told({ findings: [refusal], inForce: undefined });
  expect(conditions.Enforced).toBe('False InvalidExpression');
  expect(message('Enforced')).toMatch(/^No request is judged by it/);
  expect(status.enforcement).toBeUndefined();
});

it('a server that cannot judge by it: only the background does', () => {
  const { status, conditions } = told({
    findings: [
      { ...refusal, weight: 'Background', reason: 'NotServed', message: 'this API server has none' },
    ],
    inForce: undefined,
  });
  expect(status.enforcement).toBe('Background');
  expect(conditions).toMatchObject({ Ready: 'False NotServed', Enforced: 'False NotServed' });
});

it('one that may fail to compute lets through, and says why', () => {
  const note = { ...refusal, weight: 'Note', reason: 'Unproven', message: 'a Pod has no verdict' } as const;
  const { conditions, message } = told({ findings: [note], inForce: { ...inForce, proven: false } });
  expect(conditions).toMatchObject({ Ready: 'True AsDesired', Enforced: 'True Unproven' });
  expect(message('Enforced')).toContain('a Pod has no verdict');
});

it('one whose fix may not be put in force denies all the same, and says what to apply', () => {
  const note = { ...refusal, weight: 'Note', reason: 'FixForbidden', message: 'apply fixes.yaml' } as const;
  const { conditions, message } = told({ findings: [note] });
  expect(conditions).toMatchObject({
    Ready: 'True AsDesired',
    Stalled: 'False AsDesired',
    Enforced: 'True FixForbidden',
  });
  for (const type of ['Ready', 'Enforced']) expect(message(type)).toContain('apply fixes.yaml');
});

describe('while things are on their way', () => {
  it.for([
    [
      'a new generation',
      { inForce: { ...inForce, generation: 1 } },
      summary,
      'Progressing',
      'True Progressing',
    ],
    ['the first look', {}, 'none', 'Scanning', 'True AsDesired'],
    [
      'a write that failed',
      { trouble: { reason: 'WriteFailed', message: 'no' } },
      summary,
      'WriteFailed',
      'True AsDesired',
    ],
  ] as const)('%s', ([, standing, found, reason, enforced]) => {
    const { conditions } = told(standing, found);
    expect(conditions).toMatchObject({
      Ready: `False ${reason}`,
      Reconciling: `True ${reason}`,
      Stalled: `False ${reason}`,
      Enforced: enforced,
    });
  });
});

it('a kind that may not be read is named', () => {
  const resource = { group: 'x.dev', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true };
  const { conditions, message } = told({}, { ...summary, unread: [{ resource, message: 'apply this' }] });
  expect(conditions).toMatchObject({ Ready: 'False NotReadable', Enforced: 'True AsDesired' });
  expect(message('Ready')).toContain('Widget cannot be looked at: apply this');
});

it('exceptions whose date is over are listed, and it looks again at the next date', () => {
  const exception = (name: string, expires?: string) => ({
    name,
    match: { names: ['x'] },
    reason: 'why',
    ...(expires === undefined ? {} : { expires }),
  });
  const exceptions = [
    exception('over', '2026-12-31'),
    exception('to-come', '2027-01-02'),
    exception('always'),
  ];
  const { status, wakeUp } = told({}, summary, policy({ exceptions }));
  expect(status.expired).toEqual(['over']);
  expect(wakeUp).toBe(Date.UTC(2027, 0, 2));
});

describe('an operator that has just started', () => {
  const { status } = told();
  const known = { ...policy(), status };
  const scanning = {
    ...summary,
    counts: { ...summary.counts, fail: 0, pass: 0 },
    scan: { at: undefined, objects: 0, pending: 7 },
  };

  it.for([
    ['before it looks', 'none' as const],
    ['while it looks', scanning],
  ] as const)('%s: says what was found before', ([, found]) => {
    expect(told({}, found, known).status).toEqual(status);
  });

  it('and has nothing new to say where it finds the same', () => {
    expect(
      told({}, { ...summary, scan: { ...summary.scan, at: '2027-03-01T00:00:00Z' } }, known).status,
    ).toEqual(status);
  });

  it('but what it finds otherwise', () => {
    const found = {
      ...summary,
      counts: { ...summary.counts, fail: 2 },
      scan: { ...summary.scan, at: '2027-03-01T00:00:00Z' },
    };
    expect(told({}, found, known).status).toMatchObject({
      counts: { fail: 2 },
      scan: { at: '2027-03-01T00:00:00Z' },
    });
  });

  it('says nothing old of another generation', () => {
    const changed = { ...known, metadata: { ...known.metadata, generation: 3 } };
    const { conditions, status: now } = told(
      { generation: 3, inForce: { ...inForce, generation: 3 } },
      'none',
      changed,
    );
    expect(conditions.Ready).toBe('False Scanning');
    expect(now.counts).toBeUndefined();
  });
});

it('a rule that is judged only when something is asked for is named, and is no trouble', () => {
  const finding = {
    policy: 'p',
    weight: 'Note',
    reason: 'JudgedOnRequest',
    field: 'spec.rules[0].expression',
    message: 'the rule r reads authorizer',
  } as const;
  const { conditions, message } = told({}, { ...summary, unjudged: [finding] });
  expect(conditions).toMatchObject({ Ready: 'True AsDesired' });
  expect(message('Ready')).toContain('spec.rules[0].expression: the rule r reads authorizer');
});

describe('what was known of fixes', () => {
  const fixes = (pending: number, suggested: number) => ({ pending, suggested, stuck: 0 });
  const before = { ...policy(), status: { observedGeneration: 2, fixes: fixes(0, 3) } };
  const fixesOf = (now: ReturnType<typeof fixes>, found: Summary, of = before) =>
    statusOf(of, well, { summary: found, fixes: now }, undefined, Date.now()).status.fixes;
  const looking = { ...summary, scan: { ...summary.scan, at: undefined } };

  it.each([
    ['stands while what is there is looked at again', fixes(0, 0), looking, fixes(0, 3)],
    ['stands while the same objects are asked of again', fixes(2, 1), summary, fixes(0, 3)],
    ['does not stand once there are others', fixes(1, 3), summary, fixes(1, 3)],
    ['does not stand once it is answered', fixes(0, 2), summary, fixes(0, 2)],
  ])('%s', (_, now, found, expected) => {
    expect(fixesOf(now, found)).toEqual(expected);
  });

  it('is nothing once the Policy is another', () => {
    const older = { ...before, status: { ...before.status, observedGeneration: 1 } };
    expect(fixesOf(fixes(3, 0), summary, older)).toEqual(fixes(3, 0));
  });
});
