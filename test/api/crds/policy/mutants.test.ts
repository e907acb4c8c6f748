import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyKind } from '../../../../crds/policy/kind.ts';
import { customResourceDefinition } from '../../../../crds/structural/customResourceDefinition.ts';
import type { StructuralSchema } from '../../../../crds/structural/openApi.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { constraintsOf, triedBy } from '../constraints.ts';
import { plant } from '../mutants.ts';
import { openServer, type Server } from '../server.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields } from './badFields.ts';
import { baseOf, policyWith } from './policies.ts';

/** A case that notices a rule is taken out: its bad Policy is then taken. */

const definition = customResourceDefinition(policyKind);
const root: StructuralSchema = definition.spec.versions[0]?.schema.openAPIV3Schema ?? {};
const planted = plant(definition, root);
const { rules, without } = planted;

let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'policies');
  for (const definition of planted.definitions) await server.install(definition);
});

afterAll(async () => {
  await Promise.all(planted.definitions.map((definition) => server.uninstall(definition)));
  await server[Symbol.asyncDispose]();
});

describe('every rule', () => {
  it('has a case', () => {
    const tried = badCombinations.map(({ rule }) => rule);
    expect(rules.filter((rule) => !tried.includes(rule))).toEqual([]);
    expect(tried.filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  it.for(badCombinations)('is what refuses: $rule $bad', async ({ rule, base, bad }) => {
    expect(await server.submit({ ...policyWith(bad, base), apiVersion: without({ rule }) })).toBeUndefined();
  });
});

describe('every constraint', () => {
  it('has a case', () => {
    const tried = new Set(badFields.flatMap((field) => triedBy(field, root)));
    const constraints = [...constraintsOf(root.properties?.spec ?? {})];
    expect(constraints.filter((constraint) => !tried.has(constraint))).toEqual([]);
  });

  // Of these there is a bound for the API server's estimate; what is beyond it another constraint refuses as well.
  const bounded = ['maxItems spec.match.resources[0].operations', 'maxLength spec.exceptions[0].expires'];

  it.for(
    badFields.filter(([by, at]) => by !== 'type' && !bounded.includes(`${by} ${at}`)),
  )('is what refuses: %s %s', async ([keyword, at, bad]) => {
    const apiVersion = without({ keyword });
    expect(await server.submit({ ...policyWith({ [at]: bad }, baseOf(at)), apiVersion })).toBeUndefined();
  });
});
