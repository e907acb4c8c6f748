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
 * The fields of our Apply entries are the same tree in every object of a kind. Shared, 10,000 of them cost what one does.
 */
export class Trimmer {
  readonly #keep: KeepManagedFields;
  readonly #fieldManager: string;
  readonly #trees = new Map<string, FieldsV1>();
  readonly #texts = new Map<string, string>();

  constructor(keep: KeepManagedFields, fieldManager: string) {
    this.#keep = keep;
    this.#fieldManager = fieldManager;
  }

  trim<T extends KubernetesObject>(object: T): T {
    const { managedFields, ...metadata } = object.metadata;
    if (managedFields === undefined || this.#keep === 'all') return object;
    // A copy, since `delete` would leave an object that V8 keeps as a hash table.
    return this.#keep === 'none'
      ? { ...object, metadata }
      : {
          ...object,
          metadata: { ...metadata, managedFields: managedFields.map((entry) => this.#entry(entry)) },
        };
  }

  #entry({ fieldsV1, fieldsType, ...entry }: ManagedFieldsEntry): ManagedFieldsEntry {
    const shared = {
      ...entry,
      ...(entry.manager === undefined ? undefined : { manager: this.#text(entry.manager) }),
      ...(entry.time === undefined ? undefined : { time: this.#text(entry.time) }),
    };
    const own =
      entry.manager === this.#fieldManager && entry.operation === 'Apply' && entry.subresource === undefined;
    if (!own || fieldsV1 === undefined) return shared;
    return { ...shared, fieldsType: 'FieldsV1', fieldsV1: this.#tree(fieldsV1) };
  }

  #tree(fields: FieldsV1): FieldsV1 {
    return intern(this.#trees, JSON.stringify(fields), fields);
  }

  #text(text: string): string {
    return intern(this.#texts, text, text);
  }
}

/** Shapes that are remembered at most. Beyond it sharing begins anew, so that memory is bounded whatever comes. */
const mostRemembered = 4096;

/** Characters of a shape that is remembered, at most: what is so large is hardly ever twice the same. */
const longestRemembered = 8192;

function intern<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  if (key.length > longestRemembered) return value;
  const first = known.get(key);
  if (first !== undefined) return first;
  if (known.size >= mostRemembered) known.clear();
  known.set(key, value);
  return value;
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
