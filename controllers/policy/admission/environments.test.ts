import { expect, it } from 'vitest';
import type { Project } from '../../../crds/project/schema.ts';
import { environmentsOf } from './environments.ts';

type Environment = NonNullable<NonNullable<Project['status']>['environments']>[number];

const project = (name: string, environments: readonly Environment[]): Project => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Project',
  metadata: { name },
  spec: {
    owners: [],
    access: [],
    secrets: [],
    suspend: false,
    deletionPolicy: 'Retain',
    podSecurity: 'restricted',
    network: { isolation: 'Strict' },
    environments: [{ name: 'dev' }],
  },
  status: { environments },
});
const environment = (namespace: string, reason: string, ready = false): Environment => ({
  name: 'dev',
  namespace,
  ready,
  reason,
  repairs: 0,
});

it('a Project holds what its status says it holds, also while something in it is amiss', () => {
  const found = environmentsOf([
    project('b', [environment('b-dev', 'QuotaPending')]),
    project('a', [environment('a-dev', 'AsDesired', true), environment('a-old', 'Deleting')]),
  ]);
  expect(found).toEqual([
    { project: 'a', environment: 'dev', namespace: 'a-dev' },
    { project: 'a', environment: 'dev', namespace: 'a-old' },
    { project: 'b', environment: 'dev', namespace: 'b-dev' },
  ]);
});

it.each([
  'NamespaceHeld',
  'NamespaceNotAdoptable',
  'NamespaceProtected',
  'NamespaceTerminating',
])('a namespace that it only names it has not got: %s', (reason) => {
  expect(environmentsOf([project('thief', [environment('kube-system', reason)])])).toEqual([]);
});
