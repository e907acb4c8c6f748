/**
 * The admission policies that Mainstay ships. They run in the API server itself, and guard what RBAC cannot: that
 * nobody opens the walls of a Strict environment, forges or takes away the operator's marks, or gains rights by
 * writing a Project. The manifests install them; the operator grants access only while the live ones are these.
 */

import { defaultGrantableRoles } from '../admission/installation.ts';
import { type AdmissionPolicy, type AdmissionPolicyBinding, inForce } from '../admission/policy.ts';
import { accessPolicy } from './admission/access.ts';
import { namespaces } from './admission/namespaces.ts';
import { operator } from './admission/operator.ts';
import { owned } from './admission/owned.ts';
import { reserved } from './admission/reserved.ts';
import { walls } from './admission/walls.ts';

export {
  defaultGrantableRoles,
  exemptNamespaces,
  installation,
  operatorUser,
  ownerRole,
} from '../admission/installation.ts';
export type { AdmissionPolicy, AdmissionPolicyBinding, MutatingPolicy } from '../admission/policy.ts';
export { maximumGrantableRoles } from './admission/access.ts';

interface Admission {
  readonly policies: readonly AdmissionPolicy[];
  readonly bindings: readonly AdmissionPolicyBinding[];
}

/**
 * The policies and their bindings, for an installation that grants these ClusterRoles (at most 12).
 * The operator's own ClusterRole must allow it to `bind` the same ones.
 */
export function shippedAdmission(grantableRoles: readonly string[] = defaultGrantableRoles): Admission {
  const all = [walls, owned, reserved, namespaces, operator, accessPolicy(grantableRoles)].map(inForce);
  return { policies: all.map(([policy]) => policy), bindings: all.map(([, binding]) => binding) };
}

/**
 * Whether a live policy or binding still says what the shipped one says. Labels and annotations do not matter; a field
 * more or less in the spec does. Shipped specs hold every default, so that the server's answer is equal to them.
 */
export function isUnaltered(
  live: { readonly spec?: unknown } | undefined,
  shipped: AdmissionPolicy | AdmissionPolicyBinding,
): boolean {
  return live !== undefined && equal(live.spec, shipped.spec);
}

function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const leftEntries = Object.entries(left);
  const rightFields = new Map<string, unknown>(Object.entries(right));
  return (
    leftEntries.length === rightFields.size &&
    leftEntries.every(([field, value]) => rightFields.has(field) && equal(value, rightFields.get(field)))
  );
}
