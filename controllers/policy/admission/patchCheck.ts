import {
  type ObjectOutline,
  type Outline,
  someNumber,
  someText,
  textsOf,
} from '../../../operator/cel/index.ts';
import type { Field } from './field.ts';
import { type Misfit, misfits, type Place } from './misfits.ts';

/**
 * What of a JSONPatch would not fit objects of a kind. The API server decodes what it has patched by the kind's own type, and
 * answers 500 where it cannot: so what cannot be told beforehand does not fit either.
 *
 * @param patch as an expression makes it
 * @param root of the kind
 */
export function patchMisfits(patch: ObjectOutline, root: Field, source: Place['source']): readonly Misfit[] {
  const part = (name: string) => patch.fields.find((field) => field.name === name)?.value;
  const [op, path, from, value] = ['op', 'path', 'from', 'value'].map(part);
  if (op === undefined || path === undefined)
    return [{ at: patch.at, message: `a JSONPatch needs its ${op === undefined ? 'op' : 'path'}` }];
  return textsOf(op).flatMap((operation): readonly Misfit[] => {
    const { places, problems } = placesOf(path, root);
    const needed = (missing: string) => [{ at: patch.at, message: `to ${operation} needs a ${missing}` }];
    switch (operation) {
      case 'add':
      case 'replace':
        if (value === undefined) return needed('value');
        return [
          ...problems,
          ...places.flatMap(({ field }) => misfits(value, field, { source, merged: false })),
        ];
      case 'test':
        return problems;
      case 'remove':
        return [...problems, ...places.flatMap((place) => taken(place, path.at))];
      case 'copy':
      case 'move': {
        if (from === undefined) return needed('from');
        const sources = placesOf(from, root);
        const gone = operation === 'copy' ? [] : sources.places.flatMap((place) => taken(place, from.at));
        const others = places.filter(({ field }) =>
          sources.places.some((one) => !field.takesSameAs(one.field)),
        );
        const other = { at: path.at, message: `does not take what stands at its 'from'` };
        return [...problems, ...sources.problems, ...gone, ...(others.length === 0 ? [] : [other])];
      }
      default:
        return [{ at: op.at, message: 'is none of add, remove, replace, move, copy, test' }];
    }
  });
}

interface PatchPlace {
  readonly field: Field;
  readonly name: string;
  readonly above: Field;
}

function taken({ above, name }: PatchPlace, at: number): readonly Misfit[] {
  return above.form === 'object' && above.requires(name)
    ? [{ at, message: `takes away '${name}', which every object must have` }]
    : [];
}

/** Where a path may lead to, and why it may lead nowhere. */
function placesOf(
  path: Outline,
  root: Field,
): { readonly places: readonly PatchPlace[]; readonly problems: readonly Misfit[] } {
  const found = textsOf(path).map((text) => placeOf(text, root));
  return {
    places: found.flatMap((one) => (typeof one === 'string' ? [] : [one])),
    problems: found.flatMap((one) => (typeof one === 'string' ? [{ at: path.at, message: one }] : [])),
  };
}

const changeable: ReadonlySet<string> = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences']);

/** Of metadata: not what tells an object from others, nor what only the API server writes. */
export function isChangeable(field: string): boolean {
  return changeable.has(field);
}

function placeOf(text: string, root: Field): PatchPlace | string {
  const [start, ...steps] = text.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const [first = '', second] = steps;
  const told = shown(text);
  if (start?.includes(someText) === true)
    return 'is not known beforehand: write out the fields that lead to what it changes';
  if (start !== '' || steps.length === 0) return `${told} is no path to a field: it begins with /`;
  if (['apiVersion', 'kind'].includes(first) || (first === 'metadata' && !isChangeable(second ?? '')))
    return `${told} is not for a fix to change`;
  let place: PatchPlace = { field: root, name: '', above: root };
  for (const name of steps) {
    const above = place.field;
    const field = stepInto(above, name);
    if (typeof field === 'string') return `${told}: ${field}`;
    place = { field, name, above };
  }
  return place;
}

function stepInto(above: Field, name: string): Field | string {
  switch (above.form) {
    case 'list':
      if (name !== '-' && !/^\d+$/.test(name.replaceAll(someNumber, '0')))
        return `a list is counted (0, 1, … or -), and ${shown(name)} is no number: write string(…) of an int`;
      return above.items;
    case 'object':
      if (name.includes(someText) || name.includes(someNumber))
        return 'which field it is cannot be told beforehand';
      return above.below(name) ?? `undefined field '${name}'`;
    default:
      return above.below(name) ?? `what stands before '${shown(name)}' has no fields`;
  }
}

/** With … for what is not known. */
function shown(text: string): string {
  return text.replaceAll(someText, '…').replaceAll(someNumber, '…');
}
