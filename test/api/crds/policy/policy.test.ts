import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyKind } from '../../../../crds/policy/kind.ts';
import { policySpec } from '../../../../crds/policy/schema.ts';
import { customResourceDefinition } from '../../../../crds/structural/customResourceDefinition.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { says } from '../badFields.ts';
import { complaintAbout, complaints, openServer, type Server } from '../server.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields } from './badFields.ts';
import { type Base, baseOf, policyWith } from './policies.ts';

const definition = customResourceDefinition(policyKind);
const bases: readonly Base[] = ['workloads', 'resources'];
let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'policies');
  await server.install(definition);
});
afterAll(async () => {
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

it.for(bases)('a Policy that uses every field is taken: %s', async (base) => {
  expect(await server.submit(policyWith({}, base))).toBeUndefined();
});

it('a Policy as the documentation begins with is taken', async () => {
  const spec = {
    match: { workloads: true },
    rules: [
      {
        name: 'no-latest',
        expression: "!podSpec.containers.exists(c, c.image.endsWith(':latest'))",
        message: 'name a version',
      },
    ],
  };
  expect(await server.submit({ ...policyWith({}), ...{ spec } })).toBeUndefined();
});

describe('a bad value is refused with its field named, and the good one taken', () => {
  it.for(badFields)('%s %s', async ([by, at, bad, good, blames = at]) => {
    const refusal = await server.submit(policyWith({ [at]: bad }, baseOf(at)));
    expect(complaintAbout(blames, refusal)).toMatch(says[by]);
    expect(await server.submit(policyWith({ [at]: good }, baseOf(at)))).toBeUndefined();
  });
});

describe('a bad combination is refused with its field named, and the good one taken', () => {
  it.for(badCombinations)('$blames: $rule $bad', async ({ rule, base, bad, good, blames }) => {
    const refusal = await server.submit(policyWith(bad, base));
    expect(complaintAbout(blames, refusal)).toContain(rule);
    expect(complaints(refusal), 'no other rule complains').toHaveLength(1);
    expect(await server.submit(policyWith({ ...bad, ...good }, base))).toBeUndefined();
  });
});

describe('the schema in TypeScript says the same', () => {
  // Of maps and lists zod knows neither sizes nor duplicates.
  const unknownToZod = ['minProperties', 'maxProperties', 'distinct'];
  const verdict = (at: string, value: unknown) =>
    policySpec.safeParse(policyWith({ [at]: value }, baseOf(at)).spec).success;

  it.for(badFields.filter(([by, at]) => !unknownToZod.includes(by) && at.startsWith('spec')))('%s %s', ([
    ,
    at,
    bad,
    good,
  ]) => {
    expect([verdict(at, bad), verdict(at, good)]).toEqual([false, true]);
  });
});

describe('absurd sizes', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

  it.for([
    [
      '10,000 rules',
      'spec.rules',
      many(10_000).map((name) => ({ name, expression: 'true', message: 'why' })),
    ],
    ['10,000 namespaces', 'spec.match.namespaces', many(10_000)],
    ['an expression of a megabyte', 'spec.rules[0].expression', 'a'.repeat(1_000_000)],
  ] as const)('%s: refused by the bound, with the field named', async ([, at, value]) => {
    expect(complaintAbout(at, await server.submit(policyWith({ [at]: value })))).toMatch(/Too (many|long)/);
  });

  it('the largest that the bounds let through is taken: no rule costs more than the server grants', async () => {
    const labels = Object.fromEntries(many(8).map((key) => [`example.com/${key}`, 'l'.repeat(63)]));
    const selector = {
      matchLabels: labels,
      matchExpressions: many(8).map((key) => ({ key, operator: 'In', values: many(16) })),
    };
    const scope = {
      projects: many(64),
      environments: many(16),
      namespaces: many(64),
      kinds: many(16).map((name) => `K${name}`),
      names: many(32).map((name) => `${name}-*`),
      namespaceSelector: selector,
      objectSelector: selector,
    };
    const changes = {
      'spec.match.exclude': many(16).map(() => scope),
      'spec.match.resources': many(16).map((group) => ({
        apiGroups: many(8).map((name) => `${group}.${name}`),
        resources: many(16).map((name) => `${name}/${'s'.repeat(60)}`),
      })),
      'spec.exceptions': many(32).map((name) => ({ name, match: scope, reason: 'r'.repeat(1024) })),
      'spec.rules': many(32).map((name) => ({
        name,
        expression: 'e'.repeat(8192),
        message: 'm'.repeat(1024),
      })),
      'spec.variables': many(32).map((name) => ({ name, expression: 'e'.repeat(8192) })),
    };
    expect(await server.submit(policyWith(changes, 'resources'))).toBeUndefined();
  });
});
