import type { GroupVersionKind } from '../../../operator/cel/index.ts';
import { isRecord, type JsonObject, record } from '../evaluate/subject.ts';

/** What a field takes, as the API server decodes it. */
type Form =
  | 'anything'
  | 'object'
  | 'map'
  | 'list'
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'integer or text'
  | 'quantity'
  | 'time'
  | 'bytes';

/** A place in the objects of a kind, as the API server's OpenAPI describes it. */
export class Field {
  readonly #schemas: JsonObject;
  /** As it is written there, and what that refers to. */
  readonly #written: JsonObject;
  readonly #schema: JsonObject;
  /** Of the schema that it refers to; the same for places that take the same. */
  readonly #name: string;
  readonly form: Form;

  constructor(schemas: JsonObject, written: unknown, name = '') {
    this.#schemas = schemas;
    this.#written = record(written);
    const reference = referenceIn(this.#written);
    this.#name = reference ?? name;
    this.#schema = reference === undefined ? this.#written : record(schemas[reference]);
    this.form = formOf(this.#schema, this.#name);
  }

  static ofKind(schemas: JsonObject, kind: GroupVersionKind): Field | undefined {
    const found = schemaOf(schemas, kind);
    return found === undefined ? undefined : new Field(schemas, found.schema, found.name);
  }

  /** The field of an object or the value of a map; undefined where there is none. Below anything there is anything. */
  below(name: string): Field | undefined {
    switch (this.form) {
      case 'anything':
        return this;
      case 'map':
        return new Field(this.#schemas, this.#schema.additionalProperties, `${this.#name}.*`);
      case 'object': {
        const { [name]: own } = this.#fields();
        if (own !== undefined) return new Field(this.#schemas, own, `${this.#name}.${name}`);
        return this.#schema['x-kubernetes-preserve-unknown-fields'] === true
          ? new Field(this.#schemas, {})
          : undefined;
      }
      default:
        return undefined;
    }
  }

  /** What each element of a list is. */
  get items(): Field {
    return new Field(this.#schemas, this.#schema.items, `${this.#name}.*`);
  }

  /** By a path of `FieldPath`: `*` is any element. */
  at(path: readonly string[]): Field | undefined {
    return path.reduce<Field | undefined>(
      (field, name) => (field?.form === 'list' && name === '*' ? field.items : field?.below(name)),
      this,
    );
  }

  /** Whether it is replaced whole, or left alone: no part of it is anybody's own. */
  get isAtomic(): boolean {
    if (this.form === 'list') {
      const type = this.#said('x-kubernetes-list-type');
      if (type !== undefined) return type === 'atomic';
      return !String(this.#said('x-kubernetes-patch-strategy') ?? '').includes('merge');
    }
    return this.#said('x-kubernetes-map-type') === 'atomic';
  }

  /** The fields that tell the elements of a list apart; none where nothing does. */
  get keys(): readonly string[] {
    const keys = this.#said('x-kubernetes-list-map-keys');
    if (Array.isArray(keys)) return keys.filter((key) => typeof key === 'string');
    const key = this.#said('x-kubernetes-patch-merge-key');
    return this.#said('x-kubernetes-list-type') === undefined && typeof key === 'string' ? [key] : [];
  }

  /** What is filled in where the field is not there; an empty text is nothing. */
  hasDefault(name: string): boolean {
    const { default: value } = record(this.#fields()[name]);
    return value !== undefined && value !== '';
  }

  /** Of an object, whether it must have this field. */
  requires(name: string): boolean {
    const required: readonly unknown[] = Array.isArray(this.#schema.required) ? this.#schema.required : [];
    return required.includes(name);
  }

  /** The only texts that it takes; undefined where it takes others. */
  get choices(): readonly unknown[] | undefined {
    return Array.isArray(this.#schema.enum) ? this.#schema.enum : undefined;
  }

  /** Whether an integer must fit into 32 bits. */
  get isShort(): boolean {
    return this.#schema.format === 'int32';
  }

  /** Whether what stands in the one may stand in the other. */
  takesSameAs(other: Field): boolean {
    return this.form === 'anything' || this.#form() === other.#form();
  }

  /** Whether objects of this type, by its name, stand here. */
  isNamed(type: string): boolean {
    return this.#name === type;
  }

  #form(): string {
    const { description: _, default: __, ...schema } = this.#written;
    return referenceIn(this.#written) ?? JSON.stringify(schema);
  }

  #fields(): JsonObject {
    return record(this.#schema.properties);
  }

  #said(extension: string): unknown {
    return this.#written[extension] ?? this.#schema[extension];
  }
}

/** By itself or through `allOf`, which Kubernetes uses to add a default. */
function referenceIn(schema: JsonObject): string | undefined {
  const [only]: readonly unknown[] = Array.isArray(schema.allOf) ? schema.allOf : [];
  const reference = schema.$ref ?? record(only).$ref;
  return typeof reference === 'string' ? reference.replace('#/components/schemas/', '') : undefined;
}

function formOf(schema: JsonObject, name: string): Form {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string')
    return 'integer or text';
  if (name.endsWith('.api.resource.Quantity')) return 'quantity';
  switch (schema.type) {
    case 'boolean':
    case 'integer':
    case 'number':
      return schema.type;
    case 'array':
      return 'list';
    case 'string':
      return textForm(schema.format);
    default:
      return objectForm(schema);
  }
}

function textForm(format: unknown): Form {
  if (format === 'date-time') return 'time';
  return format === 'byte' ? 'bytes' : 'text';
}

function objectForm({ properties, additionalProperties }: JsonObject): Form {
  if (Object.keys(record(properties)).length > 0) return 'object';
  return Object.keys(record(additionalProperties)).length > 0 ? 'map' : 'anything';
}

/** What a document of the API server's OpenAPI says of a kind. */
export function schemaOf(
  schemas: JsonObject,
  kind: GroupVersionKind,
): { readonly name: string; readonly schema: unknown } | undefined {
  const found = Object.entries(schemas).find(([, schema]) => isOf(schema, kind));
  return found === undefined ? undefined : { name: found[0], schema: found[1] };
}

function isOf(schema: unknown, { group, version, kind }: GroupVersionKind): boolean {
  const kinds = record(schema)['x-kubernetes-group-version-kind'];
  return (
    Array.isArray(kinds) &&
    kinds.some(
      (one: unknown) => isRecord(one) && one.group === group && one.version === version && one.kind === kind,
    )
  );
}
