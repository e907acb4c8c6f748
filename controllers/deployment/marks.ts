import { annotations, labels } from '../../crds/deployment/names.ts';
import type { ApplyIdentity } from '../../operator/apply/identity.ts';

/** The names under which everything for Deployments is applied. */
export const identity: ApplyIdentity = {
  fieldManager: 'mainstay',
  ownerLabel: labels.owner,
  desiredAnnotation: annotations.desired,
};
