import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, aRule, compiledOne, ofKind, someFacts, validatingOf } from './builders.ts';
import { type Candidate, compile } from './index.ts';

describe('Policies that are alike share one object and one binding', () => {
  const counted = (...candidates: readonly Candidate[]) => {
    const compiled = compile(candidates, someFacts());
    return [validatingOf(compiled).length, ofKind(compiled, 'ValidatingAdmissionPolicyBinding').length];
  };

  it('seventeen of the same match, exceptions and enforcement are one', () => {
    expect(counted(...Array.from({ length: 17 }, (_, index) => aCandidate(`p${index}`)))).toEqual([1, 1]);
  });

  it('each message names its Policy and rule', () => {
    const compiled = compile([aCandidate('b'), aCandidate('a')], someFacts());
    expect(validatingOf(compiled)[0]?.spec.validations.map(({ message }) => message)).toEqual([
      'Policy a, rule limits: limits is wanted',
      'Policy b, rule limits: limits is wanted',
    ]);
  });

  it('the order within a match does not matter', () => {
    const match = (namespaces: readonly string[]) => ({ workloads: true, namespaces });
    expect(
      counted(aCandidate('a', { match: match(['x', 'y']) }), aCandidate('b', { match: match(['y', 'x']) })),
    ).toEqual([1, 1]);
  });

  it.for([
    ['another match', { match: { workloads: true, namespaces: ['x'] } }],
    ['another enforcement', { enforcement: 'Warn' }],
    ['an exception', { exceptions: [{ name: 'e', match: { names: ['x'] }, reason: 'why' }] }],
    ['an exclusion', { match: { workloads: true, exclude: [{ kinds: ['Job'] }] } }],
  ] as const)('%s makes another object', ([, fields]) => {
    expect(counted(aCandidate('a'), aCandidate('b', fields))).toEqual([2, 2]);
  });

  it('its name says what is in it, so that another content is another object', () => {
    const nameOf = (fields: Partial<PolicySpec>) => compiledOne(fields).policy.metadata.name;
    const names = [
      {},
      { enforcement: 'Warn' as const },
      { rules: [aRule('limits', 'podSpec.containers.all(c, has(c.resources.requests))')] },
      { match: { workloads: true, namespaces: ['x'] } },
    ].map(nameOf);
    expect(new Set(names).size).toBe(4);
    expect(nameOf({})).toBe(names[0]);
    expect(names[0]).toMatch(/^mainstay-policy-[0-9a-f]{16}$/);
  });

  it('one that has not earned to fail makes another object', () => {
    expect(counted(aCandidate('a'), aCandidate('b', {}, false))).toEqual([2, 2]);
  });

  it('what two of them compute alike is computed once', () => {
    const fields = {
      variables: [{ name: 'all', expression: 'podSpec.containers + podSpec.?initContainers.orValue([])' }],
      rules: [aRule('a', 'variables.all.all(c, c.image != "")')],
    };
    const compiled = compile([aCandidate('a', fields), aCandidate('b', fields)], someFacts());
    const names = validatingOf(compiled)[0]?.spec.variables?.map(({ name }) => name.replace(/_.*/, ''));
    expect(names).toEqual(['podSpec', 'oldPodSpec', 'same', 'all', 'rule']);
  });

  it('variables of one name and another content never meet', () => {
    const fields = (image: string) => ({
      variables: [{ name: 'bad', expression: `podSpec.containers.exists(c, c.image == '${image}')` }],
      rules: [aRule('a', '!variables.bad')],
    });
    const compiled = compile([aCandidate('a', fields('x')), aCandidate('b', fields('y'))], someFacts());
    const [policy] = validatingOf(compiled);
    const named = policy?.spec.variables?.filter(({ name }) => name.startsWith('bad_')) ?? [];
    expect(named).toHaveLength(2);
    expect(new Set(named.map(({ name }) => name)).size).toBe(2);
  });
});
