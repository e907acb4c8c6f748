import { type Checked, check } from './check.ts';
import { scopeOf } from './environment.ts';
import {
  anchored,
  either,
  escaped,
  itemsOf,
  type ObjectOutline,
  type Outline,
  outlineOfScalar,
  present,
  someNumber,
  someText,
  textOf,
  textsOf,
  truthOf,
} from './outline.ts';
import type { Declarations, FieldPath } from './program.ts';
import type { Call, Comprehension, Expression } from './syntax/expression.ts';
import { parse } from './syntax/parser.ts';
import { dyn } from './types.ts';
import type { Value } from './value.ts';

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
