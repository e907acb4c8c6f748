import { hash } from 'node:crypto';
import type { Desired } from '../client/client.ts';
import { isRecord } from '../resources/json.ts';
import type { KubernetesObject, ManagedFieldsEntry, ObjectMeta } from '../resources/object.ts';

/** The names under which an operator writes: what tells its own objects and fields from everybody else's. */
export interface ApplyIdentity {
  /** The field manager of its server-side applies. */
  readonly fieldManager: string;
  /** Label on everything made for an owner: the owner's UID. It counts only where `fieldManager` owns it. */
  readonly ownerLabel: string;
  /** Annotation: the hash of what was desired when the object was last applied. */
  readonly desiredAnnotation: string;
}

/** For whom objects are made. Their inventory is what carries this UID. */
export interface Owner {
  readonly uid: string;
}

/** What is sent: the desired object with the owner's label and the hash of all of that in the annotation. */
export function seal<T extends KubernetesObject>(
  identity: ApplyIdentity,
  owner: Owner,
  object: Desired<T>,
): Desired<T> {
  const labels = { ...object.metadata.labels, [identity.ownerLabel]: owner.uid };
  const labelled = { ...object, metadata: { ...object.metadata, labels } };
  const annotations = { ...object.metadata.annotations, [identity.desiredAnnotation]: hashOf(labelled) };
  return { ...labelled, metadata: { ...labelled.metadata, annotations } };
}

/** The UID of the owner for whom our field manager made the object; undefined where the label is missing or not ours. */
export function ownerOf(identity: ApplyIdentity, object: KubernetesObject): string | undefined {
  return ownedMark(identity, object, 'labels', identity.ownerLabel);
}

/** What a label or an annotation says that our field manager applied; undefined where it is missing or somebody else's. */
export function ownedMark(
  identity: ApplyIdentity,
  { metadata }: KubernetesObject,
  part: 'labels' | 'annotations',
  name: string,
): string | undefined {
  const value = metadata[part]?.[name];
  if (value === undefined) return undefined;
  const fields = appliedFields(identity, metadata)?.fieldsV1;
  return fields?.['f:metadata']?.[`f:${part}`]?.[`f:${name}`] === undefined ? undefined : value;
}

/** Our Apply entry of the object itself (not of a subresource). */
export function appliedFields(identity: ApplyIdentity, metadata: ObjectMeta): ManagedFieldsEntry | undefined {
  return metadata.managedFields?.find(
    (entry) =>
      entry.manager === identity.fieldManager &&
      entry.operation === 'Apply' &&
      (entry.subresource === undefined || entry.subresource === ''),
  );
}

/**
 * A hash of a JSON value that does not depend on the order of keys, nor on keys that are undefined. 22 characters, 132
 * bits: enough that no two states of one object meet.
 */
export function hashOf(value: unknown): string {
  return hash('sha256', canonical(value), 'base64url').slice(0, 22);
}

/** JSON with its keys in order. By hand, since a replacer makes `JSON.stringify` several times slower. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += `${items === '' ? '' : ','}${canonical(item)}`;
    return `[${items}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  let members = '';
  for (const key of inOrder(Object.keys(value))) {
    const member = value[key];
    if (member !== undefined)
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonical(member)}`;
  }
  return `{${members}}`;
}

/** Sorts few keys in place. `sort` makes a copy first, which was a tenth of all garbage: most keys are in order already. */
function inOrder(keys: string[]): readonly string[] {
  if (keys.length > 16) return keys.sort();
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end] ?? '';
    let place = end;
    for (; place > 0; place -= 1) {
      const before = keys[place - 1] ?? '';
      if (before <= key) break;
      keys[place] = before;
    }
    keys[place] = key;
  }
  return keys;
}
