import type { ObjectMeta } from '../../operator/resources/object.ts';
import type { Deployment } from './deployment.ts';

/** Where something made for a Deployment lies, and whose it is: with the Deployment it goes. */
export function ownedBy({
  apiVersion,
  kind,
  metadata,
}: Deployment): Pick<ObjectMeta, 'namespace' | 'ownerReferences'> {
  const { name, namespace, uid = '' } = metadata;
  return {
    ...(namespace !== undefined && { namespace }),
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
  };
}

/**
 * Whether it takes over what is there under the names that it needs, and not of it. Once that is done it is so no more: what
 * comes to be there later is somebody's own, however long `spec.adopt` stays in a manifest.
 */
export function takesOver({ spec, status }: Pick<Deployment, 'spec' | 'status'>): boolean {
  return spec.adopt && status?.adopted !== true;
}
