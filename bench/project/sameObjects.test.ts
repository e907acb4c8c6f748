import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { differences } from './sameObjects.ts';

const quota = (
  hard: Readonly<Record<string, string>>,
  metadata: Partial<KubernetesObject['metadata']> = {},
) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'mainstay-quota', namespace: 'bench-0001-dev', ...metadata },
  spec: { hard },
});

test('what the cluster fills in and what Mainstay keeps for itself is no difference', () => {
  const byMainstay = quota(
    { pods: '10' },
    {
      uid: 'a',
      resourceVersion: '7',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'mainstay.dev/owner': 'a', 'mainstay.dev/project': 'bench-0001' },
      annotations: { 'mainstay.dev/desired': 'hash' },
    },
  );
  const byPeer = {
    ...quota({ pods: '10' }, { uid: 'b', labels: { 'mainstay.dev/project': 'bench-0001' } }),
    status: { hard: { pods: '10' } },
  };
  expect(differences([byMainstay], [byPeer])).toEqual([]);
});

test('another value is told with its place, and so is another label', () => {
  const expected = quota({ pods: '10' }, { labels: { 'mainstay.dev/project': 'bench-0001' } });
  expect(differences([expected], [quota({ pods: '11' })])).toEqual([
    'ResourceQuota bench-0001-dev/mainstay-quota.spec.hard.pods: "10" is expected, not "11"',
    'ResourceQuota bench-0001-dev/mainstay-quota.metadata.labels.mainstay.dev/project: "bench-0001" is expected, not nothing',
  ]);
});

test('an object too few or too many is told', () => {
  const other = quota({}, { name: 'other' });
  expect(differences([quota({})], [other])).toEqual([
    'ResourceQuota bench-0001-dev/mainstay-quota: missing',
    'ResourceQuota bench-0001-dev/other: not expected',
  ]);
});

test('a list that is longer differs, and a Secret is not shown', () => {
  const secret = (data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull' }, data });
  expect(differences([secret({ key: 'aaa' })], [secret({ key: 'bbb' })])).toEqual([
    'Secret pull.data.key: a value is expected, not a value',
  ]);
  const policy = (...types: readonly string[]) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'wall' },
    spec: { policyTypes: types },
  });
  expect(differences([policy('Ingress')], [policy('Ingress', 'Egress')])).toEqual([
    'NetworkPolicy wall.spec.policyTypes[1]: nothing is expected, not "Egress"',
  ]);
});
