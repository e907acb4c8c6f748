/** What is in the cluster, for tests. */

import { annotations, labels } from '../../../crds/policy/names.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { aCandidate } from '../compile/builders.ts';
import { desiredOf } from './desired.ts';
import type { Examination } from './examination.ts';
import { type Live, liveOf } from './live.ts';
import type { AdmissionPlan, Wanted } from './plan.ts';

export const taken: Examination = { state: 'Taken', findings: [], proven: true };

export const refused: Examination = {
  state: 'Refused',
  findings: [
    { weight: 'Refused', reason: 'InvalidExpression', field: 'spec.rules[0].expression', message: 'no' },
  ],
  proven: false,
};

/** Good, and as it was first written. */
export function aWanted(
  name: string,
  fields: Partial<PolicySpec> = {},
  more: Partial<Omit<Wanted, 'spec'>> = {},
): Wanted {
  const { spec, enforcement } = aCandidate(name, fields);
  return { name, uid: `uid-of-${name}`, generation: 1, spec, enforcement, examination: taken, ...more };
}

/** Everything that a plan asks for, as the cluster has it. */
export function standing(plan: AdmissionPlan): readonly Live[] {
  const made = plan.compiled.objects.map((object) => {
    const desired = desiredOf(object, plan.origins, plan.slots.get(object.metadata.name) ?? '').object;
    return asApplied({
      ...desired,
      metadata: {
        ...desired.metadata,
        labels: { ...desired.metadata.labels, [labels.compiled]: 'compiled' },
      },
    });
  });
  const lister = (kind: string) => ({ list: () => made.filter((object) => object.kind === kind) });
  return liveOf({
    validatingPolicies: lister('ValidatingAdmissionPolicy'),
    validatingBindings: lister('ValidatingAdmissionPolicyBinding'),
    mutatingPolicies: lister('MutatingAdmissionPolicy'),
    mutatingBindings: lister('MutatingAdmissionPolicyBinding'),
  });
}

/** With our entry in managedFields for its marks. */
export function asApplied<T extends KubernetesObject>(object: T): T {
  const fieldsV1 = {
    'f:metadata': {
      'f:labels': { [`f:${labels.compiled}`]: {} },
      'f:annotations': { [`f:${annotations.origins}`]: {} },
    },
  };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: [{ manager: 'mainstay', operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1 }],
    },
  };
}
