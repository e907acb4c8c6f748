import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configMaps, networkPolicies } from '../resources/builtin.ts';
import type { KubernetesObject, ManagedFieldsEntry } from '../resources/object.ts';
import { type DesiredObject, desire } from './desired.ts';
import { diff, identify, judge, type WriteAction } from './diff.ts';
import { type ApplyIdentity, appliedFields, seal } from './identity.ts';
import { rivalsOf } from './rivals.ts';

const identity: ApplyIdentity = {
  fieldManager: 'mainstay',
  ownerLabel: 'example.com/owner',
  desiredAnnotation: 'example.com/desired',
};
const owner = { uid: 'uid-1' };

const item = (name: string, data: Record<string, string> = { a: '1' }): DesiredObject =>
  desire(configMaps, { metadata: { name, namespace: 'shop' }, data });

/** The object as the server would have it after our apply. */
function applied(
  { object }: DesiredObject,
  options: { readonly by?: string; readonly for?: string; readonly fields?: object } = {},
): KubernetesObject {
  const sealed = seal(identity, { uid: options.for ?? owner.uid }, object);
  const set = (keys: object) => Object.fromEntries(Object.keys(keys).map((key) => [`f:${key}`, {}]));
  const entry: ManagedFieldsEntry = {
    manager: options.by ?? identity.fieldManager,
    operation: 'Apply',
    time: '2026-01-01T00:00:00Z',
    fieldsV1: {
      'f:metadata': {
        'f:labels': set(sealed.metadata.labels ?? {}),
        'f:annotations': set(sealed.metadata.annotations ?? {}),
      },
      'f:data': set('data' in sealed ? Object(sealed.data) : {}),
      ...options.fields,
    },
  };
  return { ...sealed, metadata: { ...sealed.metadata, uid: 'u', managedFields: [entry] } };
}

const summary = (action: WriteAction) =>
  action.type === 'Create' || action.type === 'Apply' ? [action.type, action.why] : [action.type];
const see = (desired: DesiredObject, live: KubernetesObject | undefined) =>
  summary(judge(identity, owner, desired, live));
const changed = (object: KubernetesObject, metadata: object): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, ...metadata },
});

describe('what is to be done about an object', () => {
  it('nothing, where it stands', () => {
    expect(see(item('a'), applied(item('a')))).toEqual(['Nothing']);
  });

  it('nothing, where others have added labels and fields of their own', () => {
    const live = applied(item('a'));
    const labels = { ...live.metadata.labels, theirs: 'x' };
    expect(see(item('a'), { ...changed(live, { labels }), immutable: true } as KubernetesObject)).toEqual([
      'Nothing',
    ]);
  });

  it('is created where it is missing', () => {
    expect(see(item('a'), undefined)).toEqual(['Create', { because: 'Missing' }]);
  });

  it('is applied where what is desired has changed', () => {
    expect(see(item('a', { a: '2' }), applied(item('a')))).toEqual(['Apply', { because: 'DesiredChanged' }]);
    expect(see(item('a', {}), applied(item('a')))).toEqual(['Apply', { because: 'DesiredChanged' }]);
  });

  it('does not depend on the order in which what is desired is written', () => {
    expect(see(item('a', { b: '2', a: '1' }), applied(item('a', { a: '1', b: '2' })))).toEqual(['Nothing']);
  });

  it('is applied where somebody took a field, naming it', () => {
    expect(see(item('a'), applied(item('a'), { fields: { 'f:data': {} } }))).toEqual(['Nothing']);
    expect(see(item('a'), applied(item('a'), { fields: { 'f:data': undefined } }))).toEqual([
      'Apply',
      { because: 'FieldLost', fields: ['data'] },
    ]);
  });

  it('is a lost field, not a changed wish, when somebody overwrote our annotation', () => {
    const live = applied(item('a'));
    const [entry] = live.metadata.managedFields ?? [];
    const fieldsV1 = {
      ...entry?.fieldsV1,
      'f:metadata': { 'f:labels': { [`f:${identity.ownerLabel}`]: {} } },
    };
    const annotations = { [identity.desiredAnnotation]: 'forged' };
    expect(see(item('a'), changed(live, { annotations, managedFields: [{ ...entry, fieldsV1 }] }))).toEqual([
      'Apply',
      { because: 'FieldLost', fields: ['metadata.annotations'] },
    ]);
  });

  it('is repaired where managedFields were wiped', () => {
    expect(see(item('a'), changed(applied(item('a')), { managedFields: [] }))).toMatchObject([
      'Apply',
      { because: 'FieldLost' },
    ]);
  });

  it('is taken over where nobody of ours holds it, and refused where another owner does', () => {
    const strange: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'shop' },
    };
    const others = applied(item('a'), { for: 'uid-2' });
    expect(see(item('a'), strange)).toEqual(['Apply', { because: 'Unclaimed' }]);
    expect(judge(identity, owner, item('a'), others)).toMatchObject({ type: 'Refuse', holder: 'uid-2' });
    expect(see({ ...item('a'), takeOver: 'Never' }, strange)).toEqual(['Refuse']);
    expect(see({ ...item('a'), takeOver: 'Always' }, others)).toEqual([
      'Apply',
      { because: 'DesiredChanged' },
    ]);
  });

  it('gives nothing on an owner label that somebody else set', () => {
    const forged = applied(item('a'), { for: 'uid-2', by: 'mallory' });
    expect(see(item('a'), forged)).toMatchObject(['Apply', { because: 'FieldLost' }]);
  });

  it('waits where it is being deleted', () => {
    expect(see(item('a'), changed(applied(item('a')), { deletionTimestamp: 'now' }))).toEqual(['Wait']);
  });

  it('sees what was added to a whole field, though no field of ours was lost', () => {
    const wall = desire(
      networkPolicies,
      {
        metadata: { name: 'w', namespace: 'shop' },
        spec: { podSelector: {}, ingress: [], policyTypes: ['Ingress'] },
      },
      { whole: [{ path: ['spec'] }] },
    );
    const spec = { 'f:podSelector': {}, 'f:policyTypes': {}, 'f:ingress': {} };
    const live = applied(wall, { fields: { 'f:spec': spec, 'f:data': undefined } });
    const open = { ...live, spec: { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] } };
    expect(see(wall, live)).toEqual(['Nothing']);
    expect(see(wall, open)).toEqual(['Apply', { because: 'ValueDiffers', fields: ['spec.ingress'] }]);
  });
});

