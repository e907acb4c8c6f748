import type { GroupVersionKind } from '../../../operator/cel/index.ts';
import { isRecord, type JsonObject, record } from '../evaluate/subject.ts';
import { schemaOf } from './field.ts';

/**
 * The least object of a kind that somebody may send: what its schema requires, and no more. A rule that takes for granted
 * what may be missing fails on it.
 *
 * @param schemas of the API server's OpenAPI
 */
export function sampleOf(
  schemas: JsonObject,
  { group, version, kind }: GroupVersionKind,
  namespaced: boolean,
): JsonObject | undefined {
  const found = schemaOf(schemas, { group, version, kind });
  if (found === undefined) return undefined;
  return {
    ...record(valueFor(schemas, found.schema, '', 0)),
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: {
      name: 'sample',
      ...(namespaced ? { namespace: 'sample' } : {}),
      uid: '00000000-0000-4000-8000-000000000000',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
  };
}

/** Deeper than any object must be. */
const deepest = 24;

function valueFor(schemas: JsonObject, written: unknown, of: string, depth: number): unknown {
  const schema = resolved(schemas, written);
  const fallback = record(written).default ?? schema.default;
  if (fallback !== undefined && !(isRecord(fallback) && Object.keys(fallback).length === 0)) return fallback;
  const [first]: readonly unknown[] = Array.isArray(schema.enum) ? schema.enum : [];
  if (first !== undefined) return first;
  if (depth > deepest || schema['x-kubernetes-int-or-string'] === true) return 1;
  switch (schema.type) {
    case 'object':
      return objectOf(schemas, of, schema, depth);
    case 'array':
      return [valueFor(schemas, schema.items, of, depth + 1)];
    case 'string':
      return schema.format === 'date-time' ? '2026-01-01T00:00:00Z' : 'sample';
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return false;
    default:
      // Kubernetes' own kinds say `type: object` of what has fields, and nothing of what may be anything.
      return objectOf(schemas, of, schema, depth);
  }
}

/**
 * Fields that are always there, although the schema does not require them: the API server itself writes them into what it
 * shows a policy, or refuses an object without them.
 */
const always: ReadonlySet<string> = new Set(['spec', 'template', 'jobTemplate']);
const alwaysIn: Readonly<Record<string, readonly string[]>> = { containers: ['image'] };

/** @param of the field that it is, or is one of */
function objectOf(schemas: JsonObject, of: string, schema: JsonObject, depth: number): JsonObject {
  const properties = record(schema.properties);
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const there = Object.keys(properties).filter(
    (field) => required.includes(field) || always.has(field) || alwaysIn[of]?.includes(field) === true,
  );
  const filled = Object.entries(properties).filter(
    ([field, property]) => !there.includes(field) && hasDefault(property),
  );
  return Object.fromEntries([
    ...there.map((field) => [field, valueFor(schemas, properties[field], field, depth + 1)]),
    ...filled.map(([field, property]) => [field, record(property).default]),
  ]);
}

/** An empty default is how the schemas of Kubernetes' own kinds refer to others: there it fills nothing in. */
function hasDefault(property: unknown): boolean {
  const { default: value } = record(property);
  return value !== undefined && value !== '' && !(isRecord(value) && Object.keys(value).length === 0);
}

function resolved(schemas: JsonObject, written: unknown): JsonObject {
  const schema = record(written);
  const [only]: readonly unknown[] = Array.isArray(schema.allOf) ? schema.allOf : [];
  const reference = schema.$ref ?? record(only).$ref;
  if (typeof reference !== 'string') return schema;
  return record(schemas[reference.replace('#/components/schemas/', '')]);
}
