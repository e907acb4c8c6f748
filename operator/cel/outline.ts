import { type Checked, check } from './check.ts';
import { scopeOf } from './environment.ts';
import { escapedKey } from './library/jsonPatches.ts';
import type { Declarations, FieldPath } from './program.ts';
import type { Call, Comprehension, Expression } from './syntax/expression.ts';
import { parse } from './syntax/parser.ts';
import { type CelType, dyn, optionalValue } from './types.ts';
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

export interface Known {
  /** What names stand for, as `params`; of a variable by its whole name, `variables.containers`. */
  readonly names: ReadonlyMap<string, Outline>;
  /** The texts that fields have, as `Pod` for `object.kind`. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface Outlined {
  readonly value: Outline;
  /** Every object of a name that some evaluation may make. */
  readonly made: readonly ObjectOutline[];
  /** Whether all of the expression was looked at. */
  readonly whole: boolean;
}

/** Works an expression out as far as it is known. Of what does not fit its types less is known. Throws SyntaxProblem. */
export function outlineOf(expression: string, declarations: Declarations, known: Known): Outlined {
  const parsed = parse(expression);
  return new Outliner(check(parsed, scopeOf(declarations)), known).outlined(parsed);
}

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

/** Further a macro is not followed that is nested in itself. */
const mostParts = 50_000;
const mostTexts = 64;

type Names = ReadonlyMap<string, Outline>;

class Outliner {
  readonly #checked: Checked;
  readonly #known: Known;
  /** By where they stand, since a macro may use a part twice. */
  readonly #made = new Map<number, ObjectOutline[]>();
  #parts = 0;

  constructor(checked: Checked, known: Known) {
    this.#checked = checked;
    this.#known = known;
  }

