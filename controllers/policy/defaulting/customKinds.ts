import { compile, dyn, fromJson, type Program } from '../../../operator/cel/index.ts';
import { regexOf } from '../../../operator/cel/regex.ts';
import { isRecord, record, records, text } from './json.ts';
import type { Json, Place, Problem } from './shape.ts';

/** A custom kind, as its CustomResourceDefinition says it. */
export interface CustomKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly schema: Json;
}

/** The served versions of what a CustomResourceDefinition defines. */
export function customKindsOf(definition: Readonly<Record<string, unknown>>): readonly CustomKind[] {
  const { group, names, scope, versions } = record(definition.spec);
  const { kind, plural } = record(names);
  return records(versions)
    .filter(({ served }) => served === true)
    .map((version) => ({
      apiVersion: `${text(group)}/${text(version.name)}`,
      kind: text(kind),
      resource: text(plural),
      namespaced: scope === 'Namespaced',
      schema: record(record(version.schema).openAPIV3Schema),
    }));
}

/** An object of a custom kind with its defaults, and what the API server would refuse of it. */
export class CustomShaper {
  readonly problems: Problem[] = [];

  /** @returns a new object */
  shape(schema: Json, given: unknown, place: Place): unknown {
    const value = this.#shaped(schema, given, place);
    this.#judge(schema, value, place);
    return value;
  }

  #shaped(schema: Json, given: unknown, place: Place): unknown {
    if (given === null && schema.nullable === true) return given;
    if (schema['x-kubernetes-int-or-string'] !== true && !isOfType(text(schema.type), given)) {
      this.#problem(place, `must be ${article(text(schema.type))}`);
      return given;
    }
    this.#bounds(schema, given, place);
    if (Array.isArray(given)) {
      return given.map((item: unknown, index) => this.shape(record(schema.items), item, [...place, index]));
    }
    return isRecord(given) ? this.#object(schema, given, place) : given;
  }

  #object(schema: Json, given: Json, place: Place): Json {
    const properties = record(schema.properties);
    const result: Json = {};
    for (const [field, item] of Object.entries(given)) {
      const known = Object.hasOwn(properties, field) ? properties[field] : schema.additionalProperties;
      const keeps = schema['x-kubernetes-preserve-unknown-fields'] === true || place.length === 0;
      const ofServer = place[0] === 'metadata';
      // What may not be null is as if it were not there.
      if (item === null && isRecord(known) && known.nullable !== true) continue;
      if (isRecord(known)) result[field] = this.shape(known, item, [...place, field]);
      else if (known === true || keeps || ofServer || isOpen(schema)) result[field] = item;
      else this.#problem([...place, field], 'is no field that the kind has', 'Dropped');
    }
    for (const [field, known] of Object.entries(properties)) {
      if (result[field] === undefined && hasDefault(known)) {
        result[field] = this.shape(record(known), structuredClone(record(known).default), [...place, field]);
      }
    }
    for (const field of array(schema.required).map(String)) {
      if (result[field] === undefined) this.#problem(place, `${field} is required`);
    }
    return result;
  }

  #bounds(schema: Json, value: unknown, place: Place): void {
    const allowed = array(schema.enum);
    if (allowed.length > 0 && !allowed.includes(value)) {
      this.#problem(place, `must be one of ${allowed.join(', ')}, and is ${JSON.stringify(value)}`);
    }
    if (typeof value === 'string') {
      this.#between([...value].length, schema.minLength, schema.maxLength, place, 'characters');
      const pattern = typeof schema.pattern === 'string' ? regexOf(schema.pattern) : undefined;
      if (typeof pattern === 'object' && !pattern.test(value)) {
        this.#problem(place, `must match ${schema.pattern}, and is ${JSON.stringify(value)}`);
      }
    } else if (typeof value === 'number') this.#between(value, schema.minimum, schema.maximum, place, '');
    else if (Array.isArray(value)) {
      this.#between(value.length, schema.minItems, schema.maxItems, place, 'items');
      this.#distinct(schema, value, place);
    } else if (isRecord(value)) {
      this.#between(Object.keys(value).length, schema.minProperties, schema.maxProperties, place, 'entries');
    }
  }

  #distinct(schema: Json, value: readonly unknown[], place: Place): void {
    const type = schema['x-kubernetes-list-type'];
    if (type !== 'set' && type !== 'map') return;
    const keys = array(schema['x-kubernetes-list-map-keys']).map(String);
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const key = JSON.stringify(type === 'set' ? item : keys.map((name) => record(item)[name]));
      if (seen.has(key)) this.#problem([...place, index], `is there twice: ${key}`);
      seen.add(key);
    }
  }

  #between(value: number, least: unknown, most: unknown, place: Place, unit: string): void {
    const counted = `${value}${unit === '' ? '' : ` ${unit}`}`;
    if (typeof least === 'number' && value < least) this.#problem(place, `${counted}: at least ${least}`);
    if (typeof most === 'number' && value > most) this.#problem(place, `${counted}: at most ${most}`);
  }

  /** The kind's own rules; those about a change have nothing to say of a creation. */
  #judge(schema: Json, value: unknown, place: Place): void {
    if (value === null || value === undefined) return;
    for (const { rule, message, fieldPath } of records(schema['x-kubernetes-validations'])) {
      const evaluation = programOf(text(rule))?.evaluate({ self: fromJson(value) });
      if (evaluation === undefined || (evaluation.ok && evaluation.value === true)) continue;
      const said = text(message) || `breaks the rule ${text(rule)}`;
      this.#problem(
        [...place, ...stepsOf(text(fieldPath))],
        evaluation.ok ? said : `${said} (${evaluation.message})`,
      );
    }
  }

  #problem(place: Place, message: string, weight: Problem['weight'] = 'Refused'): void {
    this.problems.push({ place, message, weight });
  }
}

const programs = new Map<string, Program | undefined>();

function programOf(rule: string): Program | undefined {
  if (!programs.has(rule)) {
    const compiled = /\boldSelf\b/.test(rule) ? undefined : compile(rule, { variables: { self: dyn } });
    programs.set(rule, compiled?.ok === true ? compiled.program : undefined);
  }
  return programs.get(rule);
}

/** `.a.b` of a rule. */
function stepsOf(path: string): readonly string[] {
  return path.split('.').filter((step) => step !== '');
}

function hasDefault(schema: unknown): boolean {
  return isRecord(schema) && schema.default !== undefined;
}

/** An object of which nothing is said. */
function isOpen(schema: Json): boolean {
  return schema.properties === undefined && schema.additionalProperties === undefined;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case '':
      return true;
    default:
      return typeof value === type;
  }
}

function article(type: string): string {
  return type === 'boolean' ? 'true or false' : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
