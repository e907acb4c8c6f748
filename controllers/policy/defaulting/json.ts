import type { Json } from './shape.ts';

/** Reading what may be anything. */

export function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The object with some fields changed; a list of records that is not there stays so. */
export function eachOf(object: Json, field: string, change: (item: Json) => Json): Json {
  return Array.isArray(object[field]) ? { ...object, [field]: records(object[field]).map(change) } : object;
}

/** The object with a field changed, where that is there. */
export function within(object: Json, field: string, change: (item: Json) => Json): Json {
  return isRecord(object[field]) ? { ...object, [field]: change(object[field]) } : object;
}
