import * as z from 'zod';
import type { StructuralSchema } from './openApi.ts';

/**
 * The structural schema of a type that Kubernetes itself defines, from its own OpenAPI v3 document. It says what the
 * type's fields are and how they merge, and nothing of what their values mean: descriptions would make a definition too
 * large for `kubectl apply`, and what a value gets wrong only the API server knows that takes the type itself.
 *
 * - Optional fields and the values of maps take null, which Kubernetes' own decoder takes, and server-side apply keeps.
 * - Defaults are left out, which are the API server's business, but for those of list map keys, which it demands.
 * - A quantity has no type: an integer or a string would refuse `0.5`, and take `much`.
 *
 * @param document what `/openapi/v3/apis/<group>/<version>` answers
 * @param name of the component, such as `io.k8s.api.core.v1.PodTemplateSpec`
 * @throws RangeError naming what the document has not, or says in a way that is not known here
 */
export function builtinSchema(document: unknown, name: string): StructuralSchema {
  const { schemas } = openApiDocument.parse(document).components;
  return new Conversion(schemas).component(name, []);
}

const openApiDocument = z.object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) });

/** What is read of OpenAPI; whatever else it says is left out. */
const openApi = z
  .object({
    $ref: z.string(),
    get allOf() {
      return z.array(openApi);
    },
    type: z.enum(['object', 'array', 'string', 'integer', 'number', 'boolean']),
    format: z.string(),
    default: z.unknown(),
    get items() {
      return openApi;
    },
    get properties() {
      return z.record(z.string(), openApi);
    },
    get additionalProperties() {
      return openApi;
    },
    required: z.array(z.string()),
    'x-kubernetes-list-type': z.enum(['atomic', 'set', 'map']),
    'x-kubernetes-list-map-keys': z.array(z.string()),
    'x-kubernetes-map-type': z.enum(['atomic', 'granular']),
  })
  .partial();

type OpenApi = z.infer<typeof openApi>;

const quantity: StructuralSchema = {
  'x-kubernetes-preserve-unknown-fields': true,
  pattern: '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$',
};

/** What OpenAPI cannot say of itself. */
const special: ReadonlyMap<string, StructuralSchema> = new Map([
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', quantity],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', { 'x-kubernetes-int-or-string': true }],
  [
    'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  ],
]);

const reference = '#/components/schemas/';

class Conversion {
  private readonly schemas: Readonly<Record<string, unknown>>;

  constructor(schemas: Readonly<Record<string, unknown>>) {
    this.schemas = schemas;
  }

  /** @param around the components around this one, to notice one that contains itself */
  component(name: string, around: readonly string[]): StructuralSchema {
    const known = special.get(name);
    if (known !== undefined) return known;
    if (around.includes(name)) throw new RangeError(`${name} contains itself: ${around.join(' > ')}`);
    return this.convert(this.found(name), [...around, name]);
  }

  private found(name: string): OpenApi {
    const schema = this.schemas[name];
    if (schema === undefined) throw new RangeError(`the document has no ${name}`);
    return openApi.parse(schema);
  }

  private convert(schema: OpenApi, around: readonly string[]): StructuralSchema {
    const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
    if (target !== undefined) {
      if ((schema.allOf?.length ?? 1) !== 1 || !target.startsWith(reference)) {
        throw new RangeError(`${around.join(' > ')} refers to ${target} in a way that is not known here`);
      }
      return this.component(target.slice(reference.length), around);
    }
    switch (schema.type) {
      case 'object':
        return this.object(schema, around);
      case 'array':
        return this.array(schema, around);
      case undefined:
        throw new RangeError(`${around.join(' > ')} has something without a type`);
      default:
        return { type: schema.type, ...(schema.format === undefined ? {} : { format: schema.format }) };
    }
  }

  private object(schema: OpenApi, around: readonly string[]): StructuralSchema {
    const { properties, additionalProperties, required = [], 'x-kubernetes-map-type': mapType } = schema;
    return {
      type: 'object',
      ...(properties === undefined
        ? {}
        : {
            properties: Object.fromEntries(
              Object.entries(properties).map(([name, property]) => {
                const field = this.convert(property, around);
                return [name, required.includes(name) ? field : nullable(field)];
              }),
            ),
          }),
      ...(required.length === 0 ? {} : { required }),
      ...(additionalProperties === undefined
        ? {}
        : { additionalProperties: nullable(this.convert(additionalProperties, around)) }),
      ...(mapType === undefined ? {} : { 'x-kubernetes-map-type': mapType }),
    };
  }

  private array(schema: OpenApi, around: readonly string[]): StructuralSchema {
    if (schema.items === undefined) throw new RangeError(`${around.join(' > ')} has a list of nothing`);
    const keys = schema['x-kubernetes-list-map-keys'];
    const items = this.convert(schema.items, around);
    return {
      type: 'array',
      items: keys === undefined ? items : this.keyed(items, schema.items, keys, around),
      'x-kubernetes-list-type': schema['x-kubernetes-list-type'] ?? 'atomic',
      ...(keys === undefined ? {} : { 'x-kubernetes-list-map-keys': keys }),
    };
  }

  /** The keys that tell items apart are never null, and those that may be left out have the default that Kubernetes gives them. */
  private keyed(
    items: StructuralSchema,
    source: OpenApi,
    keys: readonly string[],
    around: readonly string[],
  ): StructuralSchema {
    const fields = this.propertiesOf(source);
    const properties = { ...items.properties };
    for (const key of keys) {
      const { nullable: _, ...field } = properties[key] ?? {};
      const needed = items.required?.includes(key) === true;
      const value = fields[key]?.default;
      if (!needed && value === undefined) {
        throw new RangeError(`${around.join(' > ')} has a list with the key ${key}, which has no default`);
      }
      properties[key] = needed ? field : { ...field, default: value };
    }
    return { ...items, properties };
  }

  private propertiesOf(source: OpenApi): Readonly<Record<string, OpenApi>> {
    const target = source.$ref ?? source.allOf?.[0]?.$ref;
    const schema = target === undefined ? source : this.found(target.slice(reference.length));
    return schema.properties ?? {};
  }
}

function nullable(schema: StructuralSchema): StructuralSchema {
  return { ...schema, nullable: true };
}
