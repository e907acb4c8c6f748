import type { JsonPatchOperation } from '../../operator/client/client.ts';
import type { ObjectMeta } from '../../operator/resources/object.ts';

/** On condition that the object is the one that was seen, unchanged. */
export function at({ uid, resourceVersion }: ObjectMeta): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
}

/** Sets labels or annotations, and takes off those that are `undefined`. */
export function changes(
  field: 'labels' | 'annotations',
  has: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string | undefined>>,
): readonly JsonPatchOperation[] {
  const set = Object.entries(wanted).flatMap(([name, value]): readonly JsonPatchOperation[] => {
    const path = `/metadata/${field}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (value === has?.[name]) return [];
    return value === undefined ? [{ op: 'remove', path }] : [{ op: 'add', path, value }];
  });
  if (set.length === 0 || has !== undefined) return set;
  return [{ op: 'add', path: `/metadata/${field}`, value: {} }, ...set];
}

/** Leaves the object to itself: without the owner, and without the marks that went with it. */
export function disowned(
  metadata: ObjectMeta,
  owner: string,
  marks: { readonly labels: readonly string[]; readonly annotations: readonly string[] },
): readonly JsonPatchOperation[] {
  const none = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
  return [
    ...at(metadata),
    {
      op: 'replace',
      path: '/metadata/ownerReferences',
      value: (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner),
    },
    ...changes('labels', metadata.labels, none(marks.labels)),
    ...changes('annotations', metadata.annotations, none(marks.annotations)),
  ];
}
