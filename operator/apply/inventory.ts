import type { IndexFunction, Lister } from '../cache/lister.ts';
import { type KubernetesObject, keyOf } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type { LiveObject } from './diff.ts';
import type { ApplyIdentity, Owner } from './identity.ts';

/** The cached objects that an applier compares with and prunes from. */
export interface Inventory {
  get(resource: Resource, object: KubernetesObject): KubernetesObject | undefined;
  /** The objects of a resource that carry the owner's UID in the owner label, whoever set it. */
  ownedBy(resource: Resource, owner: Owner): Iterable<LiveObject>;
}

/** The name of the index that `ownerIndex` is declared under. */
const ownerIndexName = 'owner';

/** The index that a cache of pruned resources declares: `indexes: { owner: ownerIndex(identity) }`. */
export function ownerIndex(identity: ApplyIdentity): IndexFunction<KubernetesObject> {
  return (object) => {
    const owner = object.metadata.labels?.[identity.ownerLabel];
    return owner === undefined ? [] : [owner];
  };
}

/** One cache of an inventory. Without the owner index its objects can be applied, but not pruned. */
export interface InventoryPart {
  readonly resource: Resource;
  readonly lister: Pick<Lister<KubernetesObject, string>, 'get' | 'byIndex'>;
}

/** An inventory over caches, one a resource. Asking for a resource without one throws: that is a mistake in wiring. */
export function inventoryOf(parts: readonly InventoryPart[]): Inventory {
  const byResource = new Map(parts.map((part) => [resourceId(part.resource), part]));
  const partOf = (resource: Resource): InventoryPart => {
    const part = byResource.get(resourceId(resource));
    if (part === undefined) throw new Error(`the inventory has no cache of ${resourceId(resource)}`);
    return part;
  };
  return {
    get: (resource, object) => partOf(resource).lister.get(keyOf(object)),
    ownedBy: (resource, owner) =>
      partOf(resource)
        .lister.byIndex(ownerIndexName, owner.uid)
        .map((object) => ({ resource, object })),
  };
}
