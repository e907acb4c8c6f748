import { isForbidden, isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { Discovery } from '../../../operator/discovery/discovery.ts';
import { type KubernetesObject, keyOf, type OwnerReference } from '../../../operator/resources/object.ts';

/** Owners of owners that are looked at. */
const highest = 4;

/**
 * What made the object, keeps it, and is there: the topmost owner, `Deployment shop/web`. Undefined where nothing is. Where
 * it cannot be told whether an owner is there, it is taken to be: what a controller made, it would make so again.
 */
export async function makerOf(
  object: KubernetesObject,
  {
    client,
    discovery,
  }: { readonly client: Pick<Client, 'get'>; readonly discovery: Pick<Discovery, 'find'> },
  signal: AbortSignal,
): Promise<string | undefined> {
  let top: string | undefined;
  let current: KubernetesObject | undefined = object;
  for (let height = 0; height < highest && current !== undefined; height += 1) {
    const reference: OwnerReference | undefined = current.metadata.ownerReferences?.find(
      ({ controller }) => controller,
    );
    if (reference === undefined) return top;
    const owner = await ownerOf(current, reference);
    if (owner === 'gone') return top;
    top = owner.name;
    current = owner.object;
  }
  return top;

  async function ownerOf(
    { metadata }: KubernetesObject,
    { apiVersion, kind, name, uid }: OwnerReference,
  ): Promise<'gone' | { readonly name: string; readonly object: KubernetesObject | undefined }> {
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    const resource = await discovery.find({ group, kind, version });
    if (resource === undefined) return { name: `${kind} ${name}`, object: undefined };
    const { namespace } = metadata;
    const address = {
      name,
      ...(resource.scope === 'Cluster' || namespace === undefined ? {} : { namespace }),
    };
    const called = `${kind} ${keyOf(address)}`;
    try {
      const owner = await client.get(resource, address, { signal });
      return owner.metadata.uid === uid ? { name: called, object: owner } : 'gone';
    } catch (error) {
      if (isNotFound(error)) return 'gone';
      if (isForbidden(error)) return { name: called, object: undefined };
      throw error;
    }
  }
}
