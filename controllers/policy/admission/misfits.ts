import {
  type CelType,
  type FieldPath,
  formatType,
  type ObjectOutline,
  type Outline,
  someNumber,
  someText,
} from '../../../operator/cel/index.ts';
import type { Field } from './field.ts';

/** Why what a mutation makes does not stand where it is put. */
export interface Misfit {
  /** In the expression, in UTF-16 units. */
  readonly at: number;
  readonly message: string;
}

export interface Place {
  /** Where an expression reads a value from; undefined where that is not known. */
  readonly source: (from: FieldPath) => Field | undefined;
  /**
   * Whether the API server merges it, as an ApplyConfiguration: then it leaves alone what it cannot decode, and refuses
   * atomic parts. What it patches it must be able to decode, or it answers 500 to the request, whatever the failure policy.
   */
  readonly merged: boolean;
  /** Whether it stands in an `Object{…}`. */
  readonly inObject?: boolean;
}

/** What does not fit of a value that is put into a field. What cannot be told beforehand fits only where it is merged. */
export function misfits(outline: Outline, field: Field, place: Place): readonly Misfit[] {
  const { at } = outline;
  if (outline.kind === 'either') return outline.of.flatMap((one) => misfits(one, field, place));
  if (field.form === 'anything') return [];
  if (place.merged && field.isAtomic) {
    return [{ at, message: 'an ApplyConfiguration may not touch what is atomic: use a JSONPatch' }];
  }
  switch (outline.kind) {
    case 'scalar':
      return fitsScalar(outline.value, field) ? [] : [misfit(at, spokenScalar(outline.value), field)];
    case 'text':
      return ofText(outline.text, at, field, place);
    case 'list':
      return field.form === 'list'
        ? outline.items.flatMap((item) => within(item, field.items, place))
        : [misfit(at, 'a list', field)];
    case 'object':
      return ofObject(outline, field, place);
    case 'unknown':
      return ofUnknown(outline, field, place);
  }
}

function misfit(at: number, found: string, { form }: Field): Misfit {
  return { at, message: `is ${found}, and must be ${articled(form)}` };
}

function articled(form: Field['form']): string {
  if (form === 'anything' || form === 'bytes') return form;
  return /^[aeiou]/.test(form) ? `an ${form}` : `a ${form}`;
}

type Scalar = (Outline & { readonly kind: 'scalar' })['value'];

function fitsScalar(value: Scalar, field: Field): boolean {
  switch (typeof value) {
    case 'boolean':
      return field.form === 'boolean';
    case 'bigint':
      return (
        ['integer', 'number', 'integer or text', 'quantity'].includes(field.form) &&
        (!field.isShort || BigInt.asIntN(32, value) === value)
      );
    case 'number':
      return ['number', 'quantity'].includes(field.form);
    default:
      // Null is nothing.
      return true;
  }
}

function spokenScalar(value: Scalar): string {
  return typeof value === 'boolean' ? 'a boolean' : `the number ${value}`;
}

const quantity = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;
const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const bytes = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Of texts that are more than that. */
const patterns: Readonly<Partial<Record<Field['form'], RegExp>>> = { quantity, time, bytes };

function ofText(text: string, at: number, field: Field, { merged }: Place): readonly Misfit[] {
  const { form, choices } = field;
  const pattern = patterns[form];
  const isKnown = !text.includes(someText) && !text.includes(someNumber);
  if (pattern !== undefined) {
    if (isKnown ? pattern.test(text) : merged) return [];
    return isKnown ? [misfit(at, JSON.stringify(text), field)] : [untold(at, 'a text', field)];
  }
  if (form !== 'text' && form !== 'integer or text') return [misfit(at, 'a text', field)];
  if (!isKnown || choices === undefined || choices.includes(text)) return [];
  return [{ at, message: `is ${JSON.stringify(text)}, and must be one of ${choices.join(', ')}` }];
}

function ofObject(outline: ObjectOutline, field: Field, around: Place): readonly Misfit[] {
  const { at, name: type, fields } = outline;
  const place = type === undefined ? around : { ...around, inObject: true };
  if (field.form === 'map') {
    const values = field.below('');
    return fields.flatMap(({ value }) => (values === undefined ? [] : within(value, values, place)));
  }
  if (field.form !== 'object') return [misfit(at, type === undefined ? 'a map' : 'an object', field)];
  return fields.flatMap(({ name, at: where, value }) => {
    if (name === undefined)
      return place.merged ? [] : [{ at: where, message: 'which field it is cannot be told beforehand' }];
    const own = field.below(name);
    return own === undefined
      ? [{ at: where, message: `undefined field '${name}'` }]
      : [
          ...(type === undefined ? within(value, own, place) : misfits(value, own, place)),
          ...keyless(value, own, place),
        ];
  });
}

