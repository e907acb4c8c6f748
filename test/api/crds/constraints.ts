import { foreign, type StructuralSchema } from '../../../crds/structural/openApi.ts';
import type { BadField, Keyword } from './badFields.ts';

/** Every constraint of a schema, so that a test can tell which of them no case tries. */

const keywords = [
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'enum',
] as const satisfies readonly Keyword[];

/** Each constraint once, as `keyword value field`: the same field in several places has it from the same schema. */
export function constraintsOf(schema: StructuralSchema, field = ''): ReadonlySet<string> {
  if (schema[foreign]) return new Set();
  const { items, additionalProperties, properties = {}, required = [] } = schema;
  const listType = schema['x-kubernetes-list-type'];
  return new Set([
    ...own(schema, field),
    ...(listType === 'set' || listType === 'map' ? [`distinct ${field}`] : []),
    ...required.map((name) => `required ${name}`),
    ...(items === undefined ? [] : constraintsOf(items, `${field}[]`)),
    ...(additionalProperties === undefined ? [] : constraintsOf(additionalProperties, `${field}{}`)),
    ...Object.entries(properties).flatMap(([name, property]) => [...constraintsOf(property, name)]),
  ]);
}

/** The constraints that a case tries. */
export function triedBy([by, at]: BadField, root: StructuralSchema): readonly string[] {
  const names = [...at.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, name]) =>
    index === undefined ? (quoted ?? name ?? '') : '[]',
  );
  let schema: StructuralSchema = root;
  let field = '';
  for (const name of names) {
    const inList = name === '[]' && schema.items !== undefined;
    const property = schema.properties?.[name];
    const next = inList ? schema.items : (property ?? schema.additionalProperties);
    if (next === undefined) return [];
    field = inList ? `${field}[]` : property === undefined ? `${field}{}` : name;
    schema = next;
  }
  if (by === 'required') return [`required ${field}`];
  if (by === 'distinct') return [`distinct ${field}`];
  return own(schema, field).filter((constraint) => constraint.startsWith(`${by} `));
}

function own(schema: StructuralSchema, field: string): readonly string[] {
  return keywords
    .filter((keyword) => schema[keyword] !== undefined)
    .map((keyword) => `${keyword} ${JSON.stringify(schema[keyword])} ${field}`);
}
