import { expect, it } from 'vitest';
import type { PodTemplate } from '../../../crds/deployment/podTemplate.ts';
import { referencesOf, withNames } from './references.ts';

const template = {
  metadata: { labels: { app: 'shop' } },
  spec: {
    volumes: [
      { name: 'a', configMap: { name: 'in-volume' } },
      { name: 'b', secret: { secretName: 'key', optional: true } },
      {
        name: 'c',
        projected: {
          sources: [
            { configMap: { name: 'projected' } },
            { secret: { name: 'projected-key' } },
            { serviceAccountToken: { path: 'token' } },
          ],
        },
      },
      { name: 'd', emptyDir: {} },
      { name: 'e', csi: { driver: 'x', nodePublishSecretRef: { name: 'driver' } } },
    ],
    initContainers: [{ name: 'first', envFrom: [{ configMapRef: { name: 'settings', optional: true } }] }],
    containers: [
      {
        name: 'main',
        envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'key' } }],
        env: [
          { name: 'A', value: 'a' },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'one', key: 'b', optional: true } } },
          { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
      },
    ],
  },
} as unknown as PodTemplate;

it('finds what volumes and environments refer to, each once, and whether the pods need it', () => {
  expect(referencesOf(template)).toEqual([
    { kind: 'ConfigMap', name: 'in-volume', optional: false },
    { kind: 'Secret', name: 'key', optional: false },
    { kind: 'ConfigMap', name: 'projected', optional: false },
    { kind: 'Secret', name: 'projected-key', optional: false },
    { kind: 'ConfigMap', name: 'settings', optional: false },
    { kind: 'ConfigMap', name: 'one', optional: true },
  ]);
});

it('puts other names in their places, and touches nothing else', () => {
  const renamed = withNames(template, ({ kind, name }) => (kind === 'ConfigMap' ? `${name}-1` : undefined));
  const text = JSON.stringify(template)
    .replaceAll('"in-volume"', '"in-volume-1"')
    .replaceAll('"projected"}', '"projected-1"}')
    .replaceAll('"settings"', '"settings-1"')
    .replaceAll('"one"', '"one-1"');
  expect(renamed).toEqual(JSON.parse(text));
  expect(withNames(template, () => undefined)).toEqual(template);
});
