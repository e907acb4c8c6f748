import { labels } from '../../crds/project/names.ts';
import type { Informer } from '../../operator/cache/informer.ts';
import type { Client } from '../../operator/client/client.ts';
import {
  type Namespace,
  namespaces,
  type ResourceQuota,
  resourceQuotas,
} from '../../operator/resources/builtin.ts';
import { keyOf } from '../../operator/resources/object.ts';
import type { ProjectInformers } from './informers.ts';
import { quotaName } from './plan/quotaShares.ts';
import { type Project, projects } from './project.ts';

// What must not be believed of a cache, since a watch may lag, and data, walls or the quota's total depend on it.

/** Brings the cached Project to what the API server has now. True if that is another than the one given. */
export async function readProject(
  client: Client,
  cache: Informer<Project, never>,
  { metadata: { name, uid, resourceVersion } }: Project,
  signal: AbortSignal,
): Promise<boolean> {
  const { items } = await client.list(projects, { fieldSelector: `metadata.name=${name}`, signal });
  const live = items[0];
  if (live === undefined) cache.observeDelete(keyOf({ name }), uid);
  else cache.observeWrite(live);
  return live?.metadata.resourceVersion !== resourceVersion;
}

/** Brings the cached namespaces that say they are a Project's to what the API server has now. True if one was unknown. */
export async function readNamespaces(
  client: Client,
  cache: Informer<Namespace, never>,
  { metadata: { name } }: Project,
  signal: AbortSignal,
): Promise<boolean> {
  const { items } = await client.list(namespaces, { labelSelector: `${labels.project}=${name}`, signal });
  const news = items.filter(
    (live) => live.metadata.resourceVersion !== cache.get(keyOf(live))?.metadata.resourceVersion,
  );
  for (const live of news) cache.observeWrite(live);
  return news.length > 0;
}

/** Brings the cached quotas of namespaces to what the API server has now. */
export async function readQuotas(
  client: Client,
  quotas: Informer<ResourceQuota, 'owner'>,
  names: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...names].map(async (namespace) => {
      const key = keyOf({ namespace, name: quotaName });
      const cached = quotas.get(key);
      const { items } = await client.list(resourceQuotas, {
        namespace,
        fieldSelector: `metadata.name=${quotaName}`,
        signal,
      });
      const live = items[0];
      if (live === undefined) {
        if (cached !== undefined) quotas.observeDelete(key, cached.metadata.uid);
      } else if (live.metadata.resourceVersion !== cached?.metadata.resourceVersion) {
        quotas.observeWrite(live);
      }
    }),
  );
}

/** What caches have of a namespace that was made just now is of the one before it: they have not heard of its end yet. */
export function forgetFormer(
  { quotas, limits, policies, access, copies }: ProjectInformers,
  namespace: string,
): void {
  for (const cache of [quotas, limits, policies, access, copies]) {
    for (const object of cache.inNamespace(namespace))
      cache.observeDelete(keyOf(object), object.metadata.uid);
  }
}
