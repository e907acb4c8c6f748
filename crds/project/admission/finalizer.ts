import { finalizers, group, version } from '../names.ts';
import { literal, partOf } from './policy.ts';

/** A MutatingAdmissionPolicy as a plain object, every default written out. */
export interface MutatingPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'MutatingAdmissionPolicy' | 'MutatingAdmissionPolicyBinding';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

const name = 'mainstay-project-finalizer';
const finalizer = literal(finalizers.project);

/**
 * Gives a Project its finalizer as it is created, so that there is no moment without, and no write for it: that write
 * would be a seventh of what making a Project costs the API server. The field is nobody's then, and so no apply takes it
 * off. Where this is not served (before Kubernetes 1.36), or cannot be decided, the operator sets it.
 */
export const finalizerAtCreation: readonly MutatingPolicy[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: {
      name,
      labels: partOf,
      annotations: { 'kubernetes.io/description': 'A Project has its finalizer from the first moment on.' },
    },
    spec: {
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [
          {
            apiGroups: [group],
            apiVersions: [version],
            resources: ['projects'],
            operations: ['CREATE'],
            scope: 'Cluster',
          },
        ],
      },
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression: [
              `!has(object.metadata.finalizers) ? [JSONPatch{op: 'add', path: '/metadata/finalizers', value: [${finalizer}]}]`,
              `${finalizer} in object.metadata.finalizers ? []`,
              `[JSONPatch{op: 'add', path: '/metadata/finalizers/-', value: ${finalizer}}]`,
            ].join(' : '),
          },
        },
      ],
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
