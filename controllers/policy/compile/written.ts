import type { Expression } from '../../../operator/cel/syntax/expression.ts';
import { parse } from '../../../operator/cel/syntax/parser.ts';
import { Bytes, Uint, type Value } from '../../../operator/cel/value.ts';
import { literal } from './literal.ts';

/**
 * Expressions taken apart and put together again, as they are written: a macro is a call of its name, `has` of a field too.
 *
 * @param text well-formed
 */
export function readWritten(text: string): Expression {
  return parse(text, (at, name, target, args) => ({ kind: 'call', at, function: name, target, args }));
}

/** Its text, on one line. Brackets that change nothing are not kept. */
export function writtenAs(expression: Expression): string {
  return within(expression, 0);
}

/** How tight operators bind, and what they are called in a parsed expression. */
const binary = new Map<string, readonly [sign: string, tightness: number]>([
  ['_||_', ['||', 1]],
  ['_&&_', ['&&', 2]],
  ['_==_', ['==', 3]],
  ['_!=_', ['!=', 3]],
  ['_<_', ['<', 3]],
  ['_<=_', ['<=', 3]],
  ['_>_', ['>', 3]],
  ['_>=_', ['>=', 3]],
  ['@in', ['in', 3]],
  ['_+_', ['+', 4]],
  ['_-_', ['-', 4]],
  ['_*_', ['*', 5]],
  ['_/_', ['/', 5]],
  ['_%_', ['%', 5]],
]);
const unary = new Map([
  ['!_', '!'],
  ['-_', '-'],
]);
const [loosest, ofConditional, ofUnary, ofMember, tightest] = [0, 1, 6, 7, 8];

type Written = readonly [text: string, tightness: number];

/** In brackets, where it binds looser than it must here. */
function within(expression: Expression, least: number): string {
  const [text, tightness] = written(expression);
  return tightness < least ? `(${text})` : text;
}

function written(expression: Expression): Written {
  switch (expression.kind) {
    case 'literal':
      return literalOf(expression.value);
    case 'name':
      return [expression.name, tightest];
    case 'select':
      return [`${within(expression.operand, ofMember)}.${expression.field}`, ofMember];
    case 'call':
      return writtenCall(expression);
    case 'list': {
      const items = expression.elements.map((element, index) =>
        optional(expression.optional.has(index), writtenAs(element)),
      );
      return [`[${items.join(', ')}]`, tightest];
    }
    case 'map': {
      const entries = expression.entries.map((entry) =>
        optional(entry.optional, `${writtenAs(entry.key)}: ${writtenAs(entry.value)}`),
      );
      return [`{${entries.join(', ')}}`, tightest];
    }
    case 'struct': {
      const fields = expression.fields.map((field) =>
        optional(field.optional, `${field.name}: ${writtenAs(field.value)}`),
      );
      return [`${expression.name}{${fields.join(', ')}}`, tightest];
    }
    case 'comprehension':
      throw new Error('a macro that is expanded is not written');
  }
}

function writtenCall({ function: name, target, args }: Expression & { readonly kind: 'call' }): Written {
  const [first = nothing, second = nothing, third = nothing] = args;
  const sign = unary.get(name);
  if (sign !== undefined) return [`${sign}${within(first, ofMember)}`, ofUnary];
  const operator = binary.get(name);
  if (operator !== undefined) {
    const [sign, tightness] = operator;
    // Of these the order does not matter; all others go from left to right.
    const right = ['_||_', '_&&_'].includes(name) ? tightness : tightness + 1;
    return [`${within(first, tightness)} ${sign} ${within(second, right)}`, tightness];
  }
  switch (name) {
    case '_?_:_': {
      const [condition, yes] = [within(first, ofConditional), within(second, ofConditional)];
      return [`${condition} ? ${yes} : ${writtenAs(third)}`, loosest];
    }
    case '_[_]':
      return [`${within(first, ofMember)}[${writtenAs(second)}]`, ofMember];
    case '_[?_]':
      return [`${within(first, ofMember)}[?${writtenAs(second)}]`, ofMember];
    case '_?._':
      return [`${within(first, ofMember)}.?${second.kind === 'literal' ? second.value : ''}`, ofMember];
  }
  const of = target === undefined ? '' : `${within(target, ofMember)}.`;
  return [`${of}${name}(${args.map(writtenAs).join(', ')})`, ofMember];
}

const nothing: Expression = { kind: 'literal', at: 0, value: null };

function optional(is: boolean, text: string): string {
  return is ? `?${text}` : text;
}

function literalOf(value: Value): Written {
  if (typeof value === 'string') return [literal(value), tightest];
  if (value instanceof Bytes) return [`b'${[...value.data].map(escapedByte).join('')}'`, tightest];
  // A minus before a number would become part of it, and a dot behind.
  if (typeof value === 'bigint') return [String(value), ofUnary];
  if (value instanceof Uint) return [`${value.value}u`, ofUnary];
  if (typeof value !== 'number') return [String(value), tightest];
  const digits = Object.is(value, -0) ? '-0' : String(value);
  return [/[.e]/.test(digits) ? digits : `${digits}.0`, ofUnary];
}

function escapedByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
