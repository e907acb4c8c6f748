import type { Table } from '../../../controllers/policy/defaulting/table.ts';

/**
 * The table of `controllers/policy/defaulting/`, from what an API server says of itself (OpenAPI v3). What it does not say
 * is which fields it leaves out where they are zero, empty or null, since in Go they are no pointers: that is taken from the
 * table as it was.
 *
 * @param documents one for each group and version
 */
export function tableOf(documents: readonly unknown[], before: Table): Table {
  const schemas = new Map(
    documents.flatMap((document) => Object.entries(at(document, 'components', 'schemas'))),
  );
  const kinds: Record<string, Table['kinds'][string]> = {};
  const reached = new Map<string, Readonly<Record<string, string>>>();
  for (const document of documents) {
    for (const [path, operations] of Object.entries(at(document, 'paths'))) {
      const { group, version, kind } = at(operations, 'post', 'x-kubernetes-group-version-kind');
      const resource = path.split('/').at(-1) ?? '';
      if (typeof kind !== 'string' || path.includes('{name}') || unwritten.test(kind)) continue;
      if (internal.has(String(group)) || !/^v\d+$/.test(String(version))) continue;
      const name = [...schemas].find(([, schema]) => isOfKind(schema, { group, version, kind }))?.[0];
      if (name === undefined) continue;
      kinds[`${group === '' ? '' : `${group}/`}${version}/${kind}`] = {
        resource,
        namespaced: path.includes('/{namespace}/'),
        schema: short(name),
      };
      reach(name);
    }
  }

  function reach(name: string): void {
    if (reached.has(short(name))) return;
    const fields: Record<string, string> = {};
    reached.set(short(name), fields);
    const known = before.schemas[short(name)] ?? {};
    for (const [field, schema] of Object.entries(at(schemas.get(name), 'properties'))) {
      if (field === 'status' || field === 'managedFields') continue;
      const flag = /^[^=]*\?/.test(known[field] ?? '') ? '?' : '';
      const { default: value } = record(schema);
      fields[field] = `${typeOf(schema)}${flag}${value === undefined ? '' : `=${JSON.stringify(value)}`}`;
    }
  }

  function typeOf(written: unknown): string {
    const schema = record(written);
    const reference = schema.$ref ?? record(array(schema.allOf)[0]).$ref;
    if (typeof reference === 'string') return referred(reference.replace('#/components/schemas/', ''));
    switch (schema.type) {
      case 'string':
        return schema.format === 'byte' ? 'bytes' : 'string';
      case 'integer':
      case 'number':
      case 'boolean':
        return schema.type;
      case 'array':
        return `[]${typeOf(schema.items)}`;
      case 'object':
        return schema.additionalProperties === undefined ? 'any' : `{}${typeOf(schema.additionalProperties)}`;
      default:
        return 'any';
    }
  }

  function referred(name: string): string {
    const named = name.split('.').at(-1) ?? '';
    if (['Quantity', 'IntOrString', 'Time', 'MicroTime'].includes(named)) return named;
    if (Object.keys(at(schemas.get(name), 'properties')).length === 0) return 'any';
    reach(name);
    return `#${short(name)}`;
  }

  return { kinds: sorted(kinds), schemas: sorted(Object.fromEntries(reached)) };
}

/** What is asked, and never kept, or what only the cluster writes. */
const unwritten = /Review$|^Binding$|^Event$|^CSINode$|^VolumeAttachment$|^ControllerRevision$|^IPAddress$/;
/** Of which no Policy is ever asked, or which no application brings. */
const internal = new Set([
  'admissionregistration.k8s.io',
  'apiregistration.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'resource.k8s.io',
]);

function isOfKind(schema: unknown, kind: object): boolean {
  const wanted = JSON.stringify(kind);
  return array(record(schema)['x-kubernetes-group-version-kind']).some(
    (one) =>
      JSON.stringify({ group: record(one).group, version: record(one).version, kind: record(one).kind }) ===
      wanted,
  );
}

/** `core.v1.Pod` of `io.k8s.api.core.v1.Pod`. */
function short(name: string): string {
  return name.split('.').slice(-3).join('.');
}

function sorted<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function at(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  return path.reduce((found, field) => record(found[field]), record(value));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
