import { expect, it } from 'vitest';
import type { Client } from '../../../operator/client/client.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import { ServerFacts } from './server.ts';

const signal = new AbortController().signal;
const served = (plural: string, version = 'v1', group = 'admissionregistration.k8s.io'): ServedResource => ({
  group,
  version,
  plural,
  kind: plural,
  scope: 'Cluster',
  verbs: ['list'],
  subresources: [],
  shortNames: [],
  categories: [],
  preferred: true,
  stale: false,
});
const both = [served('validatingadmissionpolicies'), served('mutatingadmissionpolicies')];

/** An API server that serves so much, and says that it is of this minor version. */
function aServer(minor: string | undefined, ...lists: readonly (readonly ServedResource[])[]) {
  let asked = 0;
  let list = 0;
  const client: Pick<Client, 'request'> = {
    request: <T>() => {
      asked += 1;
      return Promise.resolve(JSON.parse(JSON.stringify({ major: '1', minor })) as T);
    },
  };
  const facts = new ServerFacts(client, {
    served: async () => lists[Math.min(list, lists.length - 1)] ?? [],
    expire: () => {
      list += 1;
    },
  });
  return { facts, asked: () => asked };
}

it.for([
  ['neither', [served('validatingwebhookconfigurations')], [false, false]],
  ['what validates alone', both.slice(0, 1), [true, false]],
  ['both', both, [true, true]],
  ['both, and in another version', both.map(({ plural }) => served(plural, 'v1beta1')), [false, false]],
  ['both, of another group', both.map(({ plural }) => served(plural, 'v1', 'example.com')), [false, false]],
] as const)('an API server that serves %s is known to', async ([, list, [validating, mutating]]) => {
  const found = await aServer('36', list).facts.get(signal);
  expect(found.facts).toEqual({ minor: 36, validating, mutating });
  expect(found.served).toBe(list);
});

it.for([
  ['34', 34],
  ['34+', 34],
  ['', 30],
  [undefined, 30],
] as const)('one that says minor %s is taken for 1.%s', async ([minor, expected]) => {
  expect((await aServer(minor, both).facts.get(signal)).facts.minor).toBe(expected);
});

it('what it serves is looked at again once that may have changed, and asked about no more often', async () => {
  const { facts, asked } = aServer('36', [], both);
  expect((await facts.get(signal)).facts.validating).toBe(false);
  expect(await facts.get(signal)).toBe(await facts.get(signal));
  expect(asked()).toBe(1);
  facts.expire();
  expect((await facts.get(signal)).facts.validating).toBe(true);
  expect(asked()).toBe(2);
});
