import type { Desired } from '../client/client.ts';
import type { KubernetesObject } from '../resources/object.ts';
import { keyOf } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type { DesiredObject } from './desired.ts';
import { fieldsLost } from './fieldCoverage.ts';
import { type ApplyIdentity, appliedFields, type Owner, ownerOf, seal } from './identity.ts';
import { fieldsThatDiffer } from './wholeField.ts';

/** An object as the cache has it, with its resource. */
export interface LiveObject {
  readonly resource: Resource;
  readonly object: KubernetesObject;
}

/** Why an object is written. Fields are dotted paths, never values. */
export type Why =
  | { readonly because: 'Missing' }
  | { readonly because: 'Unclaimed' }
  | { readonly because: 'DesiredChanged' }
  /** Ours no longer: somebody else has set or removed them. */
  | { readonly because: 'FieldLost'; readonly fields: readonly string[] }
  | { readonly because: 'ValueDiffers'; readonly fields: readonly string[] };

/** What is to be done about one object. */
export type Action =
  | WriteAction
  | { readonly type: 'Prune'; readonly resource: Resource; readonly live: KubernetesObject };

/** What is to be done about one desired object. `sealed` is what to send. */
export type WriteAction =
  | { readonly type: 'Nothing'; readonly item: DesiredObject; readonly live: KubernetesObject }
  | {
      readonly type: 'Create';
      readonly item: DesiredObject;
      readonly sealed: Desired<KubernetesObject>;
      readonly why: Why;
    }
  | {
      readonly type: 'Apply';
      readonly item: DesiredObject;
      readonly sealed: Desired<KubernetesObject>;
      readonly live: KubernetesObject;
      readonly why: Why;
    }
  /** It is being deleted: nothing is written until it is gone. */
  | { readonly type: 'Wait'; readonly item: DesiredObject; readonly live: KubernetesObject }
  | {
      readonly type: 'Refuse';
      readonly item: DesiredObject;
      readonly live: KubernetesObject;
      /** The UID of the owner that has it; undefined where it is nobody's of ours. */
      readonly holder: string | undefined;
    };

/**
 * What it takes to make `live` what `desired` says, for one owner. Pure; needs no schema.
 *
 * Nothing is written where the annotation holds the hash of what is desired, our Apply entry in `managedFields` covers
 * every desired field, and whole fields are equal by value. Pruned is what carries the owner's label, owned by our
 * field manager, and is not desired.
 */
export function diff(request: {
  readonly identity: ApplyIdentity;
  readonly owner: Owner;
  readonly desired: readonly DesiredObject[];
  readonly live: Iterable<LiveObject>;
}): readonly Action[] {
  const { identity, owner, desired } = request;
  const live = new Map<string, LiveObject>();
  for (const found of request.live) live.set(identify(found.resource, found.object), found);
  const ids = desired.map((item) => identify(item.resource, item.object));
  const actions: Action[] = desired.map((item, index) =>
    judge(identity, owner, item, live.get(ids[index] ?? '')?.object),
  );
  for (const id of ids) live.delete(id);
  for (const { resource, object } of live.values())
    if (mayPrune(identity, owner, object)) actions.push({ type: 'Prune', resource, live: object });
  return actions;
}

/** What is to be done about one desired object. `sealed` spares sealing it again. */
export function judge(
  identity: ApplyIdentity,
  owner: Owner,
  item: DesiredObject,
  live: KubernetesObject | undefined,
  sealed: Desired<KubernetesObject> = seal(identity, owner, item.object),
): WriteAction {
  if (live === undefined) return { type: 'Create', item, sealed, why: { because: 'Missing' } };
  if (live.metadata.deletionTimestamp !== undefined) return { type: 'Wait', item, live };
  const holder = ownerOf(identity, live);
  if (holder !== owner.uid && !mayTake(item, holder)) return { type: 'Refuse', item, live, holder };
  const why = whyWrite(identity, item, sealed, live);
  return why === undefined ? { type: 'Nothing', item, live } : { type: 'Apply', item, sealed, live, why };
}

/** It is this owner's, by a label that our field manager owns, and not on its way out already. */
function mayPrune(identity: ApplyIdentity, owner: Owner, object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp === undefined && ownerOf(identity, object) === owner.uid;
}

/** One string for an object of any resource. */
export function identify(resource: Resource, object: KubernetesObject): string {
  return `${resourceId(resource)}/${keyOf(object)}`;
}

/** Why the live object is not what was sealed; undefined where it is. */
export function whyWrite(
  identity: ApplyIdentity,
  item: DesiredObject,
  sealed: Desired<KubernetesObject>,
  live: KubernetesObject,
): Why | undefined {
  const annotation = identity.desiredAnnotation;
  const applied = appliedFields(identity, live.metadata);
  const stamp = live.metadata.annotations?.[annotation];
  if (applied === undefined && stamp === undefined) return { because: 'Unclaimed' };
  // An annotation that is no longer ours says nothing about what we desired; that it is not ours does.
  const stampIsOurs = applied?.fieldsV1?.['f:metadata']?.['f:annotations']?.[`f:${annotation}`] !== undefined;
  if (stampIsOurs && stamp !== sealed.metadata.annotations?.[annotation])
    return { because: 'DesiredChanged' };
  const lost = fieldsLost(sealed, live, applied?.fieldsV1);
  if (lost.length > 0) return { because: 'FieldLost', fields: lost };
  const differing = fieldsThatDiffer(sealed, live, item.whole ?? []);
  if (differing.length > 0) return { because: 'ValueDiffers', fields: differing };
  return undefined;
}

function mayTake(item: DesiredObject, holder: string | undefined): boolean {
  switch (item.takeOver ?? 'Unclaimed') {
    case 'Always':
      return true;
    case 'Unclaimed':
      return holder === undefined;
    case 'Never':
      return false;
  }
}
