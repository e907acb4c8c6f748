import type * as z from 'zod';
import type { Rule } from './metadata.ts';
import type { StructuralSchema } from './openApi.ts';
import { NotStructuralError } from './refusal.ts';
import { unboundedBelowRules, unplacedRules } from './ruleContext.ts';
import { structuralSchema } from './structuralSchema.ts';

/** A kind of ours: everything its CustomResourceDefinition says. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Cluster' | 'Namespaced';
  /** What the kind is for: the first lines of `kubectl explain`. */
  readonly description: string;
  /** What `metadata.name` must look like, narrower than Kubernetes' own rule. */
  readonly name?: { readonly maxLength: number; readonly pattern: string };
  readonly spec: z.core.$ZodType;
  readonly status: z.core.$ZodType;
  /** Rules over the whole object: `self.metadata.name`, `self.spec`, `self.status`. */
  readonly rules?: readonly Rule[];
  readonly columns: readonly PrinterColumn[];
  readonly scale?: Scale;
  /** RBAC verbs of the kind's own, for whoever may write it. */
  readonly verbs?: readonly string[];
  /** What guards the kind in the API server itself, installed with the definition: admission policies and their bindings. */
  readonly admission?: readonly AdmissionObject[];
}

/** An object of `admissionregistration.k8s.io`. */
interface AdmissionObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** Above 0: shown with `-o wide` only. */
  readonly priority?: number;
}

/** Where `kubectl scale` and autoscalers find their numbers. */
export interface Scale {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** A CustomResourceDefinition of `apiextensions.k8s.io/v1`, as far as we write it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Cluster' | 'Namespaced';
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly conversion: { readonly strategy: 'None' };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
      readonly subresources: { readonly status: Record<string, never>; readonly scale?: Scale };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
    }[];
  };
}

/**
 * The definition that makes the API server serve a kind.
 *
 * @throws NotStructuralError naming every field that cannot be said
 */
export function customResourceDefinition(kind: Kind): CustomResourceDefinition {
  const { group, version, plural, singular, shortNames, categories, scope, scale } = kind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind: kind.kind, listKind: `${kind.kind}List`, plural, singular, shortNames, categories },
      conversion: { strategy: 'None' },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: objectSchema(kind) },
          subresources: { status: {}, ...(scale === undefined ? {} : { scale }) },
          additionalPrinterColumns: kind.columns,
        },
      ],
    },
  };
}

function objectSchema(kind: Kind): StructuralSchema {
  const rules = kind.rules === undefined ? {} : { 'x-kubernetes-validations': kind.rules };
  const properties = {
    metadata: metadataSchema(kind.name),
    spec: structuralSchema(kind.spec, 'spec'),
    status: wholeStatus(kind),
  };
  const own: StructuralSchema = { type: 'object', properties, ...rules };
  const refusals = [...unplacedRules(own, kind.kind), ...unboundedBelowRules(own, kind.kind)];
  if (refusals.length > 0) throw new NotStructuralError(refusals);
  return {
    description: kind.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: `\`${kind.group}/${kind.version}\`.` },
      kind: { type: 'string', description: `\`${kind.kind}\`.` },
      ...properties,
    },
    ...rules,
  };
}

/**
 * A status has one writer, who writes all of it. So that the API server need not remember for each field whose it is, which
 * would be as much again in each object, nor merge field by field.
 */
function wholeStatus(kind: Kind): StructuralSchema {
  return { ...structuralSchema(kind.status, 'status'), 'x-kubernetes-map-type': 'atomic' };
}

/** The API server counts with the name's bound in rules only where generateName is declared as well. */
function metadataSchema(name: Kind['name']): StructuralSchema {
  if (name === undefined) return { type: 'object' };
  return {
    type: 'object',
    properties: { name: { type: 'string', ...name }, generateName: { type: 'string', maxLength: 253 } },
  };
}
