import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../../operator/resources/json.ts';

/** A field, or of a list the element that has this value in this field. */
export type Step = string | Readonly<Record<string, string | number>>;

export type Path = readonly Step[];

/** One value that becomes another. A list whose elements have no names of their own is one value. */
export interface Change {
  readonly path: Path;
  /** Absent: there was nothing. */
  readonly before?: unknown;
  /** Absent: there is nothing any more. */
  readonly after?: unknown;
  /** How many steps of the path were there before, where what holds the value was not. */
  readonly there?: number | undefined;
  /** Of an element that goes: where in its list it stood. */
  readonly at?: number | undefined;
}

/** What makes the one of the other, the smallest values that differ. Applied to `before` it gives `after`. */
export function changesBetween(before: unknown, after: unknown): readonly Change[] {
  return difference([], before, after, undefined);
}

function difference(
  path: Path,
  before: unknown,
  after: unknown,
  there: number | undefined,
): readonly Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isRecord(after) && (isRecord(before) || (before === undefined && Object.keys(after).length > 0))) {
    const old = before ?? {};
    const made = before === undefined ? (there ?? path.length - 1) : undefined;
    return Object.keys({ ...old, ...after })
      .toSorted()
      .flatMap((field) => difference([...path, field], fieldOf(old, field), fieldOf(after, field), made));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const elements = byElement(path, before, after);
    if (elements !== undefined) return elements;
  }
  return [
    {
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(there === undefined ? {} : { there }),
    },
  ];
}

/** Fields by which Kubernetes tells the elements of its lists apart. */
const keys = ['name', 'mountPath', 'containerPort', 'port'] as const;

/** Element by element, where all have names and those that stay stand in the same order, new ones behind them. */
function byElement(
  path: Path,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly Change[] | undefined {
  const key = keys.find((name) => tellsApart(name, before) && tellsApart(name, after));
  if (key === undefined || before.length === 0 || after.length === 0) return undefined;
  const old = new Map(before.map((element) => [nameIn(element, key), element]));
  const now = new Map(after.map((element) => [nameIn(element, key), element]));
  const staying = [...old.keys()].filter((name) => now.has(name));
  const order = [...staying, ...[...now.keys()].filter((name) => !old.has(name))];
  if (staying.length === 0 || !isDeepStrictEqual(order, [...now.keys()])) return undefined;
  const step = (name: string | number | undefined): Path => [...path, { [key]: name ?? '' }];
  const changed = staying.flatMap((name) => difference(step(name), old.get(name), now.get(name), undefined));
  // The last first, so that each stood where it is said while those before it were there.
  const gone = [...old]
    .map(([name, element], at): Change => ({ path: step(name), before: element, at }))
    .filter((_, at) => !now.has([...old.keys()][at]))
    .toReversed();
  const added = order
    .slice(staying.length)
    .map((name): Change => ({ path: step(name), after: now.get(name) }));
  return [...changed, ...gone, ...added];
}

function tellsApart(key: string, elements: readonly unknown[]): boolean {
  const names = elements.map((element) => nameIn(element, key));
  return names.every((name) => name !== undefined) && new Set(names).size === names.length;
}

function nameIn(element: unknown, key: string): string | number | undefined {
  if (!isRecord(element)) return undefined;
  const name = fieldOf(element, key);
  return typeof name === 'string' || typeof name === 'number' ? name : undefined;
}

/** The object with the changes made in their order; what stands elsewhere stays. */
export function applied(object: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((value, change) => set(value, change.path, change), object);
}

/** The object as it was before the changes, of which each must still hold. */
export function undone(object: unknown, changes: readonly Change[]): unknown {
  return applied(object, inverse(changes));
}

/** What takes changes back. */
export function inverse(changes: readonly Change[]): readonly Change[] {
  return changes.toReversed().map(({ before, after, ...where }) => ({
    ...where,
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
  }));
}

/** Whether the value is still what the change made of it. */
export function holds(object: unknown, { path, after }: Change): boolean {
  return isDeepStrictEqual(valueAt(object, path), after);
}

export function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => child(value, step), object);
}

function child(value: unknown, step: Step): unknown {
  if (typeof step === 'string') return isRecord(value) ? fieldOf(value, step) : undefined;
  return Array.isArray(value) ? value[indexOf(value, step)] : undefined;
}

/** Where in a list the element of a step stands; -1 if it does not. */
export function indexOf(list: readonly unknown[], step: Exclude<Step, string>): number {
  const [[key, name] = ['', '']] = Object.entries(step);
  return list.findIndex((element) => nameIn(element, key) === name);
}

function fieldOf(record: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}

/** @param depth how many steps lie above this value, of which `there` are kept though they come to hold nothing */
function set(value: unknown, [step, ...rest]: Path, change: Change, depth = 0): unknown {
  if (step === undefined) return change.after;
  const now = set(child(value, step), rest, change, depth + 1);
  const isEmptied = change.after === undefined && rest.length > 0 && depth >= (change.there ?? depth + 1);
  const next = isEmptied && isRecord(now) && Object.keys(now).length === 0 ? undefined : now;
  if (typeof step !== 'string') return setElement(Array.isArray(value) ? value : [], step, next, change.at);
  const record = isRecord(value) ? value : {};
  if (next !== undefined) return { ...record, [step]: next };
  const { [step]: _, ...others } = record;
  return value === undefined ? undefined : others;
}

function setElement(
  list: readonly unknown[],
  step: Exclude<Step, string>,
  element: unknown,
  at: number | undefined,
): readonly unknown[] {
  const index = indexOf(list, step);
  if (index >= 0) return element === undefined ? list.toSpliced(index, 1) : list.with(index, element);
  return element === undefined ? list : list.toSpliced(at ?? list.length, 0, element);
}

/** Whether what the one writes is part of what the other writes. */
export function overlap(a: Change, b: Change): boolean {
  const length = Math.min(a.path.length, b.path.length);
  return isDeepStrictEqual(a.path.slice(0, length), b.path.slice(0, length));
}

/** For people: `spec.template.spec.containers[name=main].image`. */
export function textOf(path: Path): string {
  return path
    .map((step) => {
      if (typeof step !== 'string') return `[${Object.entries(step).map(([key, name]) => `${key}=${name}`)}]`;
      return /^[A-Za-z0-9_]+$/.test(step) ? `.${step}` : `[${step}]`;
    })
    .join('')
    .replace(/^\./, '');
}
