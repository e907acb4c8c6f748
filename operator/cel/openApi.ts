import type { Shape } from './json.ts';
import { bool, type CelType, double, dyn, int, listOf, mapOf, type ObjectType, string } from './types.ts';

/** What the API server tells of a kind. */
export interface KindSchema {
  /** For checking expressions: every field that the kind has. Pass it to `admissionVariables`. */
  readonly type: ObjectType;
  /** For reading its objects: pass it to `fromJson`. */
  readonly shape: Shape | undefined;
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The kinds of an OpenAPI v3 document of the API server (`/openapi/v3/apis/apps/v1`), by their group, version and kind.
 *
 * Types are those that values have when a policy meets them: times, quantities and bytes are strings there, and what may
 * be a number or a string, or anything, is `dyn`.
 */
export function kindsOf(document: unknown): (kind: GroupVersionKind) => KindSchema | undefined {
  const schemas = new Schemas(record(record(record(document).components).schemas));
  return (kind) => schemas.kind(kind);
}

class Schemas {
  readonly #schemas: Json;
  readonly #names = new Map<string, string>();
  readonly #objects = new Map<string, ObjectType>();
  readonly #shapes = new Map<Json, Shape | undefined>();

  constructor(schemas: Json) {
    this.#schemas = schemas;
    for (const [name, schema] of Object.entries(schemas)) {
      for (const kind of array(record(schema)['x-kubernetes-group-version-kind'])) {
        const { group, version, kind: own } = record(kind);
        this.#names.set(JSON.stringify([group, version, own]), name);
      }
    }
  }

  kind({ group, version, kind }: GroupVersionKind): KindSchema | undefined {
    const name = this.#names.get(JSON.stringify([group, version, kind]));
    if (name === undefined) return undefined;
    const schema = record(this.#schemas[name]);
    const native = isNative(name);
    return {
      type: this.#object(name, schema, native),
      shape: native ? this.#shape(schema) : undefined,
    };
  }

  #object(name: string, schema: Json, native: boolean): ObjectType {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    const properties = record(schema.properties);
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
    const fields = new Map<string, CelType>();
    const object: ObjectType = {
      kind: 'object',
      name,
      structural: true,
      field: (field) => {
        if (!Object.hasOwn(properties, field)) return open ? dyn : undefined;
        const type = fields.get(field) ?? this.#type(`${name}.${field}`, record(properties[field]), native);
        fields.set(field, type);
        return type;
      },
    };
    this.#objects.set(name, object);
    return object;
  }

  #type(name: string, written: Json, native: boolean): CelType {
    const { name: own, schema } = this.#resolve(name, written);
    if (schema['x-kubernetes-int-or-string'] === true) return dyn;
    switch (schema.type) {
      case 'boolean':
        return bool;
      case 'integer':
        return int;
      case 'number':
        // In an object of a custom kind, `1` is an int even here.
        return native ? double : dyn;
      case 'string':
        return schema.format === 'int-or-string' ? dyn : string;
      case 'array':
        return listOf(this.#type(`${own}.@items`, record(schema.items), native));
      case 'object':
        return this.#objectOrMap(own, schema, native);
      default:
        return dyn;
    }
  }

  #objectOrMap(name: string, schema: Json, native: boolean): CelType {
    if (Object.keys(record(schema.properties)).length > 0) return this.#object(name, schema, native);
    const values = record(schema.additionalProperties);
    return Object.keys(values).length === 0
      ? dyn
      : mapOf(string, this.#type(`${name}.@values`, values, native));
  }

  /** Where doubles are. Found out field by field, since schemas may contain themselves. */
  #shape(written: Json): Shape | undefined {
    const { schema } = this.#resolve('', written);
    if (this.#shapes.has(schema)) return this.#shapes.get(schema);
    const shape = this.#hasDouble(schema, new Set()) ? this.#shapeOf(schema) : undefined;
    this.#shapes.set(schema, shape);
    return shape;
  }

  #shapeOf(schema: Json): Shape {
    const properties = record(schema.properties);
    return {
      double: schema.type === 'number',
      field: (name) => (Object.hasOwn(properties, name) ? this.#shape(record(properties[name])) : undefined),
      items: () => this.#shape(itemsOf(schema)),
    };
  }

  #hasDouble(written: Json, seen: Set<Json>): boolean {
    const { schema } = this.#resolve('', written);
    if (schema.type === 'number') return true;
    if (seen.has(schema) || Object.keys(schema).length === 0) return false;
    seen.add(schema);
    const parts = [itemsOf(schema), ...Object.values(record(schema.properties)).map(record)];
    return parts.some((part) => this.#hasDouble(part, seen));
  }

  /** What a schema refers to, by itself or through `allOf`, which Kubernetes uses to add a default. */
  #resolve(name: string, schema: Json): { readonly name: string; readonly schema: Json } {
    const [only] = array(schema.allOf);
    const reference = schema.$ref ?? record(only).$ref;
    if (typeof reference !== 'string') return { name, schema };
    const referred = reference.replace('#/components/schemas/', '');
    return { name: referred, schema: record(this.#schemas[referred]) };
  }
}

/** What every element of a list, or every value of a map, is. */
const itemsOf = (schema: Json): Json =>
  record(schema.type === 'array' ? schema.items : schema.additionalProperties);

/** Whether a schema is Kubernetes' own, not that of a custom kind. */
const isNative = (name: string) => /^io\.k8s\.(?:api|apiextensions-apiserver|kube-aggregator)\./.test(name);

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