  outlined(expression: Expression): Outlined {
    const value = this.#outline(expression, new Map());
    return { value, made: [...this.#made.values()].flat(), whole: this.#parts <= mostParts };
  }

  #outline(expression: Expression, names: Names): Outline {
    this.#parts += 1;
    if (this.#parts > mostParts) return this.#unknown(expression);
    const { at } = expression;
    switch (expression.kind) {
      case 'literal':
        return this.#literal(expression, expression.value);
      case 'name':
        return this.#name(expression, expression.name, names);
      case 'select': {
        const operand = this.#outline(expression.operand, names);
        return expression.test
          ? this.#unknown(expression)
          : this.#below(operand, expression.field, expression);
      }
      case 'call':
        return this.#call(expression, names);
      case 'list':
        return { kind: 'list', at, items: expression.elements.map((part) => this.#held(part, names)) };
      case 'map': {
        const fields = expression.entries.map(({ key, value }) => {
          const name = this.#outline(key, names);
          return { name: textOf(name), at: key.at, value: this.#held(value, names) };
        });
        return { kind: 'object', at, name: undefined, fields };
      }
      case 'struct': {
        const fields = expression.fields.map((field) => ({
          name: field.name,
          at: field.at,
          value: this.#held(field.value, names),
        }));
        const made: ObjectOutline = { kind: 'object', at, name: expression.name, fields };
        this.#made.set(at, [...(this.#made.get(at) ?? []), made].slice(0, mostTexts));
        return made;
      }
      case 'comprehension':
        return this.#loop(expression, names);
    }
  }

  /** What is held, where it is known to be optional as well. */
  #held(expression: Expression, names: Names): Outline {
    return present(this.#outline(expression, names));
  }

  #literal(expression: Expression, value: Value): Outline {
    const { at } = expression;
    if (typeof value === 'string') return { kind: 'text', at, text: value };
    return outlineOfScalar(value, at) ?? this.#unknown(expression);
  }

  #name(expression: Expression, written: string, names: Names): Outline {
    const own = names.get(written);
    // Of what a loop goes through, the type is known where it is used.
    if (own?.kind === 'unknown') return { ...own, at: expression.at, type: this.#checked.type(expression) };
    if (own !== undefined) return own;
    const name = written.replace(/^\./, '');
    const known = this.#known.names.get(name);
    if (known !== undefined) return anchored(known, expression.at);
    return this.#unknown(expression, { variable: name, path: [] });
  }

  #unknown(expression: Expression, from?: FieldPath): Outline {
    return { kind: 'unknown', at: expression.at, type: this.#checked.type(expression), from };
  }

  /** A field of it, or by `*` any of its elements. */
  #below(outline: Outline, field: string, expression: Expression): Outline {
    const { at } = expression;
    switch (outline.kind) {
      case 'either':
        return either(
          at,
          outline.of.map((one) => this.#below(one, field, expression)),
        );
      case 'list':
        return field === '*' ? either(at, outline.items) : this.#unknown(expression);
      case 'object': {
        const named = outline.fields.filter(({ name }) => field === '*' || name === field);
        const isWhole = outline.fields.every(({ name }) => name !== undefined);
        return isWhole && named.length > 0
          ? either(
              at,
              named.map(({ value }) => value),
            )
          : this.#unknown(expression);
      }
      case 'unknown': {
        if (outline.from === undefined) return this.#unknown(expression);
        const from = { ...outline.from, path: [...outline.from.path, field] };
        const name = [from.variable, ...from.path].join('.');
        const known = this.#known.names.get(name);
        if (known !== undefined) return anchored(known, at);
        const text = this.#known.fields.get(name);
        return text === undefined ? this.#unknown(expression, from) : { kind: 'text', at, text };
      }
      default:
        return this.#unknown(expression);
    }
  }

  #call(expression: Call, names: Names): Outline {
    const { at, args, target } = expression;
    const outlines = () => args.map((arg) => this.#outline(arg, names));
    switch (expression.function) {
      case '_?_:_':
        return this.#conditional(expression, names);
      case '_&&_':
        return this.#decided(expression, false, outlines());
      case '_||_':
        return this.#decided(expression, true, outlines());
      case '!_': {
        const [truth] = outlines().map(truthOf);
        return truth === undefined ? this.#unknown(expression) : { kind: 'scalar', at, value: !truth };
      }
      case '_==_':
      case '_!=_':
        return this.#compared(expression, outlines());
      case '@in':
        return this.#contained(expression, outlines());
      case '_+_':
        return this.#sum(expression, outlines());
      case 'dyn':
      case 'string':
        return this.#converted(expression, outlines());
      case '_[_]':
      case '_[?_]':
      case '_?._': {
        const [operand, key] = outlines();
        const name = key === undefined ? undefined : textOf(key);
        return this.#below(operand ?? this.#unknown(expression), name ?? '*', expression);
      }
    }
    const reference = this.#checked.reference(expression);
    if (reference?.kind === 'function' && reference.namespaced) {
      const [first] = outlines();
      if (first === undefined) return this.#unknown(expression);
      if (reference.name === 'jsonpatch.escapeKey') return escaped(first);
      return ['optional.of', 'optional.ofNonZeroValue'].includes(reference.name)
        ? first
        : this.#unknown(expression);
    }
    const called = target === undefined ? undefined : this.#outline(target, names);
    const others = outlines();
    return called !== undefined && ['orValue', 'or'].includes(expression.function)
      ? either(at, [present(called), ...others])
      : this.#unknown(expression);
  }

  #conditional({ at, args }: Call, names: Names): Outline {
    const [condition, yes, no] = args;
    const holds = condition === undefined ? undefined : truthOf(this.#outline(condition, names));
    const ways = [...(holds === false ? [] : [yes]), ...(holds === true ? [] : [no])];
    return either(
      at,
      ways.flatMap((way) => (way === undefined ? [] : [this.#outline(way, names)])),
    );
  }

  #decided(expression: Expression, decisive: boolean, outlines: readonly Outline[]): Outline {
    const { at } = expression;
    const truths = outlines.map(truthOf);
    if (truths.includes(decisive)) return { kind: 'scalar', at, value: decisive };
    return truths.includes(undefined) ? this.#unknown(expression) : { kind: 'scalar', at, value: !decisive };
  }

  #compared(expression: Call, outlines: readonly Outline[]): Outline {
    const [left, right] = outlines.map(textOf);
    if (left === undefined || right === undefined) return this.#unknown(expression);
    return {
      kind: 'scalar',
      at: expression.at,
      value: (left === right) === (expression.function === '_==_'),
    };
  }

  #contained(expression: Call, [element, list]: readonly Outline[]): Outline {
    const text = element === undefined ? undefined : textOf(element);
    const texts = list?.kind === 'list' ? list.items.map(textOf) : [undefined];
    if (text === undefined || texts.includes(undefined)) return this.#unknown(expression);
    return { kind: 'scalar', at: expression.at, value: texts.includes(text) };
  }

  #sum(expression: Call, [left, right]: readonly Outline[]): Outline {
    const { at } = expression;
    if (left === undefined || right === undefined) return this.#unknown(expression);
    const lists = [left, right].map(itemsOf);
    if (lists.every((items) => items !== undefined)) return { kind: 'list', at, items: lists.flat() };
    if (this.#checked.type(expression).kind !== 'string') return this.#unknown(expression);
    const texts = textsOf(left).flatMap((first) => textsOf(right).map((second) => first + second));
    return either(
      at,
      (texts.length > mostTexts ? [someText] : texts).map((text) => ({ kind: 'text', at, text })),
    );
  }

  #converted(expression: Call, [outline]: readonly Outline[]): Outline {
    const { at } = expression;
    if (outline === undefined) return this.#unknown(expression);
    if (expression.function === 'dyn' || outline.kind === 'text') return outline;
    if (outline.kind === 'scalar' && typeof outline.value === 'bigint')
      return { kind: 'text', at, text: String(outline.value) };
    const isNumber = outline.kind === 'unknown' && ['int', 'uint'].includes(outline.type.kind);
    return { kind: 'text', at, text: isNumber ? someNumber : someText };
  }

  /** One round, of any element. */
  #loop(loop: Comprehension, names: Names): Outline {
    const range = this.#outline(loop.range, names);
    const init = this.#outline(loop.init, names);
    const around = (value: Outline) => new Map([...names, [loop.accumulator, value] as const]);
    // A name for a value.
    if (loop.range.kind === 'list' && loop.range.elements.length === 0)
      return this.#outline(loop.result, around(init));
    const isMap = this.#checked.type(loop.range).kind === 'map';
    const element = this.#below(range, '*', loop.range);
    const index: Outline = { kind: 'unknown', at: loop.at, type: dyn, from: undefined };
    const within = around(init);
    if (loop.variable2 !== undefined) within.set(loop.variable2, element);
    within.set(loop.variable, loop.variable2 === undefined && !isMap ? element : index);
    this.#outline(loop.condition, within);
    const step = this.#outline(loop.step, within);
    return this.#outline(loop.result, around(either(loop.at, [init, step])));
  }
}

function outlineOfScalar(value: Value, at: number): Outline | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
    case 'number':
      return { kind: 'scalar', at, value };
    default:
      return value === null ? { kind: 'scalar', at, value } : undefined;
  }
}

