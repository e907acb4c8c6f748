import { fieldsRead } from '../compile/fieldsRead.ts';
import { type Path, size } from '../compile/reads.ts';
import { isRecord, type JsonObject, type Resource } from './subject.ts';

export type { Path } from '../compile/reads.ts';

/** Which fields expressions read, and objects that have no others. */

export interface Fields {
  readonly object: readonly Path[];
  readonly podSpec: readonly Path[];
}

/** @param expressions well-formed, with their variables put in place; `podSpec` stands for itself */
export function fieldsOf(expressions: readonly string[]): Fields {
  const each = expressions.map(fieldsRead);
  return {
    object: each.flatMap(({ object }) => object),
    podSpec: each.flatMap(({ podSpec }) => podSpec),
  };
}

/** What is always read: what an object is. */
const identity: readonly Path[] = [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace']];

/** The fields in an object of this kind, each once, none below another; with what says which object it is. */
export function pathsIn(resource: Pick<Resource, 'kind'>, fields: Fields): readonly Path[] {
  return pathsRead(resource, { ...fields, object: [...identity, ...fields.object] });
}

/** The same of the fields alone. */
export function pathsRead({ kind }: Pick<Resource, 'kind'>, { object, podSpec }: Fields): readonly Path[] {
  const pod =
    kind === 'Pod'
      ? ['spec']
      : kind === 'CronJob'
        ? ['spec', 'jobTemplate', 'spec', 'template', 'spec']
        : ['spec', 'template', 'spec'];
  const all = [...object, ...podSpec.map((path) => [...pod, ...path])];
  const distinct = [...new Map(all.map((path) => [JSON.stringify(path), path])).values()];
  return distinct.filter(
    (path) =>
      !distinct.some(
        (other) => other.length < path.length && other.every((field, index) => path[index] === field),
      ),
  );
}

/**
 * Objects with these fields only: of a list (`*`) of each element what is below, `#` how many elements there are. A path
 * that ends at a field keeps all of it.
 */
export function projected(paths: readonly Path[]): (object: JsonObject) => JsonObject {
  const tree = new Kept();
  for (const path of paths) tree.add(path);
  return (object) => {
    const kept = tree.of(object);
    return isRecord(kept) ? kept : object;
  };
}

class Kept {
  #whole = false;
  readonly #fields = new Map<string, Kept>();

  add([first, ...rest]: Path): void {
    if (first === undefined) {
      this.#whole = true;
      return;
    }
    const below = this.#fields.get(first) ?? new Kept();
    this.#fields.set(first, below);
    below.add(rest);
  }

  of(value: unknown): unknown {
    if (this.#whole || typeof value !== 'object' || value === null) return value;
    const each = this.#fields.get('*');
    if (Array.isArray(value)) {
      const element = each ?? nothing;
      return value.map((item) => element.of(item));
    }
    // Of a map its keys count as well, and nothing tells a map from an object.
    if (!isRecord(value) || this.#fields.has(size)) return value;
    if (each !== undefined) return this.#every(value, each);
    const kept: Record<string, unknown> = {};
    for (const [field, below] of this.#fields) {
      if (Object.hasOwn(value, field)) kept[field] = below.of(value[field]);
    }
    return kept;
  }

  #every(value: JsonObject, each: Kept): JsonObject {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const own = this.#fields.get(key);
        return [key, own === undefined ? each.of(item) : item];
      }),
    );
  }
}

const nothing = new Kept();
