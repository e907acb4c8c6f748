import { describe, expect, it } from 'vitest';
import { aCandidate, aRule, someFacts } from '../compile/builders.ts';
import type { Changes, FollowedPolicy } from './roster.ts';
import { nextExpiry, Roster } from './roster.ts';

const named = (changes: Changes) =>
  Object.fromEntries(
    (['gone', 'renewed', 'moved', 'retold'] as const)
      .map((list) => [list, changes[list].map(({ name }) => name)] as const)
      .filter(([, names]) => names.length > 0),
  );
const excluding = { match: { workloads: true, exclude: [{ projects: ['shop'] }] } };
const shop = { project: 'shop', environment: 'dev', namespace: 'shop-dev' };

/** What is different after the second call, where the first had `before`. */
function changed(before: readonly FollowedPolicy[], after: readonly FollowedPolicy[], facts = someFacts()) {
  const roster = new Roster();
  roster.update(before, someFacts());
  return named(roster.update(after, facts));
}

describe('a change of Policies', () => {
  const policy = aCandidate('limits');
  const copy = structuredClone(policy);

  it('is nothing where they come again, as they were or written anew', () => {
    expect(changed([policy], [policy])).toEqual({});
    expect(changed([policy], [copy])).toEqual({});
  });

  it('concerns only those that are new, other or gone', () => {
    const other = aCandidate('other');
    const changedRule = aCandidate('limits', { rules: [aRule('limits', 'true')] });
    expect(changed([policy], [policy, other])).toEqual({ renewed: ['other'] });
    expect(changed([policy, other], [other])).toEqual({ gone: ['limits'] });
    expect(changed([policy, other], [changedRule, other])).toEqual({ renewed: ['limits'] });
  });

  it('is another way of telling where it is of severity or enforcement', () => {
    expect(changed([policy], [aCandidate('limits', { severity: 'high' })])).toEqual({ retold: ['limits'] });
    expect(changed([policy], [{ ...policy, enforcement: 'Warn' }])).toEqual({ retold: ['limits'] });
  });

  it('is nothing where it is of what has no verdict: a request, or the promotion', () => {
    const spec = { ...policy.spec, request: { id: 'one', verb: 'RevertFixes' as const } };
    expect(changed([policy], [{ ...policy, spec }])).toEqual({});
  });
});

describe('a change of environments', () => {
  it('concerns Policies that leave out what is in them, and the namespaces that came or went', () => {
    const roster = new Roster();
    const policies = [aCandidate('limits'), aCandidate('excluding', excluding)];
    roster.update(policies, someFacts());
    const changes = roster.update(policies, someFacts({ environments: [shop] }));
    expect(named(changes)).toEqual({ moved: ['excluding'] });
    expect([...changes.namespaces]).toEqual(['shop-dev']);
    expect(named(roster.update(policies, someFacts({ environments: [{ ...shop }] })))).toEqual({});
    expect([...roster.update(policies, someFacts()).namespaces]).toEqual(['shop-dev']);
  });
});

describe('another version of the API server', () => {
  const served = (minor: number) => someFacts({ server: { minor, validating: true, mutating: false } });

  it('has verdicts of its own, so that all is judged again', () => {
    const policies = [aCandidate('limits'), aCandidate('other')];
    const roster = new Roster();
    roster.update(policies, served(32));
    expect(named(roster.update(policies, served(32)))).toEqual({});
    expect(named(roster.update(policies, served(33)))).toEqual({ renewed: ['limits', 'other'] });
  });
});

describe('the columns of Policies', () => {
  it('are as few as there are Policies, each its own', () => {
    const roster = new Roster();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => aCandidate(name));
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
    roster.update([a, b], someFacts());
    roster.update([b], someFacts());
    roster.update([b, c], someFacts());
    expect([...roster].map(({ column }) => column).toSorted()).toEqual([0, 1]);
  });
});

describe('the next exception that expires', () => {
  const expiring = (name: string, ...dates: readonly string[]) =>
    aCandidate(name, {
      exceptions: dates.map((expires, index) => ({
        name: `e${index}`,
        match: { names: ['old'] },
        reason: 'migrating',
        expires,
      })),
    });

  it('is the soonest that has not, of all that expire then', () => {
    const roster = new Roster();
    roster.update(
      [
        expiring('a', '2026-06-01', '2027-03-01'),
        expiring('b', '2027-02-01', '2027-03-01'),
        expiring('c', '2027-02-01'),
      ],
      someFacts(),
    );
    const next = nextExpiry(roster, Date.UTC(2027, 0, 1));
    expect([next?.at, next?.of.map(({ name }) => name)]).toEqual([Date.UTC(2027, 1, 1), ['b', 'c']]);
    const later = nextExpiry(roster, Date.UTC(2027, 1, 1));
    expect([later?.at, later?.of.map(({ name }) => name)]).toEqual([Date.UTC(2027, 2, 1), ['a', 'b']]);
    expect(nextExpiry(roster, Date.UTC(2028, 0, 1))).toBeUndefined();
  });
});
