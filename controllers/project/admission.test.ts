import { expect, test } from 'vitest';
import { shippedAdmission } from '../../crds/project/admission.ts';
import { type KubernetesObject, keyOf } from '../../operator/resources/object.ts';
import { admissionTrouble } from './admission.ts';

const shipped = shippedAdmission();

function live(change: (object: KubernetesObject) => KubernetesObject | undefined = (object) => object) {
  const lister = (objects: readonly KubernetesObject[]) => {
    const byKey = new Map(
      objects.flatMap((object) => change(object) ?? []).map((object) => [keyOf(object), object]),
    );
    return { get: (key: ReturnType<typeof keyOf>) => byKey.get(key) };
  };
  return { admissionPolicies: lister(shipped.policies), admissionBindings: lister(shipped.bindings) };
}

test('all is well while every policy and binding is as shipped', () => {
  expect(admissionTrouble(shipped, live())).toBeUndefined();
});

test('labels and annotations of other tools do not matter', () => {
  const labelled = live((object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { team: 'platform' } },
  }));
  expect(admissionTrouble(shipped, labelled)).toBeUndefined();
});

const names = [...shipped.policies, ...shipped.bindings].map(
  (object) => `${object.kind} ${object.metadata.name}`,
);
const only = (name: string, change: (object: KubernetesObject) => KubernetesObject | undefined) =>
  live((object) => (`${object.kind} ${object.metadata.name}` === name ? change(object) : object));

test.each(names)('%s is missed', (name) => {
  expect(
    admissionTrouble(
      shipped,
      only(name, () => undefined),
    ),
  ).toMatchObject({
    reason: 'AdmissionPolicyMissing',
    message: expect.stringContaining(name),
  });
  const going = only(name, (object) => ({
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  }));
  expect(admissionTrouble(shipped, going)?.reason).toBe('AdmissionPolicyMissing');
});

test.each(names)('%s is seen to be altered', (name) => {
  const weakened = only(name, (object) => {
    const spec = 'spec' in object ? object.spec : {};
    return {
      ...object,
      ...{ spec: { ...Object(spec), matchConditions: [{ name: 'never', expression: 'false' }] } },
    };
  });
  expect(admissionTrouble(shipped, weakened)).toMatchObject({
    reason: 'AdmissionPolicyAltered',
    message: expect.stringContaining(name),
  });
});
