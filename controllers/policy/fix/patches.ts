import { stringify } from 'yaml';
import type { JsonPatchOperation } from '../../../operator/client/client.ts';
import { isRecord } from '../../../operator/resources/json.ts';
import { applied, type Change, indexOf, type Path, valueAt } from './changes.ts';

/** Changes as others write them: for the API server, and for people. */

/** The changes of an object as it is there, as JSON Patch (RFC 6902). */
export function jsonPatch(object: unknown, changes: readonly Change[]): readonly JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  let now = object;
  for (const change of changes) {
    operations.push(...operationsOf(now, change));
    now = applied(now, [change]);
  }
  return operations;
}

function operationsOf(object: unknown, change: Change): readonly JsonPatchOperation[] {
  const { path, after, at } = change;
  const next = applied(object, [change]);
  if (after === undefined) {
    if (valueAt(object, path) === undefined) return [];
    // What comes to hold nothing goes with what it held.
    const going = upTo(firstMissing(next, path), path);
    return [{ op: 'remove', path: pointerTo(object, going, at) }];
  }
  // What is missing on the way is made with what it is to hold.
  const missing = firstMissing(object, path);
  const made = upTo(missing, path);
  const op = missing < 0 ? 'replace' : 'add';
  return [{ op, path: pointerTo(object, made, at), value: valueAt(next, made) }];
}

function firstMissing(object: unknown, path: Path): number {
  return path.findIndex((_, index) => valueAt(object, path.slice(0, index + 1)) === undefined);
}

function upTo(index: number, path: Path): Path {
  return index < 0 ? path : path.slice(0, index + 1);
}

function pointerTo(object: unknown, path: Path, at: number | undefined): string {
  return path
    .map((step, index) => {
      if (typeof step === 'string') return `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const list = valueAt(object, path.slice(0, index));
      const place = Array.isArray(list) ? indexOf(list, step) : -1;
      return `/${place >= 0 ? place : (at ?? '-')}`;
    })
    .join('');
}

/** Which object a patch is for. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/**
 * The changes as a manifest with nothing else in it, for people who put them where the object comes from. `null` takes a
 * field away; elements of lists are told by their names, and one with `$patch: delete` goes.
 */
export function manifestOf(
  { apiVersion, kind, namespace, name }: Subject,
  changes: readonly Change[],
): string {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const manifest = changes.reduce<unknown>(
    (tree, { path, after }) => entered(tree, path, after === undefined ? gone(path) : after),
    { apiVersion, kind, metadata },
  );
  return stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false });
}

function gone(path: Path): unknown {
  const last = path.at(-1);
  return typeof last === 'object' ? { ...last, $patch: 'delete' } : null;
}

function entered(tree: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'string') {
    const record = isRecord(tree) ? tree : {};
    return { ...record, [step]: entered(record[step], rest, value) };
  }
  const list: readonly unknown[] = Array.isArray(tree) ? tree : [];
  const index = indexOf(list, step);
  const element = entered(index < 0 ? step : list[index], rest, value);
  return index < 0 ? [...list, element] : list.with(index, element);
}

/** For an event or a message: `spec.replicas: 1 → 2`, each value cut at so many characters. */
export function shortly(value: unknown, longest = 100): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
