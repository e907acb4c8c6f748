import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { labels } from '../../../crds/deployment/names.ts';
import { isAlreadyExists, isApiError, isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import { type ConfigMap, configMaps, type Secret, secrets } from '../../../operator/resources/builtin.ts';
import type { KubernetesObject, ObjectMeta } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import type { Deployment } from '../deployment.ts';
import { ownedBy } from '../owned.ts';
import type { Reference } from './references.ts';

/** Frozen configuration: immutable copies of ConfigMaps and Secrets, called after what is in them. */

type Source = ConfigMap | Secret;

/** Characters of a copy's name that say what is in it. */
const digestLength = 10;
/** Of any object's name. */
const longestName = 253;

/** All copies of a Deployment that there are. */
export async function copiesOf(
  client: Pick<Client, 'list'>,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<readonly { readonly resource: Resource; readonly metadata: ObjectMeta }[]> {
  const kinds: readonly Resource<KubernetesObject>[] = [configMaps, secrets];
  const found = await Promise.all(
    kinds.map(async (resource) => {
      const { items } = await client.list(resource, { ...whereCopiesOf(deployment), signal });
      return items.map(({ metadata }) => ({ resource, metadata }));
    }),
  );
  return found.flat();
}

function whereCopiesOf({ metadata: { name, namespace = '', uid = '' } }: Deployment) {
  return { namespace, labelSelector: `${labels.owner}=${uid},${labels.deployment}=${name}` };
}

/** A source, or a copy; undefined where there is none. */
export async function readSource(
  client: Pick<Client, 'get'>,
  { metadata: { namespace = '' } }: Deployment,
  { kind, name }: Pick<Reference, 'kind' | 'name'>,
  signal: AbortSignal,
): Promise<Source | undefined> {
  const resource: Resource<Source> = kind === 'ConfigMap' ? configMaps : secrets;
  try {
    return await client.get(resource, { name, namespace }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The name of the copy that has what is in the source; undefined where there is none. */
export async function copyOf(
  client: Pick<Client, 'get' | 'list'>,
  deployment: Deployment,
  reference: Reference,
  source: Source,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = copyName(deployment, reference, source);
  if ((await readSource(client, deployment, { ...reference, name }, signal)) !== undefined) return name;
  if (reference.kind !== 'Secret') return undefined;
  // One that was deleted and made again has another UID, by which the same is called otherwise.
  const { items } = await client.list(secrets, { ...whereCopiesOf(deployment), signal });
  const content = contentOf(source);
  const same = items.find(
    ({ metadata, immutable, ...one }) =>
      immutable === true &&
      metadata.deletionTimestamp === undefined &&
      metadata.name.slice(0, -digestLength) === name.slice(0, -digestLength) &&
      isDeepStrictEqual(contentOf(one), content),
  );
  return same?.metadata.name;
}

/**
 * Makes a copy of this name, where it is not there. Gives the words of who does not allow it, such as the policy that keeps
 * Secrets to the namespaces of Projects.
 */
export async function makeCopy(
  client: Pick<Client, 'create'>,
  deployment: Deployment,
  { kind, name }: Pick<Reference, 'kind' | 'name'>,
  source: Source,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { metadata } = deployment;
  const { data, type } = source as Secret;
  const { binaryData } = source as ConfigMap;
  const object = {
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      ...ownedBy(deployment),
      labels: { [labels.owner]: metadata.uid ?? '', [labels.deployment]: metadata.name },
    },
    immutable: true,
    ...(type !== undefined && { type }),
    ...(data !== undefined && { data }),
    ...(binaryData !== undefined && { binaryData }),
  };
  const resource: Resource<Source> = kind === 'ConfigMap' ? configMaps : secrets;
  try {
    await client.create(resource, object as Source, { signal });
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    if (isApiError(error) && refusals.includes(error.reason)) return error.message;
    throw error;
  }
  return undefined;
}

/** What a copy may be refused for, which whoever writes the source or the policy can mend. */
const refusals: readonly string[] = ['Forbidden', 'Invalid', 'BadRequest', 'RequestEntityTooLarge'];

/**
 * The same for the same content. Each Deployment has copies of its own, since they go with it. Of a Secret, which has a type,
 * nobody can try out what is in it who does not know its UID; so that another of the same content has another name.
 */
export function copyName(
  { metadata: { name: owner } }: Pick<Deployment, 'metadata'>,
  { name }: Pick<Reference, 'kind' | 'name'>,
  source: Source,
): string {
  const { type, metadata } = source as Secret;
  const digest = createHmac('sha256', type === undefined ? '' : (metadata?.uid ?? ''))
    .update(JSON.stringify([owner, ...contentOf(source)]))
    .digest('hex')
    .slice(0, digestLength);
  return `${name.slice(0, longestName - digestLength - 1)}-${digest}`;
}

function contentOf(source: object) {
  const { data, binaryData, type } = source as ConfigMap & Secret;
  return [entries(data), entries(binaryData), type];
}

function entries(data: Readonly<Record<string, string>> | undefined) {
  return Object.entries(data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
