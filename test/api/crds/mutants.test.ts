import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectKind } from '../../../crds/project/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import type { Rule } from '../../../crds/structural/metadata.ts';
import type { StructuralSchema } from '../../../crds/structural/openApi.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields, type Keyword, says } from './badFields.ts';
import { constraintsOf, triedBy } from './constraints.ts';
import { type Mutation, mutants } from './mutants.ts';
import { projectWith } from './projects.ts';
import { openServer, type Server } from './server.ts';

/** A case that notices a rule is taken out: its bad Project is then taken. */

const definition = customResourceDefinition(projectKind);
const root: StructuralSchema = definition.spec.versions[0]?.schema.openAPIV3Schema ?? {};
const spec = root.properties?.spec ?? {};
const movesAnEnvironment =
  'an environment keeps its namespace: add another environment with the new namespace, and remove this one';
const rules = [...new Set(rulesOf(root).map(({ message }) => message))];
const keywords = Object.keys(says).filter(
  (keyword): keyword is Keyword => keyword !== 'type' && keyword in says,
);
/**
 * Some rules at a time: compiling them is most of what a definition costs the API server. It proves the same, since
 * rules are judged each for itself, and project.test.ts sees that of all rules only the one complains.
 */
const rulesEach = 8;
const ruleSets = Array.from({ length: Math.ceil(rules.length / rulesEach) }, (_, index) =>
  rules.slice(index * rulesEach, (index + 1) * rulesEach),
);
const mutations: readonly Mutation[] = [
  ...ruleSets.map((rules) => ({ rules })),
  ...keywords.map((keyword) => ({ keyword })),
];
const planted = mutants(definition, mutations);

let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig());
  for (const definition of planted.definitions) await server.install(definition);
});

afterAll(async () => {
  await Promise.all(planted.definitions.map((definition) => server.uninstall(definition)));
  await server[Symbol.asyncDispose]();
});

describe('every rule', () => {
  it('has a case', () => {
    const tried = [...badCombinations.map(({ rule }) => rule), movesAnEnvironment];
    expect(rules.filter((rule) => !tried.includes(rule))).toEqual([]);
    expect(tried.filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  it.for(badCombinations)('is what refuses: $rule $bad', async ({ rule, bad }) => {
    expect(await server.submit({ ...projectWith(bad), apiVersion: without({ rule }) })).toBeUndefined();
  });

  it('is what refuses to move an environment', async () => {
    const apiVersion = without({ rule: movesAnEnvironment });
    const living = { ...projectWith({ 'metadata.name': 'moving' }), apiVersion };
    const moved = projectWith({ 'metadata.name': 'moving', 'spec.environments[2].namespace': 'elsewhere' });
    await server.create(living);
    expect(await server.resubmit({ ...moved, apiVersion })).toBeUndefined();
    await server.remove(living);
  });
});

describe('every constraint', () => {
  it('has a case', () => {
    const tried = new Set(badFields.flatMap((field) => triedBy(field, root)));
    const name = constraintsOf(root.properties?.metadata?.properties?.name ?? {}, 'name');
    expect([...constraintsOf(spec), ...name].filter((constraint) => !tried.has(constraint))).toEqual([]);
  });

  it.for(badFields.filter(([by]) => by !== 'type'))('is what refuses: %s %s', async ([keyword, at, bad]) => {
    const apiVersion = without({ keyword });
    expect(await server.submit({ ...projectWith({ [at]: bad }), apiVersion })).toBeUndefined();
  });
});

/** Where the definition without it is served. */
function without(taken: { readonly rule: string } | { readonly keyword: Keyword }): string {
  const mutant = planted.mutants.find(({ mutation }) =>
    'rule' in taken
      ? 'rules' in mutation && mutation.rules.includes(taken.rule)
      : 'keyword' in mutation && mutation.keyword === taken.keyword,
  );
  if (mutant === undefined) throw new Error(`nothing was made without ${JSON.stringify(taken)}`);
  return mutant.apiVersion;
}

function rulesOf(schema: StructuralSchema): readonly Rule[] {
  const { items, additionalProperties, properties = {} } = schema;
  const below = [items, additionalProperties, ...Object.values(properties)];
  return [
    ...(schema['x-kubernetes-validations'] ?? []),
    ...below.flatMap((inner) => (inner === undefined ? [] : rulesOf(inner))),
  ];
}
