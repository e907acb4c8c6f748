import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectKind } from '../../../crds/project/kind.ts';
import { projectSpec } from '../../../crds/project/schema.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields, says } from './badFields.ts';
import { projectWith } from './projects.ts';
import { complaintAbout, complaints, openServer, type Server } from './server.ts';

let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig());
  await server.install(customResourceDefinition(projectKind));
});
afterAll(() => server[Symbol.asyncDispose]());

it('a Project that uses every field is taken', async () => {
  expect(await server.submit(projectWith({}))).toBeUndefined();
});

it('a Project of one environment and nothing else is taken', async () => {
  expect(await server.submit(projectWith({ spec: { environments: [{ name: 'dev' }] } }))).toBeUndefined();
});

describe('a bad value is refused with its field named, and the good one taken', () => {
  it.for(badFields)('%s %s', async ([by, at, bad, good, blames = at]) => {
    const refusal = await server.submit(projectWith({ [at]: bad }));
    expect(complaintAbout(answered(blames), refusal)).toMatch(says[by]);
    expect(await server.submit(projectWith({ [at]: good }))).toBeUndefined();
  });
});

/** The API server writes every name after a dot. */
const answered = (path: string) => path.replace(/\["([^"]+)"\]/, '.$1');

describe('a bad combination is refused with its field named, and the good one taken', () => {
  it.for(badCombinations)('$blames: $rule $bad', async ({ rule, bad, good, blames, says = rule }) => {
    const refusal = await server.submit(projectWith(bad));
    expect(complaintAbout(blames, refusal)).toContain(says);
    expect(complaints(refusal), 'no other rule complains').toHaveLength(1);
    expect(await server.submit(projectWith({ ...bad, ...good }))).toBeUndefined();
  });
});

describe('the schema in TypeScript says the same', () => {
  // Of maps and lists zod knows neither sizes nor duplicates, and of metadata nothing.
  const unknownToZod = ['minProperties', 'maxProperties', 'distinct'];
  const known = badFields.filter(([by, at]) => !unknownToZod.includes(by) && at.startsWith('spec'));
  const verdict = (at: string, value: unknown) =>
    projectSpec.safeParse(Reflect.get(projectWith({ [at]: value }), 'spec')).success;

  it.for(known)('%s %s', ([, at, bad, good]) => {
    expect([verdict(at, bad), verdict(at, good)]).toEqual([false, true]);
  });
});

describe('absurd sizes', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `e${index}` }));

  it.for([
    ['10,000 environments', 'spec.environments', many(10_000)],
    ['a description of a megabyte', 'spec.description', 'a'.repeat(1_000_000)],
    ['a name of 100,000 characters', 'spec.environments[0].name', 'a'.repeat(100_000)],
    ['10,000 owners', 'spec.owners', many(10_000).map(({ name }) => ({ kind: 'User', name }))],
  ] as const)('%s: refused by the bound, with the field named', async ([, at, value]) => {
    expect(complaintAbout(at, await server.submit(projectWith({ [at]: value })))).toMatch(/Too (many|long)/);
  });

  it('a Project of 32 environments with 32 rules each is taken: no rule costs more than the server grants', async () => {
    const labels = { 'example.com/team': 'monitoring', 'example.com/tier': 'backend' };
    const peer = { namespaceSelector: { matchLabels: labels }, podSelector: { matchLabels: labels } };
    const range = { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/16'] };
    const rules = <T>(rule: T) => Array.from({ length: 16 }, () => rule);
    const network = { ingress: rules({ from: [peer, peer] }), egress: rules({ to: [range, range] }) };
    const hard = Object.fromEntries(many(32).map(({ name }) => [`count/${name}`, '10']));
    const environments = many(32).map(({ name }) => ({ name, network, quota: { hard } }));
    const total = Object.fromEntries(Object.keys(hard).map((name) => [name, '320']));
    const changes = { 'spec.environments': environments, 'spec.network': network, 'spec.quota.hard': total };
    expect(await server.submit(projectWith(changes))).toBeUndefined();
  });
});

describe('an environment keeps its namespace', () => {
  const living = projectWith({ 'metadata.name': 'moving' });
  const dev = { name: 'dev' };
  const legacy = { name: 'legacy', namespace: 'old-moving' };
  const change = (changed: readonly object[]) =>
    server.resubmit({ ...living, ...{ spec: { environments: changed } } });

  beforeAll(() => server.create({ ...living, ...{ spec: { environments: [dev, legacy] } } }));
  afterAll(() => server.remove(living));

  it.for([
    ['given, then another', [dev, { name: 'legacy', namespace: 'new-moving' }], 'legacy'],
    ['given, then not given', [dev, { name: 'legacy' }], 'legacy'],
    ['not given, then given', [{ name: 'dev', namespace: 'dev' }, legacy], 'dev'],
  ] as const)('%s', async ([, changed, name]) => {
    const refusal = await change(changed);
    expect(complaintAbout('spec.environments', refusal)).toContain(
      `add another environment with the new namespace, move over, and remove this one: ["${name}"]`,
    );
  });

  it.for([
    ['the same one, now given', [{ name: 'dev', namespace: 'moving-dev' }, legacy]],
    ['an environment removed', [dev]],
    ['one added with the new namespace', [dev, legacy, { name: 'legacy-2', namespace: 'new-moving' }]],
  ] as const)('%s is taken', async ([, changed]) => {
    expect(await change(changed)).toBeUndefined();
  });
});
