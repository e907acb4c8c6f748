import { escapedKey } from './library/jsonPatches.ts';
import type { FieldPath } from './program.ts';
import { type CelType, optionalValue } from './types.ts';
import type { Value } from './value.ts';

/**
 * What is known of a value before it is computed: all that is written out, whichever way an evaluation goes. `at` is where
 * in the expression it stands, in UTF-16 units.
 */
export type Outline =
  | { readonly kind: 'scalar'; readonly at: number; readonly value: null | boolean | bigint | number }
  /** With `someNumber` and `someText` in the place of what is not known. */
  | { readonly kind: 'text'; readonly at: number; readonly text: string }
  /** The elements that it may have. */
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Outline[] }
  | ObjectOutline
  /** One of these. */
  | { readonly kind: 'either'; readonly at: number; readonly of: readonly Outline[] }
  /** `from` is where it is read, if it is read of a variable as it is. */
  | {
      readonly kind: 'unknown';
      readonly at: number;
      readonly type: CelType;
      readonly from: FieldPath | undefined;
    };

export interface ObjectOutline {
  readonly kind: 'object';
  readonly at: number;
  /** As `Object.spec`, of what is made; undefined for a map. */
  readonly name: string | undefined;
  /** Of an entry with a key that is computed the name is undefined. */
  readonly fields: readonly {
    readonly name: string | undefined;
    readonly at: number;
    readonly value: Outline;
  }[];
}

/** In a text: digits that are not known. */
export const someNumber = '\u0001';
/** In a text: anything. */
export const someText = '\u0000';
/** Of JSON all is known. */
export function outlineOfJson(json: unknown, at = 0): Outline {
  if (typeof json === 'string') return { kind: 'text', at, text: json };
  if (typeof json === 'number')
    return { kind: 'scalar', at, value: Number.isInteger(json) ? BigInt(json) : json };
  if (typeof json === 'boolean') return { kind: 'scalar', at, value: json };
  if (Array.isArray(json)) return { kind: 'list', at, items: json.map((item) => outlineOfJson(item, at)) };
  if (typeof json !== 'object' || json === null) return { kind: 'scalar', at, value: null };
  const fields = Object.entries(json).map(([name, value]) => ({ name, at, value: outlineOfJson(value, at) }));
  return { kind: 'object', at, name: undefined, fields };
}
export function outlineOfScalar(value: Value, at: number): Outline | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
    case 'number':
      return { kind: 'scalar', at, value };
    default:
      return value === null ? { kind: 'scalar', at, value } : undefined;
  }
}

export function either(at: number, of: readonly Outline[]): Outline {
  const flat = of.flatMap((one) => (one.kind === 'either' ? one.of : [one]));
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: 'either', at, of: flat };
}

export function present(outline: Outline): Outline {
  if (outline.kind === 'either') return either(outline.at, outline.of.map(present));
  return outline.kind === 'unknown'
    ? { ...outline, type: optionalValue(outline.type) ?? outline.type }
    : outline;
}

/** The one text that it is, if it is known whole. */
export function textOf(outline: Outline): string | undefined {
  return outline.kind === 'text' && !outline.text.includes(someText) && !outline.text.includes(someNumber)
    ? outline.text
    : undefined;
}

/** The texts that it may be. */
export function textsOf(outline: Outline): readonly string[] {
  if (outline.kind === 'either') return outline.of.flatMap(textsOf);
  return [outline.kind === 'text' ? outline.text : someText];
}

export function truthOf(outline: Outline): boolean | undefined {
  if (outline.kind === 'scalar' && typeof outline.value === 'boolean') return outline.value;
  if (outline.kind !== 'either') return undefined;
  const [first, ...others] = outline.of.map(truthOf);
  return others.every((one) => one === first) ? first : undefined;
}

/** The elements that any of the lists has that it may be; undefined where it may be another list. */
export function itemsOf(outline: Outline): readonly Outline[] | undefined {
  if (outline.kind === 'list') return outline.items;
  if (outline.kind !== 'either') return undefined;
  const lists = outline.of.map(itemsOf);
  return lists.every((items) => items !== undefined) ? lists.flat() : undefined;
}

export function escaped(outline: Outline): Outline {
  if (outline.kind === 'either') return either(outline.at, outline.of.map(escaped));
  return outline.kind === 'text' ? { ...outline, text: escapedKey(outline.text) } : outline;
}

/** What was written elsewhere, where it is used. */
export function anchored(outline: Outline, at: number): Outline {
  switch (outline.kind) {
    case 'list':
      return { ...outline, at, items: outline.items.map((item) => anchored(item, at)) };
    case 'either':
      return { ...outline, at, of: outline.of.map((one) => anchored(one, at)) };
    case 'object': {
      const fields = outline.fields.map(({ name, value }) => ({ name, at, value: anchored(value, at) }));
      return { ...outline, at, fields };
    }
    default:
      return { ...outline, at };
  }
}
