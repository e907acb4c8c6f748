import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { projectKind } from '../../../crds/project/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { badCombinations } from './badCombinations.ts';
import { badFields, says } from './badFields.ts';
import { projectWith } from './projects.ts';
import { complaintAbout, complaints, openServer, type Server } from './server.ts';

let server: Server;

beforeAll(async () => {
  server = await openServer(inject('kubeconfig'));
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
