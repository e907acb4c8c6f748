import * as z from 'zod';
import { type KubernetesMetadata, kubernetes } from './metadata.ts';
import { foreign, type StructuralSchema } from './openApi.ts';
import { NotStructuralError, type Refusal } from './refusal.ts';
import { unboundedBelowRules, unplacedRules } from './ruleContext.ts';
import { numberKeywords, stringKeywords } from './valueKeywords.ts';

/**
 * The structural schema of a zod schema. What zod checks and the API server would not check is refused, so that the
 * two never disagree silently.
 *
 * @param path where the schema stands in the object, for messages
 * @throws NotStructuralError
 */
export function structuralSchema(schema: z.core.$ZodType, path: string): StructuralSchema {
  const walk = new Walk();
  const result = walk.schema(schema, path, []);
  const refusals = [...walk.refusals, ...unplacedRules(result, path), ...unboundedBelowRules(result, path)];
  if (refusals.length > 0) throw new NotStructuralError(refusals);
  return result;
}

class Walk {
  readonly refusals: Refusal[] = [];

  /** @param ancestors the schemas around this one, to notice a type that contains itself */
  schema(schema: z.core.$ZodType, path: string, ancestors: readonly z.core.$ZodType[]): StructuralSchema {
    const { core, description, metadata, nullable, defaultValue } = this.unwrap(schema, path);
    if (ancestors.includes(core)) {
      return this.refuse(path, 'contains itself; a structural schema has an end: spell the levels out');
    }
    if (description === undefined) this.refuse(path, 'has no description; `kubectl explain` shows it');
    if (defaultValue !== undefined) this.defaultInList(path, ancestors);
    this.refinements(core, metadata, path);
    return {
      ...(description === undefined ? {} : { description }),
      ...this.value(core, metadata, path, [...ancestors, core]),
      ...(nullable ? { nullable } : {}),
      ...(defaultValue === undefined ? {} : { default: defaultValue.value }),
      ...(metadata.mapType === undefined ? {} : { 'x-kubernetes-map-type': metadata.mapType }),
      ...(metadata.preserveUnknownFields ? { 'x-kubernetes-preserve-unknown-fields': true as const } : {}),
      ...(metadata.rules === undefined ? {} : { 'x-kubernetes-validations': metadata.rules }),
    };
  }

  private value(
    schema: z.core.$ZodType,
    metadata: KubernetesMetadata,
    path: string,
    ancestors: readonly z.core.$ZodType[],
  ): StructuralSchema {
    const refuse = (problem: string) => this.refuse(path, problem);
    if (metadata.schema !== undefined) {
      if (schema instanceof z.core.$ZodCustom) return { ...metadata.schema, [foreign]: true };
      return refuse(`is ${article(schema._zod.def.type)} with a schema of its own; only z.custom takes one`);
    }
    if (schema instanceof z.core.$ZodString) return { type: 'string', ...stringKeywords(schema, refuse) };
    if (schema instanceof z.core.$ZodNumber) return numberKeywords(schema, refuse);
    if (schema instanceof z.core.$ZodBoolean) return { type: 'boolean' };
    if (schema instanceof z.core.$ZodEnum) return this.oneOf(Object.values(schema._zod.def.entries), path);
    if (schema instanceof z.core.$ZodLiteral) return this.oneOf(schema._zod.def.values, path);
    if (schema instanceof z.core.$ZodObject) return this.object(schema, metadata, path, ancestors);
    if (schema instanceof z.core.$ZodRecord) return this.record(schema, metadata, path, ancestors);
    if (schema instanceof z.core.$ZodArray) return this.array(schema, metadata, path, ancestors);
    if (schema instanceof z.core.$ZodUnion) return this.union(schema, path);
    if (schema instanceof z.core.$ZodUnknown || schema instanceof z.core.$ZodAny) {
      if (metadata.preserveUnknownFields) return {};
      return refuse('takes anything; say so with preserveUnknownFields, or give it a type');
    }
    if (schema instanceof z.core.$ZodLazy) return refuse('is lazy; use the schema itself');
    return refuse(`is ${article(schema._zod.def.type)}, which a structural schema cannot say`);
  }

