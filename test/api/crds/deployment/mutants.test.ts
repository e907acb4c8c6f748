import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKind } from '../../../../crds/deployment/kind.ts';
import {
  type CustomResourceDefinition,
  customResourceDefinition,
} from '../../../../crds/structural/customResourceDefinition.ts';
import { foreign, type StructuralSchema } from '../../../../crds/structural/openApi.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { constraintsOf, triedBy } from '../constraints.ts';
import { plant } from '../mutants.ts';
import { openServer, type Server } from '../server.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields } from './badFields.ts';
import { baseOf, deploymentWith } from './deployments.ts';

/** A case that notices a rule is taken out: its bad Deployment is then taken. */

const definition = customResourceDefinition(deploymentKind);
const root: StructuralSchema = definition.spec.versions[0]?.schema.openAPIV3Schema ?? {};
const changesTheSelector =
  'the selector never changes: make a Deployment of another name, and delete this one once it runs';
const planted = plant(withoutPods(definition), root);
const { rules, without } = planted;

let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  for (const definition of planted.definitions) await server.install(definition);
});

afterAll(async () => {
  await Promise.all(planted.definitions.map((definition) => server.uninstall(definition)));
  await server[Symbol.asyncDispose]();
});

describe('every rule', () => {
  it('has a case', () => {
    const tried = [...badCombinations.map(({ rule }) => rule), changesTheSelector];
    expect(rules.filter((rule) => !tried.includes(rule))).toEqual([]);
    expect(tried.filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  it.for(badCombinations)('is what refuses: $rule $bad', async ({ rule, base, bad }) => {
    expect(
      await server.submit({ ...deploymentWith(bad, base), apiVersion: without({ rule }) }),
    ).toBeUndefined();
  });

  it('is what refuses to change the selector', async () => {
    const apiVersion = without({ rule: changesTheSelector });
    const named = { 'metadata.name': 'steady' };
    const living = { ...deploymentWith(named, 'plain'), apiVersion };
    const selector = { matchLabels: { app: 'checkout', tier: 'web' } };
    await server.create(living);
    expect(
      await server.resubmit({
        ...deploymentWith({ ...named, 'spec.selector': selector }, 'plain'),
        apiVersion,
      }),
    ).toBeUndefined();
    await server.remove(living);
  });
});

describe('every constraint', () => {
  it('has a case', () => {
    const tried = new Set(badFields.flatMap((field) => triedBy(field, root)));
    const constraints = [...constraintsOf(root.properties?.spec ?? {})];
    expect(constraints.filter((constraint) => !tried.has(constraint))).toEqual([]);
  });

  it.for(badFields.filter(([by]) => by !== 'type'))('is what refuses: %s %s', async ([keyword, at, bad]) => {
    const apiVersion = without({ keyword });
    expect(await server.submit({ ...deploymentWith({ [at]: bad }, baseOf(at)), apiVersion })).toBeUndefined();
  });
});

/** Of a pod template only what rules read: the rest is three quarters of a definition, and the same in every mutant. */
function withoutPods(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { spec } = definition;
  return {
    ...definition,
    spec: {
      ...spec,
      versions: spec.versions.map((version) => ({
        ...version,
        // The scale subresource has bounds of its own for replicas.
        subresources: { status: {} },
        schema: { openAPIV3Schema: withLabelsOnly(version.schema.openAPIV3Schema) },
      })),
    },
  };
}

function withLabelsOnly(schema: StructuralSchema): StructuralSchema {
  const { items, properties } = schema;
  const metadata = properties?.metadata?.properties?.labels;
  if (schema[foreign]) {
    const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
    return metadata === undefined
      ? any
      : { ...any, properties: { metadata: { ...any, properties: { labels: metadata } } } };
  }
  return {
    ...schema,
    ...(items === undefined ? {} : { items: withLabelsOnly(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, withLabelsOnly(property)]),
          ),
        }),
  };
}
