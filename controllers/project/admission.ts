import { isUnaltered, type shippedAdmission } from '../../crds/project/admission.ts';
import type { Lister } from '../../operator/cache/lister.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { keyOf } from '../../operator/resources/object.ts';
import type { Trouble } from './plan/trouble.ts';

type LiveSpec = Pick<Lister<KubernetesObject & { readonly spec?: unknown }>, 'get'>;

/**
 * What is wrong with the live admission policies; undefined where every one is there and says what we ship. Roles are
 * only safe to hand out while they guard who may name them.
 */
export function admissionTrouble(
  shipped: ReturnType<typeof shippedAdmission>,
  live: { readonly admissionPolicies: LiveSpec; readonly admissionBindings: LiveSpec },
): Trouble | undefined {
  const pairs = [
    ...shipped.policies.map((policy) => ({ policy, lister: live.admissionPolicies })),
    ...shipped.bindings.map((policy) => ({ policy, lister: live.admissionBindings })),
  ];
  for (const { policy, lister } of pairs) {
    const found = lister.get(keyOf({ name: policy.metadata.name }));
    const what = `${policy.kind} ${policy.metadata.name}`;
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) {
      return {
        reason: 'AdmissionPolicyMissing',
        message: `${what} is missing, so nobody is given access; apply Mainstay's manifests again`,
      };
    }
    if (!isAsShipped(found, policy)) {
      return {
        reason: 'AdmissionPolicyAltered',
        message: `${what} is not as shipped, so nobody is given access; apply Mainstay's manifests again`,
      };
    }
  }
  return undefined;
}

/** Cached objects never change, so each is compared once. */
const compared = new WeakMap<object, boolean>();

function isAsShipped(
  found: KubernetesObject & { readonly spec?: unknown },
  policy: Parameters<typeof isUnaltered>[1],
): boolean {
  const known = compared.get(found) ?? isUnaltered(found, policy);
  compared.set(found, known);
  return known;
}