  private object(
    schema: z.core.$ZodObject,
    metadata: KubernetesMetadata,
    path: string,
    ancestors: readonly z.core.$ZodType[],
  ): StructuralSchema {
    const { shape, catchall } = schema._zod.def;
    if (catchall === undefined) {
      this.refuse(path, 'drops unknown fields silently; use strictObject, which refuses them');
    } else if (!(catchall instanceof z.core.$ZodNever) && !metadata.preserveUnknownFields) {
      this.refuse(path, 'takes unknown fields; use strictObject, or say preserveUnknownFields');
    }
    const properties: Record<string, StructuralSchema> = {};
    for (const [name, property] of Object.entries(shape)) {
      properties[name] = this.schema(property, `${path}.${name}`, ancestors);
    }
    const required = Object.keys(shape).filter((name) => shape[name]?._zod.optin === undefined);
    return { type: 'object', properties, ...(required.length > 0 ? { required } : {}), ...sizes(metadata) };
  }

  private record(
    schema: z.core.$ZodRecord,
    metadata: KubernetesMetadata,
    path: string,
    ancestors: readonly z.core.$ZodType[],
  ): StructuralSchema {
    const { keyType, valueType } = schema._zod.def;
    if (!(keyType instanceof z.core.$ZodString)) {
      this.refuse(path, `has ${keyType._zod.def.type} keys; a map has string keys`);
    } else if ((keyType._zod.def.checks ?? []).length > 0 || keyType instanceof z.core.$ZodStringFormat) {
      this.refuse(path, 'checks its keys, which a structural schema cannot; check them with a rule');
    }
    return {
      type: 'object',
      additionalProperties: this.schema(valueType, `${path}{}`, ancestors),
      ...sizes(metadata),
    };
  }