/**
 * In a list or a map that is written out. Of what is in it the API server makes JSON only if it stands in an Object and holds
 * Objects, or stands in none and holds none: else it cannot go on, and answers 500 to a patch.
 */
function within(value: Outline, field: Field, place: Place): readonly Misfit[] {
  if (value.kind === 'either') return value.of.flatMap((one) => within(one, field, place));
  const { at } = value;
  const isMade = value.kind === 'object' && value.name !== undefined;
  if (place.inObject === true && !isMade && (value.kind === 'object' || value.kind === 'list'))
    return [
      { at, message: `is a ${value.kind === 'list' ? 'list' : 'map'} in a list or a map: write an Object` },
    ];
  if (place.inObject !== true && isMade)
    return [
      { at, message: `is ${value.name} in a list or a map, which a JSONPatch cannot hold: write a map` },
    ];
  return misfits(value, field, place);
}

/** Elements that are merged are found by their keys. */
function keyless(value: Outline, field: Field, place: Place): readonly Misfit[] {
  if (!place.merged || field.form !== 'list') return [];
  if (value.kind === 'either') return value.of.flatMap((one) => keyless(one, field, place));
  if (value.kind !== 'list') return [];
  const elements = value.items.flatMap((item) => (item.kind === 'either' ? item.of : [item]));
  return elements.flatMap((element) => {
    if (element.kind !== 'object') return [];
    const has = (key: string) => element.fields.some(({ name }) => name === key || name === undefined);
    const missing = field.keys.find((key) => !has(key) && !field.items.hasDefault(key));
    return missing === undefined
      ? []
      : [
          {
            at: element.at,
            message: `needs '${missing}': by it the element is found that it is merged into`,
          },
        ];
  });
}

function ofUnknown(
  { at, type, from }: Outline & { readonly kind: 'unknown' },
  field: Field,
  { source, merged }: Place,
): readonly Misfit[] {
  const fits = fitsType(type, field);
  if (fits === 'yes') return [];
  const read = from === undefined ? undefined : source(from);
  if (read !== undefined && field.takesSameAs(read)) return [];
  if (fits === 'no') return [misfit(at, formatType(type), field)];
  return merged ? [] : [untold(at, formatType(type), field)];
}

function untold(at: number, found: string, field: Field): Misfit {
  const by: Partial<Record<Field['form'], string>> = {
    boolean: 'bool(…)',
    integer: 'int(…)',
    number: 'double(…)',
    text: 'string(…)',
    'integer or text': 'string(…)',
  };
  const told = by[field.form];
  const how = told === undefined ? 'write it out, or use an ApplyConfiguration' : `write ${told}`;
  return {
    at,
    message: `is ${found}, and whether it is ${articled(field.form)} cannot be told beforehand: ${how}`,
  };
}

type Fits = 'yes' | 'no' | 'unsure';

/** Whether all values of a type may stand in a field. */
function fitsType(type: CelType, field: Field): Fits {
  const one = (...forms: readonly Field['form'][]): Fits => (forms.includes(field.form) ? 'yes' : 'no');
  if (field.form === 'anything') return 'yes';
  switch (type.kind) {
    case 'null':
      return 'yes';
    case 'bool':
      return one('boolean');
    case 'int':
    case 'uint':
      return one('integer', 'number', 'integer or text', 'quantity');
    case 'double':
      return one('number', 'quantity');
    case 'string':
      return patterns[field.form] === undefined ? one('text', 'integer or text') : 'unsure';
    case 'list':
      return field.form === 'list' ? fitsType(type.element, field.items) : 'no';
    case 'map': {
      const values = field.form === 'map' ? field.below('') : undefined;
      if (values !== undefined) return fitsType(type.value, values);
      return field.form === 'object' ? 'unsure' : 'no';
    }
    case 'object':
      if (field.form !== 'object' && field.form !== 'map') return 'no';
      return field.isNamed(type.name) ? 'yes' : 'unsure';
    case 'dyn':
    case 'error':
    case 'parameter':
      return 'unsure';
    default:
      return 'no';
  }
}
