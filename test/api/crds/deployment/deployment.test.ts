import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podTemplateSchema } from '../../../../crds/deployment/generated/podTemplate.ts';
import { deploymentKind } from '../../../../crds/deployment/kind.ts';
import { podTemplateSchemaOf } from '../../../../crds/deployment/podTemplate/generate.ts';
import { deploymentSpec } from '../../../../crds/deployment/schema.ts';
import { customResourceDefinition } from '../../../../crds/structural/customResourceDefinition.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { says } from '../badFields.ts';
import { complaintAbout, complaints, openServer, type Server } from '../server.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields, badTemplates } from './badFields.ts';
import { type Base, baseOf, deploymentWith } from './deployments.ts';

const definition = customResourceDefinition(deploymentKind);
const bases: readonly Base[] = ['canary', 'blueGreen', 'abTest', 'rolling', 'plain', 'selective'];
let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
});
afterAll(async () => {
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

it.for(bases)('a Deployment that uses every field is taken: %s', async (base) => {
  expect(await server.submit(deploymentWith({}, base))).toBeUndefined();
});

it('the schema of a pod template is that of the Kubernetes that runs', async () => {
  const { text } = await server.kubectl(['get', '--raw', '/openapi/v3/apis/apps/v1']);
  expect(podTemplateSchema).toEqual(podTemplateSchemaOf(JSON.parse(text)));
});

describe('a bad value is refused with its field named, and the good one taken', () => {
  it.for([...badFields, ...badTemplates])('%s %s', async ([by, at, bad, good, blames = at]) => {
    const refusal = await server.submit(deploymentWith({ [at]: bad }, baseOf(at)));
    expect(complaintAbout(blames, refusal)).toMatch(says[by]);
    expect(await server.submit(deploymentWith({ [at]: good }, baseOf(at)))).toBeUndefined();
  });
});

describe('a bad combination is refused with its field named, and the good one taken', () => {
  it.for(badCombinations)('$blames: $rule $bad', async ({ rule, base, bad, good, blames, says = rule }) => {
    const refusal = await server.submit(deploymentWith(bad, base));
    expect(complaintAbout(blames, refusal)).toContain(says);
    expect(complaints(refusal), 'no other rule complains').toHaveLength(1);
    expect(await server.submit(deploymentWith({ ...bad, ...good }, base))).toBeUndefined();
  });
});

describe('the schema in TypeScript says the same', () => {
  // Of maps and lists zod knows neither sizes nor duplicates.
  const unknownToZod = ['minProperties', 'maxProperties', 'distinct'];
  const verdict = (at: string, value: unknown) =>
    deploymentSpec.safeParse(deploymentWith({ [at]: value }, baseOf(at)).spec).success;

  it.for(badFields.filter(([by]) => !unknownToZod.includes(by)))('%s %s', ([, at, bad, good]) => {
    expect([verdict(at, bad), verdict(at, good)]).toEqual([false, true]);
  });
});

describe('absurd sizes', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

  it.for([
    ['10,000 steps', 'spec.strategy.canary.steps', many(10_000).map(() => ({ pause: {} }))],
    ['10,000 metrics', 'spec.analysis.metrics', many(10_000).map((name) => ({ name, query: 'up', max: 1 }))],
    ['a query of a megabyte', 'spec.analysis.metrics[3].query', 'a'.repeat(1_000_000)],
    ['a duration of 100,000 characters', 'spec.traffic.drain', '1'.repeat(100_000)],
  ] as const)('%s: refused by the bound, with the field named', async ([, at, value]) => {
    expect(complaintAbout(at, await server.submit(deploymentWith({ [at]: value })))).toMatch(
      /Too (many|long)/,
    );
  });

  it('the largest that the bounds let through is taken: no rule costs more than the server grants', async () => {
    const long = (index: number) => `${'m'.repeat(60)}${index}`;
    const names = many(16).map((_, index) => long(index));
    const conditions = many(8).map((name) => ({ name, value: 'v'.repeat(32) }));
    const match = { headers: conditions, cookies: conditions, query: conditions };
    const step = {
      weight: 50,
      replicas: '50%',
      match: many(8).map(() => match),
      analysis: { duration: '11111h11111m11111s', metrics: names },
    };
    const labels = Object.fromEntries(many(32).map((key) => [`example.com/${key}`, 'l'.repeat(63)]));
    const values = ['l'.repeat(63), ...many(31)];
    const changes = {
      'spec.selector.matchLabels': labels,
      'spec.template.metadata.labels': labels,
      'spec.strategy.canary.steps': many(32).map(() => step),
      'spec.analysis.metrics': names.map((name) => ({ name, query: 'q'.repeat(4096), max: '1%' })),
      'spec.traffic.gateway.hostnames': many(16).map((name) => `${name}.shop.example.com`),
      'spec.traffic.gateway.preview.hostnames': many(16).map((name) => `${name}.preview.example.com`),
    };
    expect(await server.submit(deploymentWith(changes))).toBeUndefined();
    const selector = {
      'spec.selector.matchLabels': labels,
      'spec.template.metadata.labels': labels,
      'spec.selector.matchExpressions': many(16).map((name) => ({
        key: `example.com/${name}`,
        operator: 'In',
        values,
      })),
    };
    expect(await server.submit(deploymentWith(selector, 'selective'))).toBeUndefined();
  });
});

describe('the selector never changes', () => {
  const living = deploymentWith({ 'metadata.name': 'steady' }, 'plain');
  const changed = (changes: Readonly<Record<string, unknown>>) =>
    server.resubmit(deploymentWith({ 'metadata.name': 'steady', ...changes }, 'plain'));

  beforeAll(() => server.create(living));
  afterAll(() => server.remove(living));

  it.for([
    ['another label', { 'spec.selector.matchLabels': { app: 'checkout', tier: 'web' } }],
    ['another expression', { 'spec.selector.matchExpressions': [{ key: 'app', operator: 'Exists' }] }],
  ] as const)('%s is refused, and what to do instead is said', async ([, changes]) => {
    expect(complaintAbout('spec.selector', await changed(changes))).toContain(
      'the selector never changes: make a Deployment of another name',
    );
  });

  it('everything else does', async () => {
    const changes = { 'spec.replicas': 3, 'spec.template.metadata.labels.more': 'x', 'spec.strategy': {} };
    expect(await changed(changes)).toBeUndefined();
  });
});
