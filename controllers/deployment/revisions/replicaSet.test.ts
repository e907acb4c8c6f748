import { expect, it } from 'vitest';
import { annotations } from '../../../crds/deployment/names.ts';
import type { Deployment } from '../deployment.ts';
import { newReplicaSet } from './replicaSet.ts';
import { revisionView } from './revisionView.ts';

const shop = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'team', uid: 'u' },
  spec: {
    minReadySeconds: 0,
    selector: { matchLabels: { app: 'shop' } },
    template: { metadata: { labels: { app: 'shop' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } },
  },
} as unknown as Deployment;
const planned = { hash: 'bcd', replicas: 3, revision: 7, sizedFor: 4 };

it.each([
  planned,
  { ...planned, zeroSince: 1_000_000, step: { index: 12, hash: '0123abcd' } },
])('what a size was made for is read back as it was written', (one) => {
  const { revision, sizedFor, zeroSince, step } = revisionView(newReplicaSet(shop, one, 'print'), [], 0);
  expect({ revision, sizedFor, zeroSince, step }).toEqual({
    revision: 7,
    sizedFor: 4,
    zeroSince: undefined,
    step: undefined,
    ...('step' in one && { zeroSince: one.zeroSince, step: one.step }),
  });
});

it.each([
  '',
  '2',
  '2/0123abcd',
  '/0123abcd/3',
  '1e3/0123abcd/3',
  '2/0123abcd/4',
])('a step %j is none', (text) => {
  const replicaSet = newReplicaSet(shop, planned, 'print');
  const marks = { ...replicaSet.metadata.annotations, [annotations.step]: text };
  const marked = { ...replicaSet, metadata: { ...replicaSet.metadata, annotations: marks } };
  expect(revisionView(marked, [], 0).step).toBeUndefined();
});
