import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectKind } from '../../../crds/project/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import type { StructuralSchema } from '../../../crds/structural/openApi.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields } from './badFields.ts';
import { constraintsOf, triedBy } from './constraints.ts';
import { plant } from './mutants.ts';
import { projectWith } from './projects.ts';
import { openServer, type Server } from './server.ts';

/** A case that notices a rule is taken out: its bad Project is then taken. */

const definition = customResourceDefinition(projectKind);
const root: StructuralSchema = definition.spec.versions[0]?.schema.openAPIV3Schema ?? {};
const spec = root.properties?.spec ?? {};
const movesAnEnvironment =
  'an environment keeps its namespace: add another environment with the new namespace, and remove this one';
const planted = plant(definition, root);
const { rules, without } = planted;

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
