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
