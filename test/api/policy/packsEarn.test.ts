import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../../controllers/policy/policy.ts';
import { policies } from '../../../controllers/policy/policy.ts';
import { eventually } from '../../eventually.ts';
import { packPolicies } from '../../policies/packs.ts';
import { Operated } from './operated.ts';

/** All packs at once, put in force by the operator: types fit on a real server, and an error in a rule may refuse. */

let here: Operated;
let found: ReadonlyMap<string, Policy>;
const all = packPolicies();

beforeAll(async () => {
  here = await Operated.open();
  await here.kubectl.apply(
    all.map(({ name, spec }) => ({
      apiVersion: 'mainstay.dev/v1alpha1',
      kind: 'Policy',
      metadata: { name },
      spec: { ...spec, enforcement: 'Deny', promotion: undefined },
    })),
  );
  found = await eventually(
    async () => {
      const { items } = await here.client.list(policies);
      const waiting = items.filter(
        ({ status }) =>
          !status?.conditions?.some(({ type, status: is }) => type === 'Enforced' && is === 'True'),
      );
      if (items.length < all.length || waiting.length > 0)
        throw new Error(
          JSON.stringify(waiting.map(({ metadata, status }) => [metadata.name, status?.conditions])),
        );
      return new Map(items.map((item) => [item.metadata.name, item]));
    },
    { within: 110_000, every: 500 },
  );
}, 180_000);
afterAll(() => here[Symbol.asyncDispose]());

describe('a Policy of a pack', () => {
  it.each(all.map(({ name }) => [name] as const))('%s earns that what makes it fail is refused', (name) => {
    const conditions = found.get(name)?.status?.conditions ?? [];
    const enforced = conditions.find(({ type }) => type === 'Enforced');
    expect(enforced).toMatchObject({ status: 'True', reason: 'AsDesired' });
  });
});

it('all of them are in few objects', async () => {
  const names = new Set(
    (await Promise.all(all.map(({ name }) => here.compiled(name))))
      .flat()
      .map(({ metadata }) => metadata.name),
  );
  expect(names.size).toBeLessThan(all.length / 2);
});
