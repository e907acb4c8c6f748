import type { ObjectName } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';

/** The URL path of a resource's list, in one namespace or in all. */
export function listPath(resource: Resource, namespace?: string): string {
  const root =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  return namespace === undefined || resource.scope === 'Cluster'
    ? `${root}/${resource.plural}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`;
}

/** The URL path of an object or of one of its subresources. Throws if a namespaced object's namespace is missing. */
export function objectPath(resource: Resource, name: ObjectName, subresource?: string): string {
  if (resource.scope === 'Namespaced' && (name.namespace === undefined || name.namespace === '')) {
    throw new TypeError(`${resource.kind} ${name.name} is namespaced: its namespace is missing`);
  }
  // An empty name would turn a delete of one into a delete of all.
  if (name.name === '') throw new TypeError(`${resource.kind} without a name`);
  const path = `${listPath(resource, name.namespace)}/${encodeURIComponent(name.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** A path with its query; what is undefined is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  let result = path;
  let separator = '?';
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    result += `${separator}${name}=${encodeURIComponent(value)}`;
    separator = '&';
  }
  return result;
}
