import type { CustomResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import type { StructuralSchema } from '../../../crds/structural/openApi.ts';
import type { Keyword } from './badFields.ts';

/** Definitions with something taken out, to see that a case notices. */

/** What is taken out: rules (by their messages, wherever they stand), or a keyword together with all rules. */
export type Mutation = { readonly rules: readonly string[] } | { readonly keyword: Keyword };

/** A mutation and where its definition is served. */
interface Mutant {
  readonly mutation: Mutation;
  readonly apiVersion: string;
}

/** Versions in a definition: the API server takes up to 1.5 MB. */
const versionsEach = 10;

/** The definition once for each mutation, as versions of a few definitions in groups of their own. */
export function mutants(
  definition: CustomResourceDefinition,
  mutations: readonly Mutation[],
): { readonly definitions: readonly CustomResourceDefinition[]; readonly mutants: readonly Mutant[] } {
  const groups = Array.from({ length: Math.ceil(mutations.length / versionsEach) }, (_, index) => ({
    group: `mutants-${index}.mainstay.dev`,
    mutations: mutations.slice(index * versionsEach, (index + 1) * versionsEach),
  }));
  return {
    definitions: groups.map(({ group, mutations }) => definitionOf(definition, group, mutations)),
    mutants: groups.flatMap(({ group, mutations }) =>
      mutations.map((mutation, index) => ({ mutation, apiVersion: `${group}/${versionName(index)}` })),
    ),
  };
}

function versionName(index: number): string {
  return `v${index + 1}`;
}

function definitionOf(
  { spec, ...definition }: CustomResourceDefinition,
  group: string,
  mutations: readonly Mutation[],
): CustomResourceDefinition {
  return {
    ...definition,
    metadata: { name: `${spec.names.plural}.${group}` },
    spec: {
      ...spec,
      group,
      names: { ...spec.names, shortNames: [], categories: [] },
      versions: spec.versions.flatMap((version) =>
        mutations.map((mutation, index) => ({
          ...version,
          name: versionName(index),
          storage: index === 0,
          schema: { openAPIV3Schema: mutate(version.schema.openAPIV3Schema, mutation) },
        })),
      ),
    },
  };
}

function mutate(schema: StructuralSchema, mutation: Mutation): StructuralSchema {
  const { description: _, ...rest } = schema;
  const { items, properties, additionalProperties } = rest;
  const inner = (child: StructuralSchema) => mutate(child, mutation);
  return takeOut(
    {
      ...rest,
      ...(items === undefined ? {} : { items: inner(items) }),
      ...(additionalProperties === undefined ? {} : { additionalProperties: inner(additionalProperties) }),
      ...(properties === undefined
        ? {}
        : {
            properties: Object.fromEntries(
              Object.entries(properties).map(([name, child]) => [name, inner(child)]),
            ),
          }),
    },
    mutation,
  );
}

function takeOut(schema: StructuralSchema, mutation: Mutation): StructuralSchema {
  const { 'x-kubernetes-validations': rules = [], ...rest } = schema;
  if ('rules' in mutation) {
    const left = rules.filter(({ message }) => !mutation.rules.includes(message));
    return left.length === 0 ? rest : { ...rest, 'x-kubernetes-validations': left };
  }
  switch (mutation.keyword) {
    case 'type':
      return rest;
    case 'unknown':
      return isOurs(schema) ? { ...rest, 'x-kubernetes-preserve-unknown-fields': true } : rest;
    case 'required': {
      const { required: _, ...optional } = withoutKeys(rest);
      return optional;
    }
    case 'distinct':
      return withoutKeys(rest);
    case 'minimum': {
      const { minimum: _, exclusiveMinimum: __, ...unbounded } = rest;
      return unbounded;
    }
    case 'maximum': {
      const { maximum: _, exclusiveMaximum: __, ...unbounded } = rest;
      return unbounded;
    }
    default: {
      const { [mutation.keyword]: _, ...without } = rest;
      return without;
    }
  }
}

/** An object of the spec or status; at the root and in metadata the API server keeps to its own. */
function isOurs({ properties }: StructuralSchema): boolean {
  return properties !== undefined && !('metadata' in properties) && !('generateName' in properties);
}

/** The keys of a list are required by Kubernetes itself. */
function withoutKeys({ 'x-kubernetes-list-map-keys': _, ...schema }: StructuralSchema): StructuralSchema {
  return schema['x-kubernetes-list-type'] === undefined
    ? schema
    : { ...schema, 'x-kubernetes-list-type': 'atomic' };
}
