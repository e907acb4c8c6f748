import { partOf } from '../../../crds/admission/policy.ts';
import { probeName } from '../../../crds/policy/names.ts';
import type { DesiredObject } from '../../../operator/apply/desired.ts';
import type { Owner } from '../../../operator/apply/identity.ts';
import type { CompiledObject } from '../compile/index.ts';
import { ownersOf } from './desired.ts';
import { compiledResources } from './live.ts';
import type { Origin } from './origins.ts';

/** Not `together`: what is compiled is told apart from what only tells whether that is in force. */
export const probing: Owner = { uid: 'probe' };

/** On a Lease that is never made: the state that it asks about. */
export const probeLabel = 'mainstay.dev/probe';

/** A policy and what puts it in force, by which only a request is denied that asks about this very state. */
export function probed(
  state: string,
  mutating: boolean,
  origins: readonly Origin[],
): readonly DesiredObject[] {
  const own: readonly ProbeObject[] = [
    {
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints,
        matchConditions: [],
        validations: [
          {
            expression: isNot('labels', state) + (mutating ? ` || ${isNot('annotations', state)}` : ''),
            message: `Requests are judged by state ${state} of Policies.`,
            reason: 'Invalid',
          },
        ],
      },
    },
    { kind: 'ValidatingAdmissionPolicyBinding', spec: { ...binding(state), validationActions: ['Deny'] } },
    ...(mutating ? marking(state) : []),
  ];
  return own.map(({ kind, spec }) => ({
    resource: compiledResources[kind],
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: {
        name: probeName,
        labels: partOf,
        annotations: { 'kubernetes.io/description': description },
        ownerReferences: ownersOf(origins),
      },
      spec,
    },
    whole: [{ path: ['spec'] }],
  }));
}

interface ProbeObject {
  readonly kind: CompiledObject['kind'];
  readonly spec: object;
}

const description =
  'Tells the operator whether the API server judges by what Policies are compiled into. It denies nothing but what the operator asks with.';

const matchConstraints = {
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: { matchExpressions: [{ key: probeLabel, operator: 'Exists' }] },
  resourceRules: [
    {
      apiGroups: ['coordination.k8s.io'],
      apiVersions: ['v1'],
      operations: ['CREATE'],
      resources: ['leases'],
      scope: '*',
    },
  ],
} as const;

/** The state is in the binding too: it comes to the API server by a watch of its own. */
function binding(state: string) {
  return {
    policyName: probeName,
    matchResources: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: { matchLabels: { [probeLabel]: state } },
    },
  };
}

/** Marks what is asked with, so that the other policy sees whether mutations are in force. */
function marking(state: string): readonly ProbeObject[] {
  const expression = `Object{metadata: Object.metadata{annotations: {'${probeLabel}': '${state}'}}}`;
  return [
    {
      kind: 'MutatingAdmissionPolicy',
      spec: {
        failurePolicy: 'Ignore',
        reinvocationPolicy: 'Never',
        matchConstraints,
        matchConditions: [],
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
      },
    },
    { kind: 'MutatingAdmissionPolicyBinding', spec: binding(state) },
  ];
}

function isNot(field: 'labels' | 'annotations', state: string): string {
  return `object.metadata.?${field}[?'${probeLabel}'].orValue('') != '${state}'`;
}
