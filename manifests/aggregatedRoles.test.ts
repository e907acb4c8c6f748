import { describe, expect, it } from 'vitest';
import { aggregatedRoles } from './aggregatedRoles.ts';

const project = { group: 'mainstay.dev', plural: 'projects', scope: 'Cluster' } as const;
const deployment = {
  group: 'mainstay.dev',
  plural: 'deployments',
  scope: 'Namespaced',
  scale: {},
  verbs: ['promote', 'abort'],
} as const;

describe('what Kubernetes adds to its own roles', () => {
  it('is nothing for kinds that live in no namespace', () => {
    expect(aggregatedRoles([project])).toEqual([]);
  });

  it('lets whoever views a namespace read our kinds there, with status and scale', () => {
    const view = aggregatedRoles([project, deployment]).find(({ name }) => name.endsWith('view'));
    expect(view).toMatchObject({
      labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' },
      resources: ['deployments', 'deployments/scale', 'deployments/status'],
      verbs: ['get', 'list', 'watch'],
    });
  });

  it('lets whoever edits a namespace write and scale our kinds there, but not their status', () => {
    const edit = aggregatedRoles([project, deployment]).find(({ name }) => name.endsWith('edit'));
    expect(edit).toMatchObject({
      labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' },
      resources: ['deployments', 'deployments/scale'],
    });
    expect(edit?.verbs).toContain('create');
  });

  it('lets whoever edits a namespace ask for what has a verb of our own, and nobody who only views it', () => {
    const [view, edit] = aggregatedRoles([project, deployment]);
    expect(edit?.verbs).toEqual(expect.arrayContaining(['promote', 'abort']));
    expect(view?.verbs).toEqual(['get', 'list', 'watch']);
  });
});
