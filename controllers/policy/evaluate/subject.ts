/** What is judged. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** A kind, and how the API server serves it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** In the plural, as in `kubectl api-resources`. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface Subject {
  /** As the API server has it, or would have it: with its defaults. */
  readonly object: JsonObject;
  readonly resource: Resource;
  /** Undefined where it is in none, and where the namespace is not known: then its name is all that is known of it. */
  readonly namespaceObject: JsonObject | undefined;
}

/** Of namespaces their own, as the API server has it. */
export function namespaceOf({ object, resource }: Pick<Subject, 'object' | 'resource'>): string {
  const { name, namespace } = metadataOf(object);
  if (isNamespace(resource)) return text(name);
  return resource.namespaced ? text(namespace) : '';
}

export function isNamespace({ group, resource }: Resource): boolean {
  return group === '' && resource === 'namespaces';
}

export function labelsOf(object: JsonObject | undefined): Readonly<Record<string, string>> {
  const { labels } = metadataOf(object);
  return Object.fromEntries(
    Object.entries(record(labels)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function metadataOf(object: JsonObject | undefined): JsonObject {
  return record(object?.metadata);
}

export function record(value: unknown): JsonObject {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
