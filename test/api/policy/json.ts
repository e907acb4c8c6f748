/** Reading what may be anything, and changing it. */

export type Json = { readonly [field: string]: unknown };

/** Objects field by field; what is undefined is taken out. */
export function merged(base: Json, change: Json): Json {
  const all = { ...base };
  for (const [field, value] of Object.entries(change)) {
    const isNested = isRecord(value) && isRecord(base[field]);
    all[field] = isNested ? merged(record(base[field]), value) : value;
  }
  return all;
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