  private array(
    schema: z.core.$ZodArray,
    metadata: KubernetesMetadata,
    path: string,
    ancestors: readonly z.core.$ZodType[],
  ): StructuralSchema {
    const items = this.schema(schema._zod.def.element, `${path}[]`, ancestors);
    const { listType, listMapKeys } = metadata;
    if (listType === undefined) this.refuse(path, 'does not say how it merges; give it a listType');
    if ((listType === 'map') !== (listMapKeys !== undefined)) {
      this.refuse(path, 'a list of type map, and no other, has listMapKeys');
    }
    for (const key of listMapKeys ?? []) {
      const field = items.properties?.[key];
      if (field === undefined) this.refuse(path, `has the map key ${key}, which its items have not`);
      else if (!items.required?.includes(key) && field.default === undefined) {
        this.refuse(path, `has the map key ${key}, which is neither required nor has a default`);
      }
    }
    if (listType === 'set' && items.type === 'object') {
      this.refuse(
        path,
        'is a set of objects, which server-side apply refuses; make it a map by keys, or atomic with a rule',
      );
    }
    const bounds: { minItems?: number; maxItems?: number } = {};
    for (const check of schema._zod.def.checks ?? []) {
      if (check instanceof z.core.$ZodCheckMinLength) bounds.minItems = check._zod.def.minimum;
      else if (check instanceof z.core.$ZodCheckMaxLength) bounds.maxItems = check._zod.def.maximum;
      else if (check instanceof z.core.$ZodCheckLengthEquals) {
        bounds.minItems = bounds.maxItems = check._zod.def.length;
      } else if (check._zod.def.check !== 'custom') {
        this.refuse(path, `has the check ${check._zod.def.check}, which a structural schema cannot say`);
      }
    }
    return {
      type: 'array',
      ...bounds,
      items,
      ...(listType === undefined ? {} : { 'x-kubernetes-list-type': listType }),
      ...(listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': listMapKeys }),
    };
  }

  /**
   * Of all unions a structural schema has one: an integer or a string. For any number or a string it has no word: that is
   * a value of any type, whose keywords hold where it is a number or a string; whoever reads it must look what it is. A
   * rule asks for it by `has(dyn(self).x)`, and for no more.
   */
  private union(schema: z.core.$ZodUnion, path: string): StructuralSchema {
    const refuse = (problem: string) => this.refuse(path, problem);
    const [first, second, ...others] = schema._zod.def.options;
    if (
      first instanceof z.core.$ZodNumber &&
      second instanceof z.core.$ZodString &&
      others.length === 0 &&
      !(schema instanceof z.core.$ZodDiscriminatedUnion)
    ) {
      const { type, format: _, ...number } = numberKeywords(first, refuse);
      const keywords = { ...number, ...stringKeywords(second, refuse) };
      return type === 'integer'
        ? { 'x-kubernetes-int-or-string': true, ...keywords }
        : { 'x-kubernetes-preserve-unknown-fields': true, ...keywords };
    }
    return refuse('is a union; only one of a number and z.string(), in this order, can be said');
  }

  private oneOf(values: readonly unknown[], path: string): StructuralSchema {
    const strings = values.filter((value) => typeof value === 'string');
    if (strings.length === values.length) return { type: 'string', enum: strings };
    const booleans = values.filter((value) => typeof value === 'boolean');
    if (booleans.length === values.length) return { type: 'boolean', enum: booleans };
    const integers = values.filter((value) => typeof value === 'number').filter(Number.isSafeInteger);
    if (integers.length === values.length) return { type: 'integer', enum: integers };
    return this.refuse(
      path,
      'has values of several types, or of one that is neither string, boolean nor integer',
    );
  }

  /** Takes optional, default, nullable and readonly off; the outermost description and default count. */
  private unwrap(schema: z.core.$ZodType, path: string): Unwrapped {
    let core = schema;
    let description: string | undefined;
    let nullable = false;
    let defaultValue: { readonly value: unknown } | undefined;
    let metadata: KubernetesMetadata = {};
    for (;;) {
      description ??= z.globalRegistry.get(core)?.description;
      metadata = outer(metadata, kubernetes.get(core));
      if (core instanceof z.core.$ZodOptional || core instanceof z.core.$ZodReadonly) {
        core = core._zod.def.innerType;
      } else if (core instanceof z.core.$ZodNullable) {
        nullable = true;
        core = core._zod.def.innerType;
      } else if (core instanceof z.core.$ZodDefault) {
        const value = core._zod.def.defaultValue;
        core = core._zod.def.innerType;
        defaultValue ??= { value };
        const parsed = z.safeParse(core, value);
        if (!parsed.success) {
          this.refuse(path, `has a default that its own schema refuses: ${z.prettifyError(parsed.error)}`);
        }
      } else {
        return { core, description, metadata, nullable, defaultValue };
      }
    }
  }

  /** A refinement runs in JavaScript only; it needs a rule that says the same, and names it. */
  private refinements(schema: z.core.$ZodType, metadata: KubernetesMetadata, path: string): void {
    for (const check of schema._zod.def.checks ?? []) {
      if (!(check instanceof z.core.$ZodCustom)) continue;
      const twin: unknown = check._zod.def.params?.rule;
      if (!(metadata.rules ?? []).some(({ rule }) => rule === twin)) {
        this.refuse(path, 'has a refinement without a CEL twin; name the rule in its params: { rule }');
      }
    }
  }

  /**
   * A default within a list differs for ever from what was applied: kubectl, Argo CD and whatever else sends lists as a
   * whole would always find something to change. The keys that tell items apart are the exception that Kubernetes needs.
   */
  private defaultInList(path: string, ancestors: readonly z.core.$ZodType[]): void {
    const list = ancestors.findLast((ancestor) => ancestor instanceof z.core.$ZodArray);
    if (list === undefined || !path.startsWith('spec')) return;
    const keys = kubernetes.get(list)?.listMapKeys ?? [];
    if (keys.some((key) => path.endsWith(`[].${key}`))) return;
    this.refuse(
      path,
      'has a default within a list, which differs for ever from what was applied; make it optional',
    );
  }

  private refuse(path: string, problem: string): StructuralSchema {
    this.refusals.push({ path, problem });
    return {};
  }
}

interface Unwrapped {
  readonly core: z.core.$ZodType;
  readonly description: string | undefined;
  readonly metadata: KubernetesMetadata;
  readonly nullable: boolean;
  readonly defaultValue: { readonly value: unknown } | undefined;
}

/** What is said on the outside counts before what is said inside; rules add up. */
function outer(metadata: KubernetesMetadata, inner: KubernetesMetadata | undefined): KubernetesMetadata {
  if (inner === undefined) return metadata;
  const rules = [...(inner.rules ?? []), ...(metadata.rules ?? [])];
  return { ...inner, ...metadata, ...(rules.length > 0 ? { rules } : {}) };
}

function sizes({ minProperties, maxProperties }: KubernetesMetadata): StructuralSchema {
  return {
    ...(minProperties === undefined ? {} : { minProperties }),
    ...(maxProperties === undefined ? {} : { maxProperties }),
  };
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
