import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import type { KubernetesObject, ObjectName } from '../../../operator/resources/object.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { defineResource, type Resource } from '../../../operator/resources/resource.ts';
import { aWorkload } from './builders.ts';
import { makerOf } from './maker.ts';

const kinds = ['ReplicaSet', 'Deployment', 'Shop'].map((kind) =>
  defineResource({ group: 'apps', version: 'v1', kind, plural: kind.toLowerCase(), scope: 'Namespaced' }),
);

/** What is there, by kind and key; of a number the status with which it is refused. */
function maker(object: KubernetesObject, there: Readonly<Record<string, KubernetesObject | number>>) {
  const client = {
    get: async <T extends KubernetesObject>(resource: Resource<T>, name: ObjectName): Promise<T> => {
      const found = there[`${resource.kind} ${keyOf(name)}`] ?? 404;
      if (typeof found !== 'number') return found as T;
      throw new ApiError({ verb: 'get', kind: resource.kind, name: keyOf(name) }, found, {});
    },
  };
  const discovery = {
    find: async ({ kind }: { readonly kind: string }) => {
      const resource = kinds.find((one) => one.kind === kind);
      return resource && { ...resource, ...served };
    },
  };
  return makerOf(object, { client, discovery }, new AbortController().signal);
}

const served = { verbs: [], subresources: [], shortNames: [], categories: [], preferred: true, stale: false };
const madeBy = (kind: string, controller = true) =>
  aWorkload({
    name: `of-${kind}`,
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'owner', uid: 'o', controller }],
  });
const owner = (kind: string) => ({ ...madeBy(kind), metadata: { ...madeBy(kind).metadata, uid: 'o' } });
const top = aWorkload({ uid: 'o' });

describe('what made an object', () => {
  it.for<[string, KubernetesObject, Readonly<Record<string, KubernetesObject | number>>, string | undefined]>(
    [
      ['nothing', aWorkload(), {}, undefined],
      ['an owner that does not control it has not', madeBy('Deployment', false), {}, undefined],
      ['its owner', madeBy('Deployment'), { 'Deployment shop/owner': top }, 'Deployment shop/owner'],
      [
        'the topmost of them',
        madeBy('ReplicaSet'),
        { 'ReplicaSet shop/owner': owner('Deployment'), 'Deployment shop/owner': top },
        'Deployment shop/owner',
      ],
      ['nothing, where the owner is gone', madeBy('Deployment'), {}, undefined],
      [
        'nothing, where another has its name',
        madeBy('Deployment'),
        { 'Deployment shop/owner': aWorkload({ uid: 'another' }) },
        undefined,
      ],
      ['its owner, where it may not be read', madeBy('Shop'), { 'Shop shop/owner': 403 }, 'Shop shop/owner'],
      ['its owner, of a kind that is not known', madeBy('Unknown'), {}, 'Unknown owner'],
      [
        'itself by way of others, in a ring',
        madeBy('ReplicaSet'),
        { 'ReplicaSet shop/owner': owner('ReplicaSet') },
        'ReplicaSet shop/owner',
      ],
    ],
  )('%s', async ([, object, there, expected]) => {
    expect(await maker(object, there)).toBe(expected);
  });

  it('is not known where the server is in trouble: then it is asked again', async () => {
    await expect(maker(madeBy('Deployment'), { 'Deployment shop/owner': 503 })).rejects.toThrow('Deployment');
  });
});
