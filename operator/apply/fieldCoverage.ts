import { isRecord } from '../resources/json.ts';
import type { FieldsV1, KubernetesObject, ObjectMeta } from '../resources/object.ts';

/** Names of fields from the root of an object: `['spec', 'podSelector']`. */
export type FieldPath = readonly string[];

/**
 * The desired fields that `fields`, the set that our field manager owns, does not cover: `metadata.labels.team`,
 * `spec.ports[{"port":80}].name`. Empty: every field that we mean is still ours, so nobody has changed one of them.
 *
 * No schema is needed, since the set tells how the server sees each field: a path that ends is a scalar or atomic and
 * covers all beneath it; `k:` keys an entry of a list that is merged, `v:` a member of a set.
 *
 * An empty list or map counts as covered where the live one is empty or gone, since the server drops empties both from
 * objects and (in metadata) from the sets.
 */
export function fieldsLost(
  desired: KubernetesObject,
  live: KubernetesObject,
  fields: FieldsV1 | undefined,
): readonly string[] {
  const lost: string[] = [];
  visitMap(desired, live, fields, '', lost, wire);
  visitMetadata(desired.metadata, live.metadata, fields?.['f:metadata'], lost);
  return lost;
}

function visitMetadata(
  desired: ObjectMeta,
  live: ObjectMeta,
  fields: FieldsV1 | undefined,
  lost: string[],
): void {
  if (Object.keys(desired).every((name) => unmanaged.has(name))) return;
  if (fields === undefined) lost.push('metadata');
  else if (!isWhole(fields)) visitMap(desired, live, fields, 'metadata', lost, unmanaged);
}

/** What is no field of the object, or is looked at by itself. */
const wire: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Fields of metadata that the server never tracks. */
const unmanaged: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
]);

function visit(
  desired: unknown,
  live: unknown,
  fields: FieldsV1 | undefined,
  path: string,
  lost: string[],
): void {
  if (desired === null || desired === undefined) return;
  if (isEmpty(desired)) {
    if (fields === undefined && !isBlank(live)) lost.push(path);
  } else if (fields === undefined) {
    lost.push(path);
  } else if (isWhole(fields)) {
    return;
  } else if (Array.isArray(desired)) {
    visitList(desired, live, fields, path, lost);
  } else if (isRecord(desired)) {
    visitMap(desired, live, fields, path, lost);
  } else {
    lost.push(path);
  }
}

function visitMap(
  desired: object,
  live: unknown,
  fields: FieldsV1 | undefined,
  path: string,
  lost: string[],
  but: ReadonlySet<string> = nothing,
): void {
  const [all, liveRecord] = [desired as Readonly<Record<string, unknown>>, isRecord(live) ? live : {}];
  for (const name of Object.keys(all)) {
    if (but.has(name)) continue;
    visit(all[name], liveRecord[name], fields?.[`f:${name}`], path === '' ? name : `${path}.${name}`, lost);
  }
}

const nothing: ReadonlySet<string> = new Set();

function visitList(
  desired: readonly unknown[],
  live: unknown,
  fields: FieldsV1,
  path: string,
  lost: string[],
): void {
  const members = new Set<string>();
  const entries: Entry[] = [];
  for (const [element, below] of Object.entries(fields)) {
    if (element.startsWith('v:')) members.add(canonicalScalar(JSON.parse(element.slice(2))));
    else if (element.startsWith('k:')) {
      const key: unknown = JSON.parse(element.slice(2));
      if (isRecord(key)) entries.push({ key, fields: below, taken: false });
    }
  }
  // An item may leave out part of its key where the server defaults it (a port's protocol). Items that name more of it
  // choose first, and an entry serves one item, so that `80` is not taken for the `80/UDP` that is ours as well.
  const items = desired
    .map((item) => ({ item, named: isRecord(item) ? namedKeys(item, entries) : 0 }))
    .sort((left, right) => right.named - left.named);
  for (const { item } of items) {
    if (!isRecord(item)) {
      if (!members.has(canonicalScalar(item))) lost.push(`${path}[${JSON.stringify(item)}]`);
      continue;
    }
    const entry = entries.find((candidate) => !candidate.taken && matches(item, candidate.key));
    if (entry === undefined) {
      lost.push(`${path}[${JSON.stringify(keyIn(item, entries))}]`);
      continue;
    }
    entry.taken = true;
    visit(item, liveItem(live, entry.key), entry.fields, `${path}[${JSON.stringify(entry.key)}]`, lost);
  }
}

interface Entry {
  readonly key: Readonly<Record<string, unknown>>;
  readonly fields: FieldsV1;
  taken: boolean;
}

function namedKeys(item: Readonly<Record<string, unknown>>, entries: readonly Entry[]): number {
  const key = entries[0]?.key ?? {};
  return Object.keys(key).filter((name) => item[name] !== undefined && item[name] !== null).length;
}

function matches(item: Readonly<Record<string, unknown>>, key: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(key).every(
    ([name, value]) => item[name] === undefined || item[name] === null || item[name] === value,
  );
}

/** What names an item that nobody of ours owns: its key, or where there is no other entry to tell the key, its name. */
function keyIn(item: Readonly<Record<string, unknown>>, entries: readonly Entry[]): unknown {
  const names = Object.keys(entries[0]?.key ?? { name: '' });
  return Object.fromEntries(names.filter((name) => name in item).map((name) => [name, item[name]]));
}

function liveItem(live: unknown, key: Readonly<Record<string, unknown>>): unknown {
  if (!Array.isArray(live)) return undefined;
  return live.find(
    (item: unknown) => isRecord(item) && Object.entries(key).every(([name, value]) => item[name] === value),
  );
}

function canonicalScalar(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** The path itself is a member of the set, and nothing beneath it: a scalar, something atomic, or an empty value. */
function isWhole(fields: FieldsV1): boolean {
  return hasNothing(fields);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && hasNothing(value);
}

/** Asked of every value: `Object.keys` would make a list each time. */
function hasNothing(value: object): boolean {
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || isEmpty(value);
}
