import { annotations, fixManager, labels } from '../../../crds/policy/names.ts';
import type { Client, Patch } from '../../../operator/client/client.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { type Change, textOf, valueAt } from './changes.ts';
import { annotationOf, type Deeds } from './memory.ts';
import { jsonPatch, shortly } from './patches.ts';

/**
 * The write of changes, and of what is remembered of them on the object. Only of the object as it was read: who was faster
 * is not overwritten.
 *
 * @returns the patch, and the Policies whose changes have no room in the annotation
 */
export function writeOf(
  live: KubernetesObject,
  changes: readonly Change[],
  deeds: Deeds,
): { readonly patch: Patch; readonly leftOut: readonly string[] } {
  const { value, leftOut } = annotationOf(live.metadata.uid ?? '', deeds);
  const isAsItWas = Object.values(deeds).every(({ r }) => r !== undefined);
  const marks = [
    { path: ['metadata', 'annotations', annotations.fixes], after: value },
    { path: ['metadata', 'labels', labels.fixed], after: isAsItWas ? 'reverted' : 'true' },
  ].map((mark): Change => ({ ...mark, before: valueAt(live, mark.path) }));
  const body = [
    { op: 'replace' as const, path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    ...jsonPatch(live, [...changes, ...marks]),
  ];
  return { patch: { type: 'json', body }, leftOut };
}

/** @returns the object as it is now. Rejects with a `Conflict` where it has changed since it was read. */
export function write(
  client: Pick<Client, 'patch'>,
  resource: Resource,
  { metadata: { name, namespace } }: KubernetesObject,
  patch: Patch,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const address = { name, ...(namespace === undefined ? {} : { namespace }) };
  return client.patch(resource, address, patch, { fieldManager: fixManager, signal });
}

/** What is told of changes: `spec.replicas: 1 → 2; …`. Events cut it at 1 kB. */
export function beforeAndAfter(changes: readonly Change[]): string {
  return changes
    .map(({ path, before, after }) => `${textOf(path)}: ${shortly(before)} → ${shortly(after)}`)
    .join('; ');
}
