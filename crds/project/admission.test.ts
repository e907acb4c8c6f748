import { describe, expect, it } from 'vitest';
import {
  exemptNamespaces,
  isUnaltered,
  maximumGrantableRoles,
  operatorUser,
  shippedAdmission,
} from './admission.ts';

const { policies, bindings } = shippedAdmission();

describe('the shipped admission policies', () => {
  it('are each put in force by a binding of their own name', () => {
    expect(bindings.map(({ spec }) => spec.policyName)).toEqual(
      policies.map(({ metadata }) => metadata.name),
    );
    expect(bindings.every(({ spec }) => spec.validationActions.includes('Deny'))).toBe(true);
  });

  it.each(policies)('refuse rather than let pass when they cannot decide: $metadata.name', ({ spec }) => {
    expect(spec.failurePolicy).toBe('Fail');
  });

  it.each(policies)('match only named resources and operations: $metadata.name', ({ spec }) => {
    expect(JSON.stringify(spec.matchConstraints)).not.toContain('*');
  });

  it.each(policies)('cost nothing to whoever writes something else: $metadata.name', ({ spec }) => {
    const { namespaceSelector, objectSelector } = spec.matchConstraints;
    expect([namespaceSelector, objectSelector]).toEqual([{}, {}]);
  });

  it('see every way to write the labels of what they guard: status and finalize write them too', () => {
    const subresources = policies
      .flatMap(({ spec }) => spec.matchConstraints.resourceRules)
      .flatMap(({ resources }) => resources)
      .filter((resource) => resource.includes('/'));
    expect(subresources.sort()).toEqual([
      'namespaces/finalize',
      'namespaces/status',
      'resourcequotas/status',
    ]);
  });

  it('hold the operator, and nobody else, to the namespaces of Projects', () => {
    const operator = policies.find(({ metadata }) => metadata.name === 'mainstay-operator');
    expect(operator?.spec.matchConditions).toEqual([
      { name: 'the-operator', expression: `request.userInfo.username == '${operatorUser}'` },
    ]);
  });

  it.each(
    policies.filter(
      ({ metadata }) => !['mainstay-project-access', 'mainstay-operator'].includes(metadata.name),
    ),
  )('leave the cluster itself and the operator alone: $metadata.name', ({ metadata, spec }) => {
    const binding = bindings.find((one) => one.spec.policyName === metadata.name);
    expect(binding?.spec.matchResources?.namespaceSelector.matchExpressions).toContainEqual({
      key: 'kubernetes.io/metadata.name',
      operator: 'NotIn',
      values: exemptNamespaces,
    });
    expect(spec.matchConditions.some(({ expression }) => expression.includes(operatorUser))).toBe(true);
  });

  it('never check more rights than the API server pays for, for any number of roles', () => {
    for (let count = 1; count <= maximumGrantableRoles; count += 1) {
      const roles = Array.from({ length: count }, (_, index) => `role-${index}`);
      const access = shippedAdmission(roles).policies.at(-1);
      const expressions = [...(access?.spec.variables ?? []), ...(access?.spec.validations ?? [])];
      const checks = expressions.filter(({ expression }) => expression.includes('.check('));
      expect(checks.length).toBeLessThanOrEqual(27);
      expect(checks.length).toBeGreaterThanOrEqual(2 * count + 2);
      expect(checks.every(({ expression }) => expression.split('.check(').length === 2)).toBe(true);
    }
  });

  it('tell roles apart whose names differ only in what no CEL name can hold', () => {
    const access = shippedAdmission(['a-b', 'a.b', 'a:b', 'a_2d_b']).policies.at(-1);
    const names = access?.spec.variables?.map(({ name }) => name) ?? [];
    expect(new Set(names).size).toBe(names.length);
  });

  it('cannot be made for no role, or for more than can be checked', () => {
    expect(() => shippedAdmission([])).toThrow(RangeError);
    expect(() =>
      shippedAdmission(Array.from({ length: maximumGrantableRoles + 1 }, (_, index) => `role-${index}`)),
    ).toThrow('12 roles');
  });
});

describe('a live policy', () => {
  const [policy] = policies;
  if (policy === undefined) throw new Error('no policy is shipped');
  const live = structuredClone(policy);

  it('is unaltered whatever the order of its fields, and whatever its labels are', () => {
    const reordered = Object.fromEntries(Object.entries(live.spec).toReversed());
    const relabelled = { ...live, metadata: { name: policy.metadata.name }, spec: reordered };
    expect(isUnaltered(relabelled, policy)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['fails open', { ...live.spec, failurePolicy: 'Ignore' }],
    ['has lost a validation', { ...live.spec, validations: live.spec.validations.slice(1) }],
    [
      'matches less',
      { ...live.spec, matchConstraints: { ...live.spec.matchConstraints, resourceRules: [] } },
    ],
    [
      'has one condition more',
      {
        ...live.spec,
        matchConditions: [...live.spec.matchConditions, { name: 'never', expression: 'false' }],
      },
    ],
    ['has one field more', { ...live.spec, paramKind: { kind: 'ConfigMap' } }],
    ['has a list where an object was', { ...live.spec, matchConstraints: [] }],
    ['has nothing in it', undefined],
  ])('is altered when it %s', (_, spec) => {
    expect(isUnaltered({ spec }, policy)).toBe(false);
  });

  it('is altered when it is not there', () => {
    expect(isUnaltered(undefined, policy)).toBe(false);
  });
});
