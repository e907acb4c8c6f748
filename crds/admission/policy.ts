/** ValidatingAdmissionPolicies as plain objects, every default written out: what the server answers with equals what we ship. */
export interface AdmissionPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly metadata: Metadata;
  readonly spec: AdmissionPolicySpec;
}

export interface AdmissionPolicyBinding {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicyBinding';
  readonly metadata: Metadata;
  readonly spec: {
    readonly policyName: string;
    readonly matchResources?: Omit<MatchConstraints, 'resourceRules'>;
    readonly validationActions: readonly ['Deny'];
  };
}

/** A MutatingAdmissionPolicy or its binding as a plain object, every default written out. */
export interface MutatingPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'MutatingAdmissionPolicy' | 'MutatingAdmissionPolicyBinding';
  readonly metadata: Metadata;
  readonly spec: object;
}

export interface AdmissionPolicySpec {
  readonly failurePolicy: 'Fail';
  readonly matchConstraints: MatchConstraints;
  readonly matchConditions: readonly NamedExpression[];
  /** Absent where there are none: the API server keeps no empty list. */
  readonly variables?: readonly NamedExpression[];
  readonly validations: readonly Validation[];
}

interface MatchConstraints {
  readonly matchPolicy: 'Equivalent';
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  readonly resourceRules: readonly ResourceRule[];
}

interface ResourceRule {
  readonly apiGroups: readonly [string];
  readonly apiVersions: readonly [string];
  readonly resources: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
  readonly scope: 'Cluster' | 'Namespaced';
}

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** `message` is what is shown where `messageExpression` cannot be evaluated. */
export interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly messageExpression?: string;
  readonly reason: 'Forbidden' | 'Invalid';
}

type Metadata = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

/** A policy of this name; `description` is kept as an annotation, for whoever meets the policy in a cluster. */
export function definePolicy(
  name: string,
  description: string,
  spec: Omit<AdmissionPolicySpec, 'failurePolicy'>,
): AdmissionPolicy {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels: partOf, annotations: { 'kubernetes.io/description': description } },
    spec: { failurePolicy: 'Fail', ...spec },
  };
}

/**
 * A policy as it is shipped, without its selectors, and the binding that puts it in force, with them. What a binding selects
 * is looked at only for what the policy's rules match, but a policy's own selectors before its rules: by every write of
 * whatever kind, for which four policies of ours took a hundredth of all that an API server does.
 */
export function inForce(policy: AdmissionPolicy): readonly [AdmissionPolicy, AdmissionPolicyBinding] {
  const { matchPolicy, namespaceSelector, objectSelector } = policy.spec.matchConstraints;
  const matchConstraints = { ...policy.spec.matchConstraints, namespaceSelector: {}, objectSelector: {} };
  const selects = [namespaceSelector, objectSelector].some((selector) => Object.keys(selector).length > 0);
  return [
    { ...policy, spec: { ...policy.spec, matchConstraints } },
    {
      apiVersion: policy.apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: {
        name: policy.metadata.name,
        labels: partOf,
        annotations: { 'kubernetes.io/description': `Puts the policy ${policy.metadata.name} in force.` },
      },
      spec: {
        policyName: policy.metadata.name,
        ...(selects && { matchResources: { matchPolicy, namespaceSelector, objectSelector } }),
        validationActions: ['Deny'],
      },
    },
  ];
}

/** A CEL string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A CEL list of string literals. */
export function literals(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

export const partOf = { 'app.kubernetes.io/name': 'mainstay', 'app.kubernetes.io/part-of': 'mainstay' };
