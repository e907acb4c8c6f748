import { describe, expect, it } from 'vitest';
import { aCandidate } from '../compile/builders.ts';
import type { Verdict } from '../evaluate/index.ts';
import { Ledger } from '../scan/ledger.ts';
import { outcomeOf } from '../scan/outcome.ts';
import { type ContentOptions, contentOf } from './content.ts';

const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
const pass: Verdict = { rule: 'good', result: 'pass' };
const fail: Verdict = { rule: 'limits', result: 'fail', message: 'limits are wanted' };
const error: Verdict = { rule: 'odd', result: 'error', message: 'no such key: x' };
const skip: Verdict = {
  rule: 'limits',
  result: 'skip',
  message: 'limits are wanted',
  hidden: 'fail',
  exception: { name: 'legacy', reason: 'migrating', expires: '2027-01-31' },
};

const policies = [
  { ...aCandidate('low', { severity: 'low' }), column: 0 },
  {
    ...aCandidate('high', {
      severity: 'high',
      controls: [
        { framework: 'CIS', id: '5.1' },
        { framework: 'NSA', id: '2' },
      ],
    }),
    column: 1,
  },
];

/** Of each object what the Policies say, in their order. */
function report(
  rows: Readonly<Record<string, readonly (readonly Verdict[] | undefined)[]>>,
  shown = policies,
  options?: ContentOptions,
) {
  const ledger = new Ledger();
  for (const [name, verdicts] of Object.entries(rows)) {
    const entry = ledger.put({ uid: name, name, namespace: 'shop', resource: pods, controller: undefined });
    verdicts.forEach((one, column) => {
      ledger.set(entry, column, one === undefined ? undefined : outcomeOf(one));
    });
  }
  return contentOf(ledger.inNamespace('shop'), shown, options);
}

describe('a report', () => {
  it('has what is bad in full, and what is good as a number', () => {
    const content = report({ web: [[pass, fail], [pass]], db: [[pass, pass]] });
    expect(content).toEqual({
      summary: { pass: 4, fail: 1, warn: 0, error: 0, skip: 0 },
      results: [
        {
          source: 'Mainstay',
          policy: 'low',
          rule: 'limits',
          severity: 'low',
          result: 'fail',
          scored: true,
          resources: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web', uid: 'web' }],
          message: 'limits are wanted',
        },
      ],
      cut: 0,
    });
  });

  it('says of an exception what it is, and what it hides; and of a control where it is from', () => {
    const [result] = report({ web: [undefined, [skip]] })?.results ?? [];
    expect(result).toMatchObject({
      result: 'skip',
      category: 'CIS',
      properties: {
        controls: 'CIS 5.1, NSA 2',
        exception: 'legacy',
        reason: 'migrating',
        expires: '2027-01-31',
        hidden: 'fail',
      },
    });
    expect(result).not.toHaveProperty('scored');
  });

  it('says how what fails would be made good, where that is suggested', () => {
    const fixOf = (policy: string, { name }: { readonly name: string }) =>
      policy === 'low' ? `replicas of ${name}: 2` : undefined;
    const content = report({ web: [[fail], [fail]], db: [[error], [skip]] }, policies, { fixOf });
    expect(content?.results.map(({ properties }) => properties?.fix)).toEqual([
      undefined,
      undefined,
      'replicas of web: 2',
      undefined,
    ]);
  });

  it('warns where the Policy does', () => {
    const warning = policies.map((policy) => ({ ...policy, enforcement: 'Warn' as const }));
    const content = report({ web: [[fail], [error]] }, warning);
    expect(content?.summary).toMatchObject({ fail: 0, warn: 1, error: 1 });
    expect(content?.results.map(({ result }) => result)).toEqual(['error', 'warn']);
  });

  it('has the worst first, in the same order whichever was found first', () => {
    const rows = { b: [[fail], [skip]], a: [[error], [fail]] };
    const said = (content: ReturnType<typeof report>) =>
      content?.results.map(({ policy, result, resources }) => `${policy} ${result} ${resources[0]?.name}`);
    const order = ['high fail a', 'high skip b', 'low fail b', 'low error a'];
    expect(said(report(rows))).toEqual(order);
    expect(said(report({ a: rows.a, b: rows.b }))).toEqual(order);
  });

  it('has no more than there is room for, the worst, and says how many are left out; the numbers are of all', () => {
    const rows = Object.fromEntries(
      Array.from({ length: 100 }, (_, number) => [
        `pod-${number}`,
        [[fail], number === 50 ? [fail] : undefined],
      ]),
    );
    const whole = report(rows);
    const content = report(rows, policies, { most: 5000 });
    expect(Buffer.byteLength(JSON.stringify(content?.results))).toBeLessThanOrEqual(5002);
    expect(content?.results[0]?.policy).toBe('high');
    expect(content?.summary).toEqual(whole?.summary);
    expect(content?.results).toEqual(whole?.results.slice(0, content?.results.length));
    expect((content?.results.length ?? 0) + (content?.cut ?? 0)).toBe(101);
    expect(content?.cut).toBeGreaterThan(50);
  });

  it('is none where nothing is matched, and only numbers where all is well', () => {
    expect(report({ web: [undefined, undefined] })).toBeUndefined();
    expect(report({ web: [[pass], undefined] })).toEqual({
      summary: { pass: 1, fail: 0, warn: 0, error: 0, skip: 0 },
      results: [],
      cut: 0,
    });
  });
});
