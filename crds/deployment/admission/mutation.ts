import { type NamedExpression, partOf } from '../../admission/policy.ts';
import type { MutatingPolicy } from '../../project/admission.ts';
import type { written } from './rules.ts';

interface Mutation {
  readonly on: Omit<typeof written, 'operations'> & { readonly operations: readonly ('CREATE' | 'UPDATE')[] };
  readonly when: NamedExpression;
  /** CEL: the operations of a JSON patch. */
  readonly patch: string;
}

/**
 * A policy that changes what is written, and its binding. Nobody counts on it: where it is not served (before Kubernetes
 * 1.36), or fails, the write goes through as it is.
 */
export function mutation(
  name: string,
  description: string,
  { on, when, patch }: Mutation,
): readonly MutatingPolicy[] {
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicy',
      metadata: { name, labels: partOf, annotations: { 'kubernetes.io/description': description } },
      spec: {
        failurePolicy: 'Ignore',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: [on],
        },
        matchConditions: [when],
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: patch } }],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: {
        name,
        labels: partOf,
        annotations: { 'kubernetes.io/description': `Puts the policy ${name} in force.` },
      },
      spec: { policyName: name },
    },
  ];
}
