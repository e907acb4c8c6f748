import { admissionVariables, fromJson, type Values } from '../../../operator/cel/index.ts';
import {
  isNamespace,
  type JsonObject,
  labelsOf,
  metadataOf,
  namespaceOf,
  type Subject,
  text,
} from './subject.ts';

/** What expressions see of a creation by nobody in particular. */

export const declarations = admissionVariables();

/** What of a request is the same whoever sends it. */
export const knownOfRequest: ReadonlySet<string> = new Set([
  'kind',
  'name',
  'namespace',
  'operation',
  'requestKind',
  'requestResource',
  'requestSubResource',
  'resource',
  'subResource',
]);

export function valuesOf(subject: Subject): Values {
  return {
    object: fromJson(subject.object),
    oldObject: null,
    request: () => fromJson(requestOf(subject)),
    namespaceObject: () => fromJson(namespaceSeen(subject)),
  };
}

/** What is empty is not there at all. */
function requestOf(subject: Subject): JsonObject {
  const { group, version, resource, kind } = subject.resource;
  const named = { group, version, kind };
  const served = { group, version, resource };
  const { name: whole, generateName } = metadataOf(subject.object);
  // A name that the server is to end is not in the request.
  const name = text(generateName) === '' ? text(whole) : '';
  const namespace = namespaceOf(subject);
  return {
    kind: named,
    resource: served,
    requestKind: named,
    requestResource: served,
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation: 'CREATE',
  };
}

/** Of the namespace what the API server shows: neither who wrote it nor who owns it. */
function namespaceSeen(subject: Subject): JsonObject | null {
  const name = namespaceOf(subject);
  if (name === '' || isNamespace(subject.resource)) return null;
  const { managedFields: _, ownerReferences: __, ...metadata } = metadataOf(subject.namespaceObject);
  const labels = { ...labelsOf(subject.namespaceObject), 'kubernetes.io/metadata.name': name };
  // One that is not known has at least this, if something can be created in it.
  const { spec, status } = subject.namespaceObject ?? {};
  return {
    metadata: { ...metadata, name, labels },
    spec: spec ?? { finalizers: ['kubernetes'] },
    status: status ?? { phase: 'Active' },
  };
}
