import type { Informer } from '../../operator/cache/informer.ts';
import type { Client } from '../../operator/client/client.ts';
import {
  customResourceDefinitions,
  type ResourceQuota,
  resourceQuotas,
} from '../../operator/resources/builtin.ts';
import { keyOf } from '../../operator/resources/object.ts';
import { resourceId } from '../../operator/resources/resource.ts';
import { quotaName } from './plan/quotaShares.ts';
import { projects } from './project.ts';

// What must not be believed of a cache, since a watch may lag, and data or the quota's total depends on it.

/** Whether the Project kind is there to stay. Asked of the API server itself. */
export async function kindIsServed(client: Client, signal: AbortSignal): Promise<boolean> {
  const { items } = await client.list(customResourceDefinitions, {
    fieldSelector: `metadata.name=${resourceId(projects)}`,
    signal,
  });
  return items.some(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Brings the cached quotas of namespaces to what the API server has now. */
export async function readQuotas(
  client: Client,
  quotas: Informer<ResourceQuota, 'owner'>,
  namespaces: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...namespaces].map(async (namespace) => {
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
