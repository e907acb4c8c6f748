import { regexOf } from '../../../operator/cel/regex.ts';
import { isFormatted, isInRange } from './customFormats.ts';
import { isRecord, record, records, text } from './json.ts';
import type { Json, Place, Problem } from './shape.ts';

/** What the API server refuses of a value by the schema of its kind, but for the kind's rules. */
export function refusals(schema: Json, value: unknown, place: Place): readonly Problem[] {
  const problem = (message: string): Problem => ({ place, message, weight: 'Refused' });
  if (value === null && schema.nullable === true) return [];
  if (!isOfType(schema, value))
    return [problem(`must be ${article(typeOf(schema))}, and is ${nameOf(value)}`)];
  return [
    ...bounds(schema, value).map(problem),
    ...ofParts(schema, value).map(problem),
    ...repeated(schema, value).map(([index, key]) => ({
      ...problem(`is there twice: ${key}`),
      place: [...place, index],
    })),
    ...partsOf(schema, value).flatMap(([step, part, item]) => refusals(part, item, [...place, step])),
    ...(isRecord(value) ? missing(schema, value) : []).map((field) => problem(`${field} is required`)),
  ];
}

/** What stands below a value, as far as its schema says anything of it: the step to it, its schema, and itself. */
export function partsOf(
  schema: Json,
  value: unknown,
): readonly (readonly [string | number, Json, unknown])[] {
  if (Array.isArray(value)) {
    const items = record(schema.items);
    return value.map((item: unknown, index) => [index, items, item] as const);
  }
  const properties = record(schema.properties);
  return Object.entries(isRecord(value) ? value : {}).flatMap(([field, item]) => {
    const known = Object.hasOwn(properties, field) ? properties[field] : schema.additionalProperties;
    return isRecord(known) ? [[field, known, item] as const] : [];
  });
}

function missing(schema: Json, value: Json): readonly string[] {
  return array(schema.required)
    .map(String)
    .filter((field) => value[field] === undefined);
}

function bounds(schema: Json, value: unknown): readonly string[] {
  if (schema.enum !== undefined && !array(schema.enum).some((one) => isSame(one, value))) {
    return [`must be one of ${array(schema.enum).join(', ')}, and is ${JSON.stringify(value)}`];
  }
  if (typeof value === 'string') {
    return [
      ...between([...value].length, schema.minLength, schema.maxLength, ' characters'),
      ...written(schema, value),
    ];
  }
  if (typeof value === 'number')
    return [...between(value, schema.minimum, schema.maximum), ...steps(schema, value)];
  if (Array.isArray(value)) return between(value.length, schema.minItems, schema.maxItems, ' items');
  if (!isRecord(value)) return [];
  return between(Object.keys(value).length, schema.minProperties, schema.maxProperties, ' entries');
}

function between(value: number, least: unknown, most: unknown, unit = ''): readonly string[] {
  return [
    ...(typeof least === 'number' && value < least ? [`${value}${unit}: at least ${least}`] : []),
    ...(typeof most === 'number' && value > most ? [`${value}${unit}: at most ${most}`] : []),
  ];
}

function steps(schema: Json, value: number): readonly string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  return [
    ...(isInRange(typeOf(schema), text(format), value)
      ? []
      : [`is too large for ${text(format) || 'int64'}, and is ${value}`]),
    ...(exclusiveMinimum === true && value === minimum ? [`must be more than ${value}`] : []),
    ...(exclusiveMaximum === true && value === maximum ? [`must be less than ${value}`] : []),
    ...(typeof multipleOf === 'number' && !isWhole(value / multipleOf)
      ? [`must be a multiple of ${multipleOf}, and is ${value}`]
      : []),
  ];
}

/** As far as doubles can tell: 0.3 is three times 0.1. */
function isWhole(quotient: number): boolean {
  return Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
}

/** How a text must look. */
function written({ pattern, format }: Json, value: string): readonly string[] {
  const expression = typeof pattern === 'string' ? regexOf(pattern) : undefined;
  const said = JSON.stringify(value);
  return [
    ...(typeof expression === 'object' && !expression.test(value)
      ? [`must match ${text(pattern)}, and is ${said}`]
      : []),
    ...(isFormatted(text(format), value) ? [] : [`must be a ${text(format)}, and is ${said}`]),
  ];
}

/** What its combined schemas say. */
function ofParts(schema: Json, value: unknown): readonly string[] {
  const isTaken = (part: Json) => refusals(part, value, []).length === 0;
  const all = records(schema.allOf).flatMap((part) => refusals(part, value, []));
  const any = records(schema.anyOf);
  const one = records(schema.oneOf);
  return [
    ...all.map(({ place, message }) => [...place, message].join(' ')),
    ...(any.length > 0 && !any.some(isTaken) ? ['is none of what it may be (anyOf)'] : []),
    ...(one.length > 0 && one.filter(isTaken).length !== 1
      ? ['must be exactly one of what it may be (oneOf)']
      : []),
    ...(isRecord(schema.not) && isTaken(schema.not) ? ['is what it must not be (not)'] : []),
  ];
}

/** Items of a set or of a list by keys that are there before. */
function repeated(schema: Json, value: unknown): readonly (readonly [number, string])[] {
  const type = schema['x-kubernetes-list-type'];
  if (!Array.isArray(value) || (type !== 'set' && type !== 'map')) return [];
  const names = array(schema['x-kubernetes-list-map-keys']).map(String);
  const keys = value.map((item: unknown) =>
    JSON.stringify(type === 'set' ? item : names.map((name) => record(item)[name])),
  );
  return keys.flatMap((key, index) => (keys.indexOf(key) < index ? [[index, key] as const] : []));
}

function typeOf(schema: Json): string {
  return schema['x-kubernetes-int-or-string'] === true ? 'int-or-string' : text(schema.type);
}

function isOfType(schema: Json, value: unknown): boolean {
  const type = typeOf(schema);
  switch (type) {
    case 'int-or-string':
      return typeof value === 'string' || Number.isInteger(value);
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
  if (type === 'boolean') return 'true or false';
  if (type === 'int-or-string') return 'a whole number or a string';
  return `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : JSON.stringify(value).slice(0, 60);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
