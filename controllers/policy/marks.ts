import { annotations, labels } from '../../crds/policy/names.ts';
import type { ApplyIdentity, Owner } from '../../operator/apply/identity.ts';

/** The names under which everything for Policies is applied. */
export const identity: ApplyIdentity = {
  fieldManager: 'mainstay',
  ownerLabel: labels.compiled,
  desiredAnnotation: annotations.desired,
};

/** Policies share what they are compiled into, so all of it belongs to them together. */
export const together: Owner = { uid: 'compiled' };
