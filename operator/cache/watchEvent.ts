import type { Status } from '../client/apiError.ts';
import type { KubernetesObject } from '../resources/object.ts';

/** One line of a watch. */
export type WatchEvent<T extends KubernetesObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ERROR'; readonly status: Partial<Status> };

/** A line that is no event. Says nothing of its content, which may be a Secret's. */
class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
}

/** Reads one line. Throws a `MalformedEventError`. */
export function parseWatchEvent<T extends KubernetesObject>(line: string): WatchEvent<T> {
  const event = parseJson(line);
  if (!isRecord(event) || !isRecord(event.object)) throw malformed(line, 'no event');
  const { type, object } = event;
  if (type === 'ERROR') return { type, status: object };
  if (!isRecord(object.metadata)) throw malformed(line, 'no metadata');
  const { resourceVersion, name } = object.metadata;
  if (typeof resourceVersion !== 'string' || resourceVersion === '')
    throw malformed(line, 'no resourceVersion');
  if (type === 'BOOKMARK') return { type, resourceVersion };
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') throw malformed(line, 'an unknown type');
  if (typeof name !== 'string' || name === '') throw malformed(line, 'no name');
  // The wire's word for it that the object is of the resource that was asked for.
  return { type, resourceVersion, object: object as unknown as T };
}

/**
 * The version of the object that a line brings, without reading all of it: for lines that bring back what is known
 * already. Undefined where that is not certain: the object is gone, or more than one thing in the line is called so, which
 * an annotation may be by whoever wishes to be taken for somebody else.
 */
export function versionBrought(line: string): string | undefined {
  if (!line.startsWith('{"type":"ADDED"') && !line.startsWith('{"type":"MODIFIED"')) return undefined;
  const start = line.indexOf(versionField);
  if (start < 0 || line.includes(versionField, start + 1)) return undefined;
  const from = start + versionField.length;
  return line.slice(from, line.indexOf('"', from));
}

// Quotes within a text are escaped, so this is a field, wherever it is.
const versionField = '"resourceVersion":"';

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw malformed(line, 'no JSON');
  }
}

function malformed(line: string, what: string): MalformedEventError {
  return new MalformedEventError(`a line of ${line.length} characters in the watch is ${what}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
