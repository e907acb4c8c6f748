import type { Value } from '../value.ts';

/** A parsed expression, macros expanded. `at` is where in the text it begins, in UTF-16 units, for messages. */
export type Expression =
  | { readonly kind: 'literal'; readonly at: number; readonly value: Value }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | Select
  | Call
  | {
      readonly kind: 'list';
      readonly at: number;
      readonly elements: readonly Expression[];
      /** The indexes of elements that are left out when they have no value: `[?x]`. */
      readonly optional: ReadonlySet<number>;
    }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly MapEntry[] }
  | Struct
  | Comprehension;

export interface Select {
  readonly kind: 'select';
  readonly at: number;
  readonly operand: Expression;
  readonly field: string;
  /** Asks whether the field is there: `has(a.b)`. */
  readonly test: boolean;
}

/** A call of a function, or of an operator by the API server's name for it. */
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  readonly function: string;
  readonly target: Expression | undefined;
  readonly args: readonly Expression[];
}

export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}

/** An object that is made: `Object.spec{replicas: 1}`. */
export interface Struct {
  readonly kind: 'struct';
  readonly at: number;
  readonly name: string;
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly name: string;
  readonly at: number;
  readonly value: Expression;
  readonly optional: boolean;
}

/** A loop over a list or a map, which is all that the macros are made of. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly at: number;
  readonly range: Expression;
  readonly variable: string;
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

/** What is not CEL, and where. */
export class SyntaxProblem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'SyntaxProblem';
    this.at = at;
  }
}

/** The parts of an expression, in the order of the text as far as they have one. */
export function children(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'struct':
      return expression.fields.map(({ value }) => value);
    case 'select':
      return [expression.operand];
    case 'call':
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args];
    case 'list':
      return expression.elements;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'comprehension':
      return [expression.range, expression.init, expression.condition, expression.step, expression.result];
  }
}

/** How many parts an expression has, counting what a macro uses twice as two: the API server copies it. */
export function expandedSize(expression: Expression, known = new Map<Expression, number>()): number {
  const size = known.get(expression);
  if (size !== undefined) return size;
  const parts = children(expression).reduce((sum, child) => sum + expandedSize(child, known), 1);
  known.set(expression, parts);
  return parts;
}

/** A name with dots, if that is all that the expression is. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'select' || expression.test) return undefined;
  const prefix = qualifiedName(expression.operand);
  return prefix === undefined ? undefined : `${prefix}.${expression.field}`;
}
