import { hash } from 'node:crypto';
import {
  type NamedExpression,
  partOf,
  type Selector,
  type Validation,
} from '../../../crds/admission/policy.ts';
import { annotations, compiledPrefix, labels } from '../../../crds/policy/names.ts';
import type { Enforcement } from '../../../crds/policy/schema.ts';

export type { NamedExpression, Selector, Validation } from '../../../crds/admission/policy.ts';

/** What Policies are compiled into, every default written out: what the server answers with equals what was sent. */

export interface ValidatingPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly metadata: CompiledMetadata;
  readonly spec: ValidatingSpec;
}

export interface ValidatingBinding {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicyBinding';
  readonly metadata: CompiledMetadata;
  readonly spec: { readonly policyName: string; readonly validationActions: readonly [Enforcement] };
}

export interface MutatingPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'MutatingAdmissionPolicy';
  readonly metadata: CompiledMetadata;
  readonly spec: MutatingSpec;
}

export interface MutatingBinding {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'MutatingAdmissionPolicyBinding';
  readonly metadata: CompiledMetadata;
  readonly spec: { readonly policyName: string };
}

export type CompiledObject = ValidatingPolicy | ValidatingBinding | MutatingPolicy | MutatingBinding;

export interface ValidatingSpec extends Matching {
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly variables?: readonly NamedExpression[];
  readonly validations: readonly Validation[];
}

export interface MutatingSpec extends Matching {
  /** What a fix misses the rules still find. */
  readonly failurePolicy: 'Ignore';
  readonly reinvocationPolicy: 'Never';
  readonly variables?: readonly NamedExpression[];
  readonly mutations: readonly CompiledMutation[];
}

interface Matching {
  readonly matchConstraints: MatchConstraints;
  readonly matchConditions: readonly NamedExpression[];
}

export interface MatchConstraints {
  readonly matchPolicy: 'Equivalent';
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  readonly resourceRules: readonly ResourceRule[];
  readonly excludeResourceRules?: readonly ResourceRule[];
}

export interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
  readonly scope: '*' | 'Cluster' | 'Namespaced';
}

export type CompiledMutation =
  | { readonly patchType: 'ApplyConfiguration'; readonly applyConfiguration: { readonly expression: string } }
  | { readonly patchType: 'JSONPatch'; readonly jsonPatch: { readonly expression: string } };

interface CompiledMetadata {
  /** Says what is in it: another content has another name, so none is ever changed in place. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A validating policy and what puts it in force. */
export function validating(
  policies: readonly string[],
  enforcement: Enforcement,
  spec: ValidatingSpec,
): readonly [ValidatingPolicy, ValidatingBinding] {
  const metadata = metadataOf(policies, { enforcement, spec });
  return [
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata, spec },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name, validationActions: [enforcement] },
    },
  ];
}

/** A mutating policy and what puts it in force. */
export function mutating(
  policies: readonly string[],
  spec: MutatingSpec,
): readonly [MutatingPolicy, MutatingBinding] {
  const metadata = metadataOf(policies, spec);
  return [
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicy', metadata, spec },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name },
    },
  ];
}

/** The names of the Policies that a compiled object holds. */
export function policiesOf({
  metadata,
}: {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}): readonly string[] {
  return (metadata.annotations?.[annotations.policies] ?? '').split(',').filter((name) => name !== '');
}

function metadataOf(policies: readonly string[], content: object): CompiledMetadata {
  const names = [...new Set(policies)].toSorted();
  return {
    name: `${compiledPrefix}${digest(JSON.stringify([names, content]), 16)}`,
    labels: { ...partOf, [labels.compiled]: 'compiled' },
    annotations: {
      [annotations.policies]: names.join(','),
      'kubernetes.io/description': `Made of the Policies ${names.join(', ')}: change those (kubectl edit policies.mainstay.dev), and not this.`,
    },
  };
}

/** The first digits of the text's hash. */
export function digest(text: string, digits: number): string {
  return hash('sha256', text).slice(0, digits);
}

/** What is going must be able to go, whatever a Policy that came after it says. */
export const notBeingDeleted: NamedExpression = {
  name: 'not-being-deleted',
  expression: 'oldObject == null || !oldObject.?metadata.?deletionTimestamp.hasValue()',
};
