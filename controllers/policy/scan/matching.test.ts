import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import { aCandidate, aRule, someFacts } from '../compile/builders.ts';
import { judgeOf } from '../evaluate/index.ts';
import { kindsOf, whyNever } from './matching.ts';

function served(
  group: string,
  version: string,
  kind: string,
  fields: Partial<ServedResource> = {},
): ServedResource {
  return {
    group,
    version,
    kind,
    plural: `${kind.toLowerCase()}s`,
    scope: 'Namespaced',
    verbs: ['get', 'list', 'watch'],
    subresources: [],
    shortNames: [],
    categories: [],
    preferred: true,
    stale: false,
    ...fields,
  };
}

const all = [
  served('', 'v1', 'Pod'),
  served('', 'v1', 'Secret'),
  served('', 'v1', 'Event'),
  served('', 'v1', 'Namespace', { scope: 'Cluster' }),
  served('', 'v1', 'Binding', { verbs: ['create'] }),
  served('apps', 'v1', 'Deployment'),
  served('example.com', 'v2', 'Widget'),
  served('example.com', 'v1', 'Widget', { preferred: false }),
  served('mainstay.dev', 'v1alpha1', 'Deployment'),
  served('mainstay.dev', 'v1alpha1', 'Policy', { plural: 'policies', scope: 'Cluster' }),
  served('coordination.k8s.io', 'v1', 'Lease'),
  served('wgpolicyk8s.io', 'v1alpha2', 'PolicyReport'),
  served('openreports.io', 'v1alpha1', 'Report'),
  served('metrics.k8s.io', 'v1beta1', 'PodMetrics', { plural: 'pods', verbs: ['get', 'list'] }),
];

function kinds(match: PolicySpec['match']): readonly string[] {
  const { spec } = aCandidate('p', { match, rules: [aRule('r', 'true')] });
  const judge = judgeOf('p', spec, someFacts());
  return kindsOf(all, judge, match).map(({ kind, group, version }) => `${kind} ${group}/${version}`);
}

const resources = (apiGroups: string[], names: string[], apiVersions?: string[]): PolicySpec['match'] => ({
  resources: [{ apiGroups, resources: names, ...(apiVersions !== undefined && { apiVersions }) }],
});

describe('the kinds that a Policy is about', () => {
  it('are those that have a pod in them, of what is served', () => {
    expect(kinds({ workloads: true })).toEqual([
      'Pod /v1',
      'Deployment apps/v1',
      'Deployment mainstay.dev/v1alpha1',
    ]);
  });

  it('are each one in one version: a version that it names, or else the one that the server prefers', () => {
    expect(kinds(resources(['example.com'], ['widgets']))).toEqual(['Widget example.com/v2']);
    expect(kinds(resources(['example.com'], ['widgets'], ['v1']))).toEqual(['Widget example.com/v1']);
    expect(kinds(resources(['example.com'], ['widgets'], ['v9']))).toEqual(['Widget example.com/v2']);
  });

  it('are with an asterisk all that is kept, but for what is written all the time, Policies, and reports', () => {
    expect(kinds(resources(['*'], ['*']))).toEqual([
      'Pod /v1',
      'Secret /v1',
      'Namespace /v1',
      'Deployment apps/v1',
      'Widget example.com/v2',
      'Deployment mainstay.dev/v1alpha1',
    ]);
  });

  it('are events where they are named', () => {
    expect(kinds(resources([''], ['events']))).toEqual(['Event /v1']);
  });

  it('are none of what is matched only by what is done with it', () => {
    expect(kinds(resources([''], ['pods/exec']))).toEqual([]);
    expect(kinds({ resources: [{ apiGroups: [''], resources: ['pods'], operations: ['DELETE'] }] })).toEqual(
      [],
    );
  });

  it('are never read where they are Secrets', () => {
    expect(whyNever({ group: '', plural: 'secrets' })).toContain('never read');
    expect(whyNever({ group: 'example.com', plural: 'secrets' })).toBeUndefined();
  });
});
