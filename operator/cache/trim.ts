import type { FieldsV1, KubernetesObject, ManagedFieldsEntry } from '../resources/object.ts';

/** What of `metadata.managedFields` stays in the cache: it is often half of an object. */
export type KeepManagedFields =
  | 'none'
  /** Our manager's Apply entry whole; of all others who wrote and when, without their fields. */
  | 'own'
  | 'all';

/**
 * Makes objects fit for the cache: drops what nobody reads and shares what is the same in many of them.
 *
 * The fields of our Apply entries are the same tree in every object of a kind; labels are the same in all that belongs
 * together; and texts such as a namespace's name come again and again. Shared, 10,000 of them cost what one does.
 */
export class Trimmer {
  readonly #keep: KeepManagedFields;
  readonly #fieldManager: string;

  constructor(keep: KeepManagedFields, fieldManager: string) {
    this.#keep = keep;
    this.#fieldManager = fieldManager;
  }

  trim<T extends KubernetesObject>(object: T): T {
    const { managedFields, ...metadata } = object.metadata;
    if (managedFields === undefined || this.#keep === 'all') return object;
    const { namespace, labels, creationTimestamp } = metadata;
    // Copies, since `delete` would leave an object that V8 keeps as a hash table.
    return {
      ...object,
      apiVersion: shared(object.apiVersion),
      kind: shared(object.kind),
      metadata: {
        ...metadata,
        ...(namespace !== undefined && { namespace: shared(namespace) }),
        ...(creationTimestamp !== undefined && {
          creationTimestamp: shared(creationTimestamp),
        }),
        ...(labels !== undefined && { labels: labelSets.first(JSON.stringify(labels), labels) }),
        ...(this.#keep === 'own' && { managedFields: this.#writers(managedFields) }),
      },
    };
  }

  #writers(managedFields: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
    const treeNumbers: number[] = [];
    const entries = managedFields.map(({ fieldsV1, fieldsType: _, ...entry }): ManagedFieldsEntry => {
      if (!this.#isOwn(entry) || fieldsV1 === undefined) return entry;
      const { tree, number } = numbered(fieldsV1);
      treeNumbers.push(number);
      return { ...entry, fieldsType: 'FieldsV1', fieldsV1: tree };
    });
    // A tree's number says all of it, so that the key need not.
    const key = JSON.stringify([entries.map(({ fieldsV1: _, ...entry }) => entry), treeNumbers]);
    return writers.first(key, entries);
  }

  #isOwn({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
    return manager === this.#fieldManager && operation === 'Apply' && subresource === undefined;
  }
}

/** Shapes that are remembered at most. Beyond it sharing begins anew, so that memory is bounded whatever comes. */
const mostRemembered = 4096;

/** Characters of a shape that is remembered, at most: what is so large is hardly ever twice the same. */
const longestRemembered = 8192;

/** Values by their shape. */
class Shared<Value> {
  readonly #known = new Map<string, Value>();

  /** The first value of this shape that came along: what is in a cache is never changed, so one does for all. */
  first(shape: string, value: Value): Value {
    const known = this.#known.get(shape);
    if (known !== undefined) return known;
    if (shape.length > longestRemembered) return value;
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(shape, value);
    return value;
  }
}

// Of all caches together: what lies in one namespace has the same labels, of whatever kind it is.
const texts = new Shared<string>();
const labelSets = new Shared<Readonly<Record<string, string>>>();
const trees = new Shared<{ readonly tree: FieldsV1; readonly number: number }>();
const writers = new Shared<readonly ManagedFieldsEntry[]>();
let numbers = 0;

function shared(text: string): string {
  return texts.first(text, text);
}

/** The tree to share, and its number, which no other tree ever has. */
function numbered(tree: FieldsV1): { readonly tree: FieldsV1; readonly number: number } {
  numbers += 1;
  return trees.first(JSON.stringify(tree), { tree, number: numbers });
}

/** Freezes an object of the wire and everything in it. */
export function freezeDeep<T extends object>(object: T): T {
  if (Object.isFrozen(object)) return object;
  Object.freeze(object);
  for (const value of Object.values(object)) {
    if (typeof value === 'object' && value !== null) freezeDeep(value);
  }
  return object;
}
