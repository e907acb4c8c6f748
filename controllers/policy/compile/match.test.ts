import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, aRule, compiledOne, ofKind, someFacts, validatingOf } from './builders.ts';
import { compile } from './index.ts';

describe('enforcement', () => {
  it.for([
    ['Deny', true, 'Fail'],
    ['Deny', false, 'Ignore'],
    ['Warn', true, 'Ignore'],
    ['Audit', true, 'Ignore'],
  ] as const)('%s, proven %s: on failure %s', ([enforcement, proven, failurePolicy]) => {
    const { spec, binding } = compiledOne({ enforcement }, proven);
    expect(spec.failurePolicy).toBe(failurePolicy);
    expect(binding.spec.validationActions).toEqual([enforcement]);
  });

  it('what is in force counts, not what the spec says', () => {
    const compiled = compile(
      [{ ...aCandidate('p', { enforcement: 'Audit' }), enforcement: 'Deny' }],
      someFacts(),
    );
    expect(ofKind(compiled, 'ValidatingAdmissionPolicyBinding')[0]?.spec.validationActions).toEqual(['Deny']);
  });
});

describe('the match', () => {
  it('workloads are every kind that has a pod in it, made or changed', () => {
    const { resourceRules } = compiledOne({}).spec.matchConstraints;
    expect(
      resourceRules.flatMap(({ apiGroups, resources }) => resources.map((name) => `${apiGroups}/${name}`)),
    ).toEqual([
      '/pods',
      '/pods/ephemeralcontainers',
      '/pods/resize',
      '/replicationcontrollers',
      'apps/daemonsets',
      'apps/deployments',
      'apps/replicasets',
      'apps/statefulsets',
      'batch/cronjobs',
      'batch/jobs',
      'mainstay.dev/deployments',
    ]);
    expect(resourceRules.every(({ operations }) => operations.join() === 'CREATE,UPDATE')).toBe(true);
  });

  it("the cluster's own namespaces are matched only where they are named", () => {
    expect(compiledOne({}).spec.matchConstraints.namespaceSelector).toEqual({
      matchExpressions: [
        {
          key: 'kubernetes.io/metadata.name',
          operator: 'NotIn',
          values: ['kube-node-lease', 'kube-system', 'mainstay-system'],
        },
      ],
    });
    const match = { workloads: true, namespaces: ['kube-system', 'a'] };
    expect(compiledOne({ match }).spec.matchConstraints.namespaceSelector.matchExpressions).toEqual([
      { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['a', 'kube-system'] },
    ]);
  });

  it('Projects and environments are found by the marks of their namespaces, new ones included', () => {
    const match = { workloads: true, projects: ['shop'], environments: ['prod'] };
    const compiled = compile([aCandidate('p', { match })], someFacts());
    expect(compiled.findings).toMatchObject([
      {
        weight: 'Note',
        field: 'spec.match.projects',
        message: expect.stringContaining('no Project shop yet'),
      },
    ]);
    const [policy] = validatingOf(compiled);
    expect(policy?.spec.matchConstraints.namespaceSelector.matchExpressions).toContainEqual({
      key: 'mainstay.dev/project',
      operator: 'In',
      values: ['shop'],
    });
    expect(policy?.spec.matchConstraints.namespaceSelector.matchExpressions).toContainEqual({
      key: 'mainstay.dev/environment',
      operator: 'In',
      values: ['prod'],
    });
  });

  it('limited to some namespaces, nothing outside of all namespaces is matched, but for namespaces themselves', () => {
    const resources = [{ apiGroups: [''], resources: ['namespaces', 'configmaps'] }];
    const scopes = (match: PolicySpec['match']) =>
      compiledOne({ match, rules: [aRule('a', 'true')] }).spec.matchConstraints.resourceRules.map(
        ({ resources, scope }) => [resources.join(), scope],
      );
    expect(scopes({ resources })).toEqual([['configmaps,namespaces', '*']]);
    expect(scopes({ resources, namespaceSelector: { matchLabels: { a: 'b' } } })).toEqual([
      ['configmaps', 'Namespaced'],
      ['namespaces', 'Cluster'],
    ]);
  });

  it('an asterisk stands neither for Policies, which stay correctable, nor for signs of life', () => {
    const match = { resources: [{ apiGroups: ['*'], resources: ['*'] }] };
    const { excludeResourceRules = [] } = compiledOne({ match, rules: [aRule('a', 'false')] }).spec
      .matchConstraints;
    expect(excludeResourceRules.flatMap(({ resources }) => resources)).toEqual([
      'events',
      'leases',
      'events',
      'policies',
      'policies/status',
    ]);
  });
});
