import { describe, expect, it } from 'vitest';
import type { FieldsV1, ObjectMeta } from '../../../operator/resources/object.ts';
import { anEntry, aWorkload, noon } from './builders.ts';
import type { Path } from './changes.ts';
import { applierOf, sourceOf, undoersOf } from './holders.ts';

describe('what keeps an object as it is written elsewhere', () => {
  const instance = { 'app.kubernetes.io/instance': 'shop' };
  it.for<[string, Partial<ObjectMeta>, string | undefined]>([
    ['nothing', {}, undefined],
    [
      'Argo CD, by its annotation',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' } },
      'the Application shop of Argo CD',
    ],
    [
      'Argo CD, by its own label',
      { labels: { 'argocd.argoproj.io/instance': 'shop' } },
      'the Application shop of Argo CD',
    ],
    ['not Argo CD, by a label that many set', { labels: instance }, undefined],
    [
      'Argo CD, by that label where it has written the object',
      { labels: instance, managedFields: [anEntry('argocd-controller', 'Update', {})] },
      'the Application shop of Argo CD',
    ],
    [
      'not Argo CD, where somebody changed the object in its pages',
      { labels: instance, managedFields: [anEntry('argocd-server', 'Update', {})] },
      undefined,
    ],
    [
      'Flux, by a Kustomization',
      {
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'apps',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux',
        },
      },
      'the Kustomization flux/apps of Flux',
    ],
    [
      'Flux, by a HelmRelease',
      { labels: { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'flux' } },
      'the HelmRelease flux/web of Flux',
    ],
    [
      'Helm',
      {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' },
      },
      'the Helm release shop/web',
    ],
    [
      'not Helm, where a template of it was applied by hand',
      { labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
      undefined,
    ],
  ])('%s', ([, metadata, expected]) => {
    expect(sourceOf(aWorkload(metadata))).toBe(expected);
  });
});

const image: Path = ['spec', 'containers', { name: 'a' }, 'image'];
const containers = (of: FieldsV1): FieldsV1 => ({ 'f:spec': { 'f:containers': { 'k:{"name":"a"}': of } } });

describe('who applies what would be changed', () => {
  it.for<[string, FieldsV1, Path, boolean]>([
    ['the field itself', containers({ '.': {}, 'f:image': {} }), image, true],
    ['another field of the element', containers({ '.': {}, 'f:name': {} }), image, false],
    [
      'another element',
      { 'f:spec': { 'f:containers': { 'k:{"name":"b"}': { 'f:image': {} } } } },
      image,
      false,
    ],
    ['the whole that it is part of', { 'f:spec': { 'f:containers': {} } }, image, true],
    ['part of what would go', containers({ 'f:image': {} }), ['spec', 'containers', { name: 'a' }], true],
    [
      'an element that the server tells by more than that',
      { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { 'f:name': {} } } },
      ['ports', { containerPort: 80 }, 'name'],
      true,
    ],
    ['nothing', {}, image, false],
  ])('%s', ([, fields, path, expected]) => {
    const applies = (operation: 'Apply' | 'Update', manager = 'ci', more: object = {}) =>
      applierOf(aWorkload({ managedFields: [{ ...anEntry(manager, operation, fields), ...more }] }), [
        { path },
      ]);
    expect(applies('Apply')?.manager).toBe(expected ? 'ci' : undefined);
    expect(applies('Update'), 'who only wrote it once has no say').toBeUndefined();
    expect(applies('Apply', 'mainstay-fix'), 'ourselves').toBeUndefined();
    expect(applies('Apply', 'ci', { subresource: 'status' }), 'of the status only').toBeUndefined();
  });
});

describe('who took a change back', () => {
  const since = (...managedFields: readonly ReturnType<typeof anEntry>[]) =>
    undoersOf(aWorkload({ managedFields }), noon, [{ path: image, before: 'x', after: 'y' }]);

  it('owns the field now', () => {
    const owner = anEntry('ci', 'Update', containers({ 'f:image': {} }), 5);
    const other = anEntry('scaler', 'Update', { 'f:spec': { 'f:replicas': {} } }, 9);
    expect(since(owner, other)).toEqual(['ci']);
    const { time: _, ...untimed } = owner;
    expect(since({ ...untimed, manager: 'scaler', subresource: 'scale' }), 'as an autoscaler').toEqual([
      'scaler',
    ]);
    expect(since({ ...owner, subresource: 'status' }), 'not of the status').toEqual([]);
  });

  it('or else wrote beside it since, the latest first', () => {
    const early = anEntry('kubectl-edit', 'Update', { 'f:spec': { 'f:replicas': {} } }, -60);
    const beside = anEntry('ci', 'Update', { 'f:spec': { 'f:replicas': {} } }, 5);
    const later = anEntry('cd', 'Update', { 'f:spec': { 'f:paused': {} } }, 6);
    const elsewhere = anEntry(
      'kube-controller-manager',
      'Update',
      { 'f:metadata': { 'f:annotations': {} } },
      7,
    );
    const own = anEntry('mainstay-fix', 'Update', { 'f:spec': { 'f:replicas': {} } }, 0);
    expect(since(early, beside, later, elsewhere, own)).toEqual(['cd', 'ci']);
  });
});
