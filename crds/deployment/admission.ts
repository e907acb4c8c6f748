/** The admission policies that come with the kind Deployment. */

import { inForce } from '../admission/policy.ts';
import type { AdmissionPolicy, AdmissionPolicyBinding, MutatingPolicy } from '../project/admission.ts';
import { handover } from './admission/handover.ts';
import { hold } from './admission/hold.ts';
import { operatorMakes, place } from './admission/operator.ts';
import { requests } from './admission/requests.ts';

/** What is installed beside the definition. */
export const deploymentAdmission: readonly (AdmissionPolicy | AdmissionPolicyBinding | MutatingPolicy)[] = [
  ...requests,
  ...hold,
  ...[handover, operatorMakes, place].flatMap(inForce),
];
