import {
  type AdmissionPolicy,
  type AdmissionPolicyBinding,
  isUnaltered,
  type shippedAdmission,
} from '../../crds/project/admission.ts';
import type { Lister } from '../../operator/cache/lister.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { keyOf } from '../../operator/resources/object.ts';
import type { Trouble } from './plan/trouble.ts';

type LiveSpec = Pick<Lister<KubernetesObject & { readonly spec?: unknown }>, 'get'>;

/** The admission policies that are there, and what puts them in force. */
export interface LiveAdmission {
  readonly admissionPolicies: LiveSpec;
  readonly admissionBindings: LiveSpec;
}

/** An admission policy that comes with the installation, or its binding. */
export type Guard = AdmissionPolicy | AdmissionPolicyBinding;

/**
 * What is wrong with the live admission policies; undefined where every one is there and says what we ship. Roles are
 * only safe to hand out while they guard who may name them.
 */
export function admissionTrouble(
  { policies, bindings }: ReturnType<typeof shippedAdmission>,
  live: LiveAdmission,
): Trouble | undefined {
  for (const guard of [...policies, ...bindings]) {
    const state = guardState(guard, live);
    if (state === 'InForce') continue;
    return {
      reason: `AdmissionPolicy${state}`,
      message: `${amiss(guard, state)}, so nobody is given access; apply Mainstay's manifests again`,
    };
  }
  return undefined;
}

export type GuardState = 'InForce' | 'Missing' | 'Altered';

/** Whether a guard is there and says what we ship. */
export function guardState(guard: Guard, live: LiveAdmission): GuardState {
  const lister = guard.kind === 'ValidatingAdmissionPolicy' ? live.admissionPolicies : live.admissionBindings;
  const found = lister.get(keyOf({ name: guard.metadata.name }));
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return 'Missing';
  return isAsShipped(found, guard) ? 'InForce' : 'Altered';
}

/** What is wrong with it, for people. */
export function amiss({ kind, metadata }: Guard, state: Exclude<GuardState, 'InForce'>): string {
  return `${kind} ${metadata.name} is ${state === 'Missing' ? 'missing' : 'not as shipped'}`;
}

/** Cached objects never change, so each is compared once. */
const compared = new WeakMap<object, boolean>();

function isAsShipped(found: KubernetesObject & { readonly spec?: unknown }, guard: Guard): boolean {
  const known = compared.get(found) ?? isUnaltered(found, guard);
  compared.set(found, known);
  return known;
}
