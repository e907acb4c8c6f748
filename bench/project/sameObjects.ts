import { isRecord } from '../../operator/resources/json.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';

/**
 * What one contestant made that another did not, or made otherwise, in a line each; empty where both did the same. Left
 * out is what the API server or the cluster's own controllers fill in (identity, times, versions, field managers, status)
 * and Mainstay's bookkeeping: its own annotations, and the label with the owner's UID, which differs from run to run.
 */
export function differences(
  expected: readonly KubernetesObject[],
  actual: readonly KubernetesObject[],
): readonly string[] {
  const wanted = byIdentity(expected);
  const made = byIdentity(actual);
  const found: string[] = [];
  for (const [identity, object] of wanted) {
    const other = made.get(identity);
    if (other === undefined) found.push(`${identity}: missing`);
    else compare(meant(object), meant(other), identity, found);
  }
  for (const identity of made.keys()) {
    if (!wanted.has(identity)) found.push(`${identity}: not expected`);
  }
  return found;
}

/** Metadata that says which object this is and how it came about, not what it is. */
const incidental: ReadonlySet<string> = new Set([
  'uid',
  'creationTimestamp',
  'resourceVersion',
  'generation',
  'managedFields',
  'selfLink',
]);

function byIdentity(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(
    objects.map((object) => {
      const { name, namespace } = object.metadata;
      return [`${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`, object];
    }),
  );
}

/** The object without what is left out of the comparison. */
function meant(object: KubernetesObject): unknown {
  const { metadata, status: _, ...rest }: KubernetesObject & { readonly status?: unknown } = object;
  const told = Object.entries(metadata).filter(([name]) => !incidental.has(name));
  return {
    ...rest,
    metadata: {
      ...Object.fromEntries(told),
      labels: without(metadata.labels, (name) => name === 'mainstay.dev/owner'),
      annotations: without(metadata.annotations, (name) => name.startsWith('mainstay.dev/')),
    },
  };
}

function without(
  map: Readonly<Record<string, string>> | undefined,
  leftOut: (name: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([name]) => !leftOut(name)));
}

function compare(expected: unknown, actual: unknown, path: string, found: string[]): void {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    for (let at = 0; at < length; at += 1) compare(expected[at], actual[at], `${path}[${at}]`, found);
    return;
  }
  if (isRecord(expected) && isRecord(actual)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      compare(expected[name], actual[name], `${path}.${name}`, found);
    }
    return;
  }
  if (JSON.stringify(expected) !== JSON.stringify(actual)) {
    found.push(`${path}: ${shown(expected, path)} is expected, not ${shown(actual, path)}`);
  }
}

/** A value for people; what a Secret holds is not for them. */
function shown(value: unknown, path: string): string {
  if (value === undefined) return 'nothing';
  return /^Secret .*\.data\b/.test(path) ? 'a value' : JSON.stringify(value);
}