function either(at: number, of: readonly Outline[]): Outline {
  const flat = of.flatMap((one) => (one.kind === 'either' ? one.of : [one]));
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: 'either', at, of: flat };
}

function present(outline: Outline): Outline {
  if (outline.kind === 'either') return either(outline.at, outline.of.map(present));
  return outline.kind === 'unknown'
    ? { ...outline, type: optionalValue(outline.type) ?? outline.type }
    : outline;
}

/** The one text that it is, if it is known whole. */
function textOf(outline: Outline): string | undefined {
  return outline.kind === 'text' && !outline.text.includes(someText) && !outline.text.includes(someNumber)
    ? outline.text
    : undefined;
}

/** The texts that it may be. */
export function textsOf(outline: Outline): readonly string[] {
  if (outline.kind === 'either') return outline.of.flatMap(textsOf);
  return [outline.kind === 'text' ? outline.text : someText];
}

function truthOf(outline: Outline): boolean | undefined {
  if (outline.kind === 'scalar' && typeof outline.value === 'boolean') return outline.value;
  if (outline.kind !== 'either') return undefined;
  const [first, ...others] = outline.of.map(truthOf);
  return others.every((one) => one === first) ? first : undefined;
}

/** The elements that any of the lists has that it may be; undefined where it may be another list. */
function itemsOf(outline: Outline): readonly Outline[] | undefined {
  if (outline.kind === 'list') return outline.items;
  if (outline.kind !== 'either') return undefined;
  const lists = outline.of.map(itemsOf);
  return lists.every((items) => items !== undefined) ? lists.flat() : undefined;
}

function escaped(outline: Outline): Outline {
  if (outline.kind === 'either') return either(outline.at, outline.of.map(escaped));
  return outline.kind === 'text' ? { ...outline, text: escapedKey(outline.text) } : outline;
}

/** What was written elsewhere, where it is used. */
function anchored(outline: Outline, at: number): Outline {
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
