import type { Judge, Path, Subject, Verdict } from '../controllers/policy/evaluate/index.ts';
import type { Steps } from './documents.ts';
import { isObject, type JsonObject } from './manifests.ts';

/**
 * Where in an object the reason of a bad verdict stands, as far as it can be told from what the rule reads. An item of a
 * list is to blame if the verdict is as bad with it alone; so a container is pointed at, and not the list of them.
 *
 * @param written the object before its defaults: only what is written can be pointed at
 */
export function blamed(
  judge: Judge,
  { rule, result }: Verdict,
  subject: Subject,
  written: JsonObject,
  now: number,
): Steps {
  const paths = judge.ruleReads(rule, subject.resource);
  const lists = listsRead(paths);
  for (const list of lists) {
    const items = at(subject.object, list);
    const there = at(written, list);
    if (!Array.isArray(items) || !Array.isArray(there)) continue;
    for (const index of there.keys()) {
      const alone = lists.reduce(
        (object, other) => withOnly(object, other, other === list ? index : undefined),
        subject.object,
      );
      const verdicts = judge.judge({ ...subject, object: alone }, now) ?? [];
      if (verdicts.some((one) => one.rule === rule && one.result === result)) {
        return deepest(written, [...list, index], below(paths, list));
      }
    }
  }
  return deepest(written, [], paths);
}

/**
 * A null that a rule reads. Built-in kinds have none, and others only where their definition says so; rules seldom think of
 * them.
 */
export function nullRead(judge: Judge, rule: string, { object, resource }: Subject): Steps | undefined {
  for (const path of judge.ruleReads(rule, resource)) {
    const found = nullOn(object, path, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nullOn(value: unknown, [field, ...rest]: Path, steps: Steps): Steps | undefined {
  if (value === null) return steps;
  if (field === undefined || typeof value !== 'object') return undefined;
  const isEach = field === '*';
  const below: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  for (const [step, item] of below) {
    const found = isEach || step === field ? nullOn(item, rest, [...steps, step]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The lists that are gone through, as far out as they stand. */
function listsRead(paths: readonly Path[]): readonly (readonly string[])[] {
  const lists = paths.flatMap((path) => {
    const star = path.findIndex((field) => field === '*' || field === '#');
    return star < 0 ? [] : [path.slice(0, star)];
  });
  return [...new Map(lists.map((list) => [list.join('/'), list])).values()];
}

/** What is read of each item. */
function below(paths: readonly Path[], list: readonly string[]): readonly Path[] {
  return paths
    .filter((path) => path[list.length] === '*' && list.every((field, index) => path[index] === field))
    .map((path) => path.slice(list.length + 1));
}

/** As far down as all that is read has one way to go. */
function deepest(object: JsonObject, from: Steps, paths: readonly Path[]): Steps {
  const steps = [...from];
  let value = at(object, from);
  for (let depth = 0; isObject(value); depth++) {
    const fields = new Set(paths.map((path) => path[depth]));
    const [field] = fields;
    if (fields.size !== 1 || field === undefined || !Object.hasOwn(value, field)) break;
    steps.push(field);
    value = value[field];
  }
  return steps;
}

function at(object: unknown, steps: Steps): unknown {
  let value = object;
  for (const step of steps) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step];
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/** With one item of the list, or with none. */
function withOnly(object: JsonObject, list: readonly string[], index: number | undefined): JsonObject {
  const [field, ...rest] = list;
  if (field === undefined || !Object.hasOwn(object, field)) return object;
  const value = object[field];
  if (rest.length === 0) {
    if (!Array.isArray(value)) return object;
    return { ...object, [field]: index === undefined ? [] : value.slice(index, index + 1) };
  }
  return isObject(value) ? { ...object, [field]: withOnly(value, rest, index) } : object;
}
