import generated from './generated/builtin.json' with { type: 'json' };

/**
 * The kinds that every API server has, and their fields: what is needed to tell what it makes of a manifest. A test derives
 * it from what a server says of itself.
 */
export interface Table {
  /** By `apiVersion/kind`. */
  readonly kinds: Readonly<Record<string, BuiltinKind>>;
  /**
   * By name, the fields and what each is: `[]` a list and `{}` a map of what follows, `#` another schema, or one of string,
   * bytes, integer, number, boolean, Quantity, IntOrString, Time, MicroTime, any. `?`: left out where it is zero or empty.
   * `=`: what it is where it is not given, as JSON.
   */
  readonly schemas: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface BuiltinKind {
  readonly resource: string;
  readonly namespaced: boolean;
  readonly schema: string;
}

export const builtin: Table = generated;

/** A field as the table says it, read. */
export interface Field {
  readonly type: Type;
  /** Whether it is left out where it is zero or empty. */
  readonly omitted: boolean;
  /** What it is where it is not given. */
  readonly initial: unknown;
}

export type Type =
  | { readonly kind: 'list' | 'map'; readonly of: Type }
  | { readonly kind: 'schema'; readonly name: string }
  | { readonly kind: Scalar };

export type Scalar =
  | 'string'
  | 'bytes'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'Quantity'
  | 'IntOrString'
  | 'Time'
  | 'any';

/** The fields of a schema, by name. */
export function fieldsOf(schema: string): ReadonlyMap<string, Field> {
  const known = read.get(schema);
  if (known !== undefined) return known;
  const fields = new Map(
    Object.entries(builtin.schemas[schema] ?? {}).map(([name, text]) => [name, fieldOf(text)]),
  );
  read.set(schema, fields);
  return fields;
}

const read = new Map<string, ReadonlyMap<string, Field>>();

function fieldOf(text: string): Field {
  const [, type = '', omitted, initial] = /^([^?=]*)(\?)?(?:=(.*))?$/s.exec(text) ?? [];
  const parsed: unknown = initial === undefined ? undefined : JSON.parse(initial);
  return { type: typeOf(type), omitted: omitted === '?', initial: parsed };
}

function typeOf(text: string): Type {
  if (text.startsWith('[]')) return { kind: 'list', of: typeOf(text.slice(2)) };
  if (text.startsWith('{}')) return { kind: 'map', of: typeOf(text.slice(2)) };
  if (text.startsWith('#')) return { kind: 'schema', name: text.slice(1) };
  if (text === 'MicroTime') return { kind: 'Time' };
  return { kind: scalars.find((scalar) => scalar === text) ?? 'any' };
}

const scalars: readonly Scalar[] = [
  'string',
  'bytes',
  'integer',
  'number',
  'boolean',
  'Quantity',
  'IntOrString',
  'Time',
];
