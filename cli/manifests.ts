import { type Document, documentsOf, type Steps } from './documents.ts';
import type { ObjectName, Place, Problem } from './report.ts';
import type { Source } from './sources.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object of Kubernetes, as it was written. */
export interface Manifest {
  readonly document: Document;
  /** Where in the document it stands: somewhere else than at the root in a List. */
  readonly steps: Steps;
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: JsonObject;
}

/** The objects in these files; lists are taken apart. What is no object is a problem. */
export function manifestsOf(sources: readonly Source[]): {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
} {
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  const empty = new Map(sources.map(({ given, file }) => [given, given === '-' ? file : given]));
  for (const source of sources) {
    const read = documentsOf(source);
    problems.push(...read.problems);
    if (read.documents.length > 0 || read.problems.length > 0) empty.delete(source.given);
    for (const document of read.documents) {
      for (const found of objectsIn(document, document.value, [])) {
        if ('message' in found) problems.push(found);
        else manifests.push(found);
      }
    }
  }
  // In a folder, a file may hold nothing but comments, as what a chart makes of a template that is switched off.
  for (const file of empty.values()) {
    problems.push({ place: { file, line: 1, column: 1 }, message: 'there is nothing in it' });
  }
  return { manifests, problems };
}

function objectsIn(
  document: Document,
  value: unknown,
  steps: Steps,
  listed: { readonly apiVersion?: string; readonly kind?: string } = {},
): readonly (Manifest | Problem)[] {
  const problem = (message: string): Problem => ({ place: document.place(steps), message });
  if (!isObject(value)) return [problem('is no object of Kubernetes: it is no map')];
  // The items of a list of one kind need not say it again.
  const { apiVersion = listed.apiVersion, kind = listed.kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    return [problem('is no object of Kubernetes: it has no apiVersion and kind')];
  }
  if (isList(kind, value)) {
    const inside = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
    const items: readonly unknown[] = Array.isArray(value.items) ? value.items : [];
    return items.flatMap((item, index) => objectsIn(document, item, [...steps, 'items', index], inside));
  }
  if (apiVersion.startsWith('kustomize.config.k8s.io/')) {
    return [problem('is for kustomize: give what kustomize build makes of it')];
  }
  const { name, generateName } = metadataOf(value);
  const called = name ?? generateName;
  if (called === undefined) return [problem(`${kind}: metadata.name is missing`)];
  if (typeof called !== 'string')
    return [problem(`${kind}: metadata.name must be a string, and is ${JSON.stringify(called)}`)];
  return [{ document, steps, apiVersion, kind, object: { ...value, apiVersion, kind } }];
}

/** Of a list with nothing in it, some clients write `items: null`. */
function isList(kind: string, { items }: JsonObject): boolean {
  if (!kind.endsWith('List')) return false;
  return Array.isArray(items) || items === null || (items === undefined && kind === 'List');
}

/** Where something of it stands, or what is nearest above. */
export function placeIn({ document, steps }: Manifest, within: Steps = []): Place {
  return document.place([...steps, ...within]);
}

export function metadataOf({ metadata }: JsonObject): JsonObject {
  return isObject(metadata) ? metadata : {};
}

export function objectNameOf(object: JsonObject): ObjectName {
  const { name, generateName, namespace } = metadataOf(object);
  return {
    apiVersion: String(object.apiVersion),
    kind: String(object.kind),
    namespace: typeof namespace === 'string' ? namespace : '',
    name: typeof name === 'string' ? name : `${String(generateName)}*`,
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