describe('prune', () => {
  it('property: deletes what is ours and not desired, never what is another’s', () => {
    const live = fc.uniqueArray(
      fc.record({
        name: fc.integer({ min: 0, max: 12 }).map((number) => `o${number}`),
        by: fc.constantFrom('mainstay', 'mallory', 'nobody'),
        for: fc.constantFrom('uid-1', 'uid-2'),
        deleting: fc.boolean(),
      }),
      { selector: ({ name }) => name },
    );
    const wanted = fc.uniqueArray(fc.integer({ min: 0, max: 12 }).map((number) => `o${number}`));
    fc.assert(
      fc.property(live, wanted, (objects, names) => {
        const actions = diff({
          identity,
          owner,
          desired: names.map((name) => item(name)),
          live: objects.map((one) => ({
            resource: configMaps,
            object: changed(applied(item(one.name), one), {
              ...(one.by === 'nobody' ? { managedFields: [] } : {}),
              ...(one.deleting ? { deletionTimestamp: 'now' } : {}),
            }),
          })),
        });
        const pruned = actions.flatMap((action) =>
          action.type === 'Prune' ? [action.live.metadata.name] : [],
        );
        const ours = objects.filter((one) => one.by === 'mainstay' && one.for === owner.uid && !one.deleting);
        expect(pruned.toSorted()).toEqual(
          ours
            .map((one) => one.name)
            .filter((name) => !names.includes(name))
            .toSorted(),
        );
        expect(actions.filter((action) => action.type !== 'Prune')).toHaveLength(names.length);
      }),
    );
  });
});

describe('who fights', () => {
  it('names who wrote since our last apply, the latest first, and no writer of status', () => {
    const live = applied(item('a'));
    const others: readonly ManagedFieldsEntry[] = [
      { manager: 'old', operation: 'Update', time: '2025-12-31T23:59:59Z' },
      { manager: 'kubectl-edit', operation: 'Update', time: '2026-01-01T00:00:05Z' },
      { manager: 'argocd', operation: 'Apply', time: '2026-01-01T00:00:09Z' },
      {
        manager: 'kube-controller-manager',
        operation: 'Update',
        subresource: 'status',
        time: '2026-01-01T00:00:10Z',
      },
    ];
    const fought = changed(live, { managedFields: [...(live.metadata.managedFields ?? []), ...others] });
    expect(rivalsOf(identity, fought).map(({ manager }) => manager)).toEqual(['argocd', 'kubectl-edit']);
    expect(rivalsOf(identity, live)).toEqual([]);
  });

  it('counts our manager’s name used by an Update as another’s', () => {
    const live = changed(applied(item('a')), {
      managedFields: [{ manager: 'mainstay', operation: 'Update', time: '2026-01-01T00:00:05Z' }],
    });
    expect(appliedFields(identity, live.metadata)).toBeUndefined();
    expect(rivalsOf(identity, live)).toMatchObject([{ manager: 'mainstay', operation: 'Update' }]);
  });
});

describe('an object’s identity', () => {
  it('tells objects of one name in different groups apart', () => {
    expect(identify(configMaps, item('a').object)).toBe('configmaps/shop/a');
    expect(identify(networkPolicies, item('a').object)).toBe('networkpolicies.networking.k8s.io/shop/a');
  });
});
