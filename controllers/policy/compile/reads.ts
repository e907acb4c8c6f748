import { literal } from './literal.ts';
import { podSpecOf } from './podSpec.ts';
import type { Source } from './source.ts';

/**
 * What an expression reads of the object. An update that leaves all of it as it was is let through: controllers change
 * finalizers and owner references of objects that violated a Policy before it was there, and those must end as any other.
 */
export interface Reads {
  /** Fields below `object` and `oldObject`, which count alike. An empty path is the whole object. */
  readonly object: readonly Path[];
  /** Fields below `podSpec`. */
  readonly podSpec: readonly Path[];
  /** Whether it reads who asks, or for what: then any change of the content may be what it is about. */
  readonly asks: boolean;
}

/** Names of fields; `*` is each element of a list, and `size`, at the end, how many there are. */
export type Path = readonly string[];

/** No field is called so. */
export const size = '#';

export const nothing: Reads = { object: [], podSpec: [], asks: false };

/** What of a request is the same for all requests about an object. */
const ofObject = ['kind', 'name', 'namespace', 'requestKind', 'requestResource', 'resource'];

/**
 * At least what the expression reads: of a list or map that it goes through, all. Names of variables are not followed.
 */
export function readsOf({ references }: Source): Reads {
  const paths = (...names: readonly string[]) =>
    references.filter(({ name }) => names.includes(name)).map(({ path }) => path);
  const asks = references.some(
    ({ name, path }) =>
      name === 'authorizer' || (name === 'request' && !ofObject.includes(path[0] ?? 'all of it')),
  );
  return { object: paths('object', 'oldObject'), podSpec: paths('podSpec'), asks };
}

export function union(reads: readonly Reads[]): Reads {
  return {
    object: widest(reads.flatMap(({ object }) => object)),
    podSpec: widest(reads.flatMap(({ podSpec }) => podSpec)),
    asks: reads.some(({ asks }) => asks),
  };
}

/** How the pod of the new and of the old object is written in an expression. */
export interface PodSpecs {
  readonly now: string;
  readonly before: string;
}

/** As expressions; for where there are no variables. */
export const inlinePodSpecs: PodSpecs = {
  now: `(${podSpecOf('object')})`,
  before: `(${podSpecOf('oldObject')})`,
};

/** An expression: whether this is an update that leaves what is read as it was. */
export function unchanged(reads: Reads, specs: PodSpecs): string {
  return ["request.operation == 'UPDATE'", ...equalities(reads, specs)].join(' && ');
}

/** Expressions that all hold of an update that leaves what is read as it was. */
export function equalities(reads: Reads, { now, before }: PodSpecs): readonly string[] {
  const { object, podSpec, asks } = union([reads]);
  const all =
    asks || (object.length === 0 && podSpec.length === 0) || object.some((path) => path.length === 0);
  return all
    ? sameContent
    : [
        ...object.flatMap(bookkept).map((path) => equal('object', 'oldObject', path)),
        ...podSpec.map((path) => equal(now, before, path)),
      ];
}

/** Of metadata as a whole, what people write; the rest changes with every update. */
const written = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

function bookkept(path: Path): readonly Path[] {
  return path.length === 1 && path[0] === 'metadata' ? written.map((field) => ['metadata', field]) : [path];
}

/** Everything but metadata that controllers keep, and the status, unless it is the status that is written. */
const kept = "field == 'metadata' || (field == 'status' && request.?subResource.orValue('') != 'status')";
const sameContent = [
  equal('object', 'oldObject', ['metadata', 'labels']),
  equal('object', 'oldObject', ['metadata', 'annotations']),
  `dyn(object).all(field, ${kept} || dyn(oldObject)[?field] == optional.of(dyn(object)[field]))`,
  `dyn(oldObject).all(field, ${kept} || field in dyn(object))`,
];

function equal(now: string, before: string, path: Path): string {
  return `${valueAt(now, path, 0)} == ${valueAt(before, path, 0)}`;
}

/** What stands at a path; of each element of a list (`*`) what stands below it. Of a map all that there is. */
function valueAt(of: string, path: Path, depth: number): string {
  const star = path.findIndex((field) => field === '*' || field === size);
  const fields = (star < 0 ? path : path.slice(0, star)).map(select).join('');
  if (star < 0) return `${of}${fields}`;
  const all = fields === '' ? `dyn(${of})` : `${of}${fields}.orValue(null)`;
  if (path[star] === size) return `(type(${all}) == list ? dyn(size(${all})) : ${all})`;
  const element = `e${depth}`;
  const each = valueAt(element, path.slice(star + 1), depth + 1);
  return `(type(${all}) == list ? dyn(${all}.map(${element}, ${each})) : ${all})`;
}

function select(field: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) ? `.?${field}` : `[?${literal(field)}]`;
}

/** Each path once, in order, without those below another. */
function widest(paths: readonly Path[]): readonly Path[] {
  // Of lists whose elements are compared, the sizes are.
  const isBelow = (path: Path, other: Path) =>
    (other.length < path.length && other.every((field, index) => path[index] === field)) ||
    (path.at(-1) === size &&
      other.length > path.length &&
      path.every((field, index) => other[index] === (field === size ? '*' : field)));
  const trimmed = paths.map(withoutLastStars);
  const distinct = new Map(trimmed.map((path) => [JSON.stringify(path), path]));
  return [...distinct]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => path)
    .filter((path) => !trimmed.some((other) => isBelow(path, other)));
}

/** All elements are the whole. */
function withoutLastStars(path: Path): Path {
  return path.at(-1) === '*' ? withoutLastStars(path.slice(0, -1)) : path;
}
