import type { CustomResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import type { Rule } from '../../../crds/structural/metadata.ts';
import type { StructuralSchema } from '../../../crds/structural/openApi.ts';
import { type Keyword, says } from './badFields.ts';

/** Definitions with something taken out, to see that a case notices. */

/** What is taken out: rules (by their messages, wherever they stand), or a keyword together with all rules. */
type Mutation = { readonly rules: readonly string[] } | { readonly keyword: Keyword };

/** A mutation and where its definition is served. */
interface Mutant {
  readonly mutation: Mutation;
  readonly apiVersion: string;
}

/** Versions in a definition: the API server takes up to 1.5 MB. */
const versionsEach = 10;

/** Rules at a time: compiling them is most of what a definition costs the API server, and each is judged for itself. */
const rulesEach = 8;

/** Everything that can be taken out of a definition, and where it is served without it. */
export interface Planted {
  readonly definitions: readonly CustomResourceDefinition[];
  /** The messages of all rules. */
  readonly rules: readonly string[];
  /** The apiVersion where this is taken out. Throws for what is not in the definition. */
  without(taken: { readonly rule: string } | { readonly keyword: Keyword }): string;
}

/** `definition` without each of the rules of `root`, and without each keyword. */
export function plant(definition: CustomResourceDefinition, root: StructuralSchema): Planted {
  const rules = [...new Set(rulesOf(root).map(({ message }) => message))];
  const keywords = Object.keys(says).filter(
    (keyword): keyword is Keyword => keyword !== 'type' && keyword in says,
  );
  const ruleSets = Array.from({ length: Math.ceil(rules.length / rulesEach) }, (_, index) =>
    rules.slice(index * rulesEach, (index + 1) * rulesEach),
  );
  const { definitions, mutants: all } = mutants(definition, [
    ...ruleSets.map((some) => ({ rules: some })),
    ...keywords.map((keyword) => ({ keyword })),
  ]);
  return {
    definitions,
    rules,
    without: (taken) => {
      const mutant = all.find(({ mutation }) =>
        'rule' in taken
          ? 'rules' in mutation && mutation.rules.includes(taken.rule)
          : 'keyword' in mutation && mutation.keyword === taken.keyword,
      );
      if (mutant === undefined) throw new Error(`nothing was made without ${JSON.stringify(taken)}`);
      return mutant.apiVersion;
    },
  };
}

function rulesOf(schema: StructuralSchema): readonly Rule[] {
  const { items, additionalProperties, properties = {} } = schema;
  const below = [items, additionalProperties, ...Object.values(properties)];
  return [
    ...(schema['x-kubernetes-validations'] ?? []),
    ...below.flatMap((inner) => (inner === undefined ? [] : rulesOf(inner))),
  ];
}

/** The definition once for each mutation, as versions of a few definitions in groups of their own. */
function mutants(
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
