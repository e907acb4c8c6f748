import fc from 'fast-check';
import type { Judge, Path } from '../../../controllers/policy/evaluate/index.ts';
import { placed, resourceOf } from '../../policies/judged.ts';
import type { Case, Manifest, PackPolicy } from '../../policies/packs.ts';
import { expanded } from './expanded.ts';
import { isRecord, type Json, list, record } from './json.ts';

/** What a rule is asked about: cases of its Policy, in every kind that makes such pods, changed in the fields that it reads. */

export type Given = Pick<Case, 'object' | 'namespace'>;

/** Half of them are made of cases that the rule holds for, and half of others; each has up to three changes. */
export function objectsFor(policy: PackPolicy, rule: string, judge: Judge): fc.Arbitrary<Given> {
  const found = valuesIn(policy.cases.map(({ object }) => object));
  const literals = literalsOf(policy);
  const of = (result: string) =>
    policy.cases.filter(({ expected }) => expected !== 'notMatched' && expected[rule] === result);
  const cases = [of('pass'), of('fail')];
  return fc.gen().map((draw) => {
    const choose: Choose = (all) => {
      const chosen = all[draw(index, all.length)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    };
    const { object, namespace } = choose(choose(cases));
    const given = placed(object, namespace);
    const start = choose([given, ...expanded(given)].filter((one) => judge.mayMatch(resourceOf(one))));
    const paths = judge
      .ruleReads(rule, resourceOf(start))
      .filter(([first]) => first !== 'apiVersion' && first !== 'kind');
    const changes = new Changes(choose, found, literals);
    const times = paths.length === 0 ? [] : Array.from({ length: choose([0, 1, 2, 3]) });
    const changed = times.reduce<Json>((all) => {
      const path = choose(paths.filter((one) => reaches(all, one)));
      return record(changes.along(all, path));
    }, start);
    return { object: manifestOf(start, changed), namespace };
  });
}

type Choose = <T>(all: readonly T[]) => T;

/** Each as likely as the next, where numbers are mostly small ones. */
const index = (count: number) => fc.noBias(fc.nat({ max: count - 1 }));

/** Whether there is something to change at its end, or something to be put there. */
function reaches(value: unknown, [field, ...rest]: Path): boolean {
  if (field === undefined || field === '#') return true;
  if (field !== '*') return reaches(record(value)[field], rest);
  const items = Array.isArray(value) ? value : Object.values(record(value));
  return items.some((item) => reaches(item, rest));
}

/** What it is stays. */
function manifestOf({ apiVersion, kind, metadata }: Manifest, changed: Json): Manifest {
  const own = record(changed.metadata);
  const name = typeof own.name === 'string' ? own.name : metadata.name;
  return { ...changed, apiVersion, kind, metadata: { ...own, name } };
}

/** By the name of the field; of what a list or a map holds `name.*`. */
type Values = ReadonlyMap<string, readonly unknown[]>;

function valuesIn(objects: readonly Manifest[]): Values {
  const found = new Map<string, unknown[]>();
  const add = (name: string, value: unknown): void => {
    const known = found.get(name);
    if (known === undefined) found.set(name, [value]);
    else known.push(value);
    for (const item of Array.isArray(value) ? value : Object.values(record(value))) add(`${name}.*`, item);
    for (const [field, item] of Object.entries(record(value))) add(field, item);
  };
  for (const object of objects) add('', object);
  return found;
}

/** What a rule compares with, or begins or ends with. */
function literalsOf({ spec: { rules, variables = [], params = {} } }: PackPolicy): readonly string[] {
  const texts = [...rules, ...variables].map(({ expression }) => expression);
  const quoted = texts.flatMap((text) => [...text.matchAll(/'([^']*)'/g)].map(([, literal = '']) => literal));
  const given = JSON.stringify(params).match(/"[^"]*"/g) ?? [];
  return [...new Set([...quoted, ...given.map((text) => text.slice(1, -1))])];
}

class Changes {
  readonly #choose: Choose;
  readonly #found: Values;
  readonly #literals: readonly string[];

  constructor(choose: Choose, found: Values, literals: readonly string[]) {
    this.#choose = choose;
    this.#found = found;
    this.#literals = literals;
  }

  /** The value with one change at the end of a path; of lists (`*`) in one element. */
  along(value: unknown, [field, ...rest]: Path, name = ''): unknown {
    if (field === undefined || field === '#') return this.#changed(value, name);
    if (field !== '*') {
      const own = record(value);
      const changed = withField(own, field, this.along(own[field], rest, field));
      return value === undefined && Object.keys(changed).length === 0 ? undefined : changed;
    }
    return this.#inOne(value, (item) => this.along(item, rest, `${name}.*`));
  }

  #changed(value: unknown, name: string): unknown {
    const others = this.#found.get(name) ?? [];
    return this.#choose([
      () => undefined,
      ...(others.length > 0 ? [() => this.#choose(others)] : []),
      ...this.#variations(value, name),
    ])();
  }

  /** Of what holds others mostly one of these, so that the rest stays what the rule is about. */
  #variations(value: unknown, name: string): readonly (() => unknown)[] {
    if (typeof value === 'boolean') return [() => !value];
    if (typeof value === 'number') return [() => this.#choose([value + 1, value - 1, 0])];
    if (typeof value === 'string') {
      const alike = ['', `${value}x`, `x${value}`, value.slice(0, -1), value.toUpperCase()];
      return [
        () => this.#choose(alike),
        ...(this.#literals.length > 0 ? [() => this.#choose(this.#literals)] : []),
      ];
    }
    const inOne = () => this.#inOne(value, (item, field = `${name}.*`) => this.#changed(item, field));
    if (isRecord(value)) return [() => ({}), inOne, inOne, inOne, inOne];
    if (!Array.isArray(value)) return [];
    const others = this.#found.get(`${name}.*`) ?? [];
    return [
      () => [],
      ...(others.length > 0 ? [() => [...value, renamed(this.#choose(others), value)]] : []),
      ...[inOne, inOne, inOne, inOne],
    ];
  }

  /** Of a list or a map with one of what it holds changed. */
  #inOne(value: unknown, change: (item: unknown, field?: string) => unknown): unknown {
    const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(record(value));
    if (keys.length === 0) return value;
    const key = this.#choose<string | number>(keys);
    if (typeof key === 'string') return withField(record(value), key, change(record(value)[key], key));
    return list(value)
      .with(key, change(list(value)[key]))
      .filter((item) => item !== undefined);
  }
}

function withField(own: Json, field: string, value: unknown): Json {
  if (value !== undefined) return { ...own, [field]: value };
  const { [field]: _, ...others } = own;
  return others;
}

/** No two containers, volumes or ports may have one name. */
function renamed(item: unknown, others: readonly unknown[]): unknown {
  const { name } = record(item);
  if (typeof name !== 'string' || !others.some((other) => record(other).name === name)) return item;
  return { ...record(item), name: `${name}-${others.length}` };
}
