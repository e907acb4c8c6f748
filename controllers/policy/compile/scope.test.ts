import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, compiledOne, findingsIn, someFacts, validatingOf } from './builders.ts';
import { compile } from './index.ts';

describe('what is left out', () => {
  const conditions = (fields: Partial<PolicySpec>, facts = someFacts()) =>
    (validatingOf(compile([aCandidate('p', fields)], facts))[0]?.spec.matchConditions ?? [])
      .filter(({ name }) => name !== 'breaks-a-rule')
      .map(({ expression }) => expression);

  it('what is being deleted is never looked at', () => {
    expect(conditions({})).toEqual([
      'oldObject == null || !oldObject.?metadata.?deletionTimestamp.hasValue()',
    ]);
  });

  it('an exception becomes a condition, one for each', () => {
    const exceptions = [
      { name: 'a', match: { namespaces: ['old'], kinds: ['Job'] }, reason: 'why' },
      { name: 'b', match: { namespaces: ['older'] }, reason: 'why' },
    ];
    const [, first, second] = conditions({ exceptions });
    expect([first, second].toSorted().join('\n')).toMatch(
      /in \['old'\] && request.kind.kind in \['Job'\]\)[\s\S]*in \['older'\]\)/,
    );
  });

  it('exceptions that say the same for other reasons share', () => {
    const exception = { name: 'a', match: { namespaces: ['old'] }, reason: 'why' };
    const twice = [exception, { ...exception, name: 'b', reason: 'another' }];
    expect(conditions({ exceptions: twice })).toEqual(conditions({ exceptions: [exception] }));
  });

  it("Projects are found by the namespaces they hold, since a namespace's mark could be forged", () => {
    const facts = someFacts({
      environments: [
        { project: 'shop', environment: 'dev', namespace: 'shop-dev' },
        { project: 'shop', environment: 'prod', namespace: 'shop-live' },
        { project: 'pay', environment: 'dev', namespace: 'pay-dev' },
      ],
    });
    const match = (exclude: object) => ({ match: { workloads: true, exclude: [exclude] } });
    expect(conditions(match({ projects: ['shop'] }), facts)[1]).toContain("in ['shop-dev', 'shop-live']");
    expect(conditions(match({ environments: ['dev'] }), facts)[1]).toContain("in ['pay-dev', 'shop-dev']");
    expect(conditions(match({ projects: ['shop'], environments: ['dev'] }), facts)[1]).toContain(
      "in ['shop-dev']",
    );
  });

  it('a Project that holds nothing leaves nothing out, and that is said', () => {
    const exceptions = [{ name: 'e', match: { projects: ['shpo'] }, reason: 'why' }];
    expect(conditions({ exceptions })).toHaveLength(1);
    expect(findingsIn({ exceptions })).toMatchObject({
      placed: 1,
      findings: [{ weight: 'Note', reason: 'NothingMatched', field: 'spec.exceptions[0].match' }],
    });
  });

  it('more namespaces than an expression takes are refused, with the way out', () => {
    const environments = Array.from({ length: 5000 }, (_, index) => ({
      project: `project-${index}`,
      environment: 'dev',
      namespace: `namespace-of-project-${index}`,
    }));
    const match = { workloads: true, exclude: [{ environments: ['dev'] }] };
    expect(findingsIn({ match }, someFacts({ environments }))).toMatchObject({
      placed: 0,
      findings: [{ weight: 'Refused', reason: 'TooLarge', field: 'spec.match.exclude[0]' }],
    });
  });

  it("what is left out by a namespace's labels is left out in the rules: conditions do not see the namespace", () => {
    const exclude = [{ namespaceSelector: { matchLabels: { legacy: 'yes' } } }];
    const { spec } = compiledOne({ match: { workloads: true, exclude } });
    expect(spec.matchConditions).toHaveLength(1);
    expect(spec.variables?.[0]?.name).toBe('leftOut');
    expect(spec.validations[0]?.expression).toMatch(/^variables.leftOut \|\| /);
  });

  describe('with a date', () => {
    const exceptions = [{ name: 'e', match: { namespaces: ['old'] }, reason: 'why', expires: '2027-01-31' }];

    it('is judged by the time at which what is created was created', () => {
      expect(conditions({ exceptions })[1]).toContain("timestamp('2027-01-31T00:00:00Z')");
      expect(compile([aCandidate('p', { exceptions })], someFacts()).until).toBe(Date.UTC(2027, 0, 31));
    });

    it('no longer holds from that moment on', () => {
      const facts = someFacts({ now: Date.UTC(2027, 0, 31) });
      expect(conditions({ exceptions }, facts)).toHaveLength(1);
      expect(compile([aCandidate('p', { exceptions })], facts).until).toBeUndefined();
    });
  });
});
