import { customResourceDefinitions } from '../resources/builtin.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type { Client } from './client.ts';

/** Whether a kind is there to stay: its definition is not being deleted. Asked of the API server itself. */
export async function kindIsServed(
  client: Pick<Client, 'list'>,
  resource: Resource,
  signal: AbortSignal,
): Promise<boolean> {
  const { items } = await client.list(customResourceDefinitions, {
    fieldSelector: `metadata.name=${resourceId(resource)}`,
    signal,
  });
  return items.some(({ metadata }) => metadata.deletionTimestamp === undefined);
}
